/*
 * stream.c
 *	  Rows of a query, a part at a time, with what must stand in them.
 */
#include "audit/stream.h"

#define ROWS_PER_FETCH 1000

/* Opens a query of a vault, before its first row. */
void
pv_stream_open(PvStream *stream, PvPlan *plan, int32_t vault)
{
	Datum values[1] = {Int32GetDatum(vault)};

	memset(stream, 0, sizeof(*stream));
	stream->portal = pv_open_cursor(plan, values, NULL);
}

static bool
fetch_more(PvStream *stream)
{
	if (stream->table)
		SPI_freetuptable(stream->table);
	stream->count = pv_fetch(stream->portal, ROWS_PER_FETCH);
	stream->table = SPI_tuptable;
	stream->next = 0;
	if (!stream->row.values)
	{
		stream->row.values = palloc(sizeof(Datum) * stream->table->tupdesc->natts);
		stream->row.nulls = palloc(sizeof(bool) * stream->table->tupdesc->natts);
	}
	return stream->count > 0;
}

/*
 * Columns that are never NULL are read as if they were not; one that is, which takes
 * a change of the table, is named here.
 */
void
pv_stream_require(PvStream *stream, PvReport *report, PvCheckId check, uint64 required)
{
	stream->report = report;
	stream->check = check;
	stream->required = required;
}

static void
check_required(const PvStream *stream)
{
	TupleDesc desc = stream->table->tupdesc;

	for (int i = 0; stream->required >> i != 0; i++)
		if ((stream->required & PV_REQUIRE(i)) && stream->row.nulls[i])
			pv_failed(stream->report, stream->check,
					  psprintf("column %s", NameStr(TupleDescAttr(desc, i)->attname)), "a value",
					  "NULL");
}

/*
 * Moves on to the next row, or to the end.
 */
void
pv_stream_next(PvStream *stream)
{
	if (stream->next == stream->count && !fetch_more(stream))
	{
		stream->ended = true;
		return;
	}
	heap_deform_tuple(stream->table->vals[stream->next], stream->table->tupdesc, stream->row.values,
					  stream->row.nulls);
	stream->next++;
	stream->read++;
	if (stream->required != 0)
		check_required(stream);
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

/* A 64-bit column of the current row; NULL is 0. */
int64_t
pv_stream_int(const PvStream *stream, int column)
{
	return pv_row_int(&stream->row, column);
}

/* Ends a query, read to its end or not. */
void
pv_stream_close(PvStream *stream)
{
	if (stream->table)
		SPI_freetuptable(stream->table);
	SPI_cursor_close(stream->portal);
}
