/*
 * stream.c
 *	  Rows of a query, a part at a time, in memory of their own.
 */
#include "store/stream.h"

#define ROWS_PER_FETCH 1000

/* Opens a query before its first row: as the caller's query sees its rows, or as they are now. */
void
pv_stream_open_with(PvStream *stream, PvPlan *plan, Datum *values, bool read_only)
{
	memset(stream, 0, sizeof(*stream));
	stream->portal =
		read_only ? pv_open_cursor(plan, values, NULL) : pv_open_cursor_now(plan, values);
}

/* Opens a query of a vault, as the caller's query sees its rows. */
void
pv_stream_open(PvStream *stream, PvPlan *plan, int32_t vault)
{
	Datum values[1] = {Int32GetDatum(vault)};

	pv_stream_open_with(stream, plan, values, true);
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
	if (stream->look)
		stream->look(stream, stream->arg);
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
