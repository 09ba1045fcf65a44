/*
 * stream.c
 *	  What must stand in the rows of a query.
 */
#include "audit/stream.h"

/* For what is not there. */
typedef struct Required
{
	PvReport *report;
	PvCheckId check;
	uint64 columns; /* a bit for each that must have a value */
} Required;

static void
check_required(const PvStream *stream, void *arg)
{
	const Required *required = arg;
	TupleDesc desc = stream->table->tupdesc;

	for (int i = 0; required->columns >> i != 0; i++)
		if ((required->columns & PV_REQUIRE(i)) && stream->row.nulls[i])
			pv_failed(required->report, required->check,
					  psprintf("column %s", NameStr(TupleDescAttr(desc, i)->attname)), "a value",
					  "NULL");
}

/*
 * Columns that are never NULL are read as if they were not; one that is, which takes
 * a change of the table, is named here.
 */
void
pv_stream_require(PvStream *stream, PvReport *report, PvCheckId check, uint64 required)
{
	Required *kept = palloc(sizeof(Required));

	*kept = (Required){report, check, required};
	stream->look = check_required;
	stream->arg = kept;
}

/*
 * Rows of members, named by the first column, that have none by the journal, up to one, or
 * all that are left.
 */
void
pv_stream_skip_strays(PvStream *stream, PvReport *report, PvCheckId check, const char *what,
					  const int64_t *up_to)
{
	for (; !stream->ended && (!up_to || pv_stream_int(stream, 0) < *up_to); pv_stream_next(stream))
		pv_fail_member(report, check, pv_stream_int(stream, 0), what, "none", "a row");
}
