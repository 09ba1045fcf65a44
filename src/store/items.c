/*
 * items.c
 *	  Series of collectibles and their items, in their tables (N1 to N4).
 *
 * The number of a series is that of the journal row that created it.  Its terms are in the
 * note of that row, and of each that changed them, so that verify can follow them.
 */
#include "store/items.h"

#include "base/tokens.h"
#include "engine/decimal.h"
#include "engine/fixed.h"
#include "engine/kinds.h"
#include "store/lookup.h"
#include "store/table.h"
#include "store/write.h"

#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/json.h"

static PvTable series_insert = {PV_INSERT, "series_data", "vault, " PV_SERIES_COLUMNS,
								"iltllpaalblbtj", 0};

static PvTable series_update = {PV_UPDATE, "series_data",
								"vault, seq, issued, price_points, price_amount, min_spent, closed",
								"illpaab", 2};

static PvTable series_issue = {PV_UPDATE, "series_data", "vault, seq, issued", "ill", 2};

#define ITEM_NAMES "vault, series, serial, owner, listed, used, since, seq"
#define ITEM_TYPES "illlalll"

static PvTable item_insert = {PV_INSERT, "item_data", ITEM_NAMES, ITEM_TYPES, 0};

static PvTable item_update = {PV_UPDATE, "item_data", ITEM_NAMES, ITEM_TYPES, 3};

static PvLookup series_of_code = {.table = "series_data",
								  .index = "series_code_key",
								  .columns = PV_SERIES_COLUMNS,
								  .by = "vault, code",
								  .nkeys = 2};

static PvLookup item_by_serial = {.table = "item_data",
								  .columns = PV_ITEM_COLUMNS,
								  .by = "vault, series, serial",
								  .nkeys = 3};

/* clang-format off */

/* N1: of a member and whoever was merged into it; of refunds those of purchases. */
static PvPlan spent_by = {
	"SELECT (COALESCE(pointsvault.sum(j.amount) FILTER (WHERE j.kind = $3), 0) - "
		"COALESCE(pointsvault.sum(j.amount) FILTER (WHERE j.kind = $4), 0))::pointsvault.amount "
	"FROM ("
		"SELECT $2 AS id "
		"UNION ALL "
		"SELECT id FROM pointsvault.member_data WHERE vault = $1 AND merged_into = $2) m "
	"CROSS JOIN LATERAL ("
		"SELECT kind, amount "
		"FROM pointsvault.journal_data d "
		"WHERE d.vault = $1 AND d.member = m.id AND (d.kind = $3 OR (d.kind = $4 AND EXISTS ("
			"SELECT FROM pointsvault.journal_data c "
			"WHERE c.vault = $1 AND c.seq = d.cause AND c.kind = $3))) OFFSET 0) j",
	"ilss", .how = PV_BY_KEY};

/* Few: a member's. */
static PvPlan move_items = {
	"UPDATE pointsvault.item_data SET owner = $3 WHERE vault = $1 AND owner = $2", "ill", NULL};

/* clang-format on */

enum
{
	SERIES_SEQ,
	SERIES_CODE,
	SERIES_SUPPLY,
	SERIES_ISSUED,
	SERIES_PRICE_POINTS,
	SERIES_PRICE_AMOUNT,
	SERIES_MIN_SPENT,
	SERIES_FEE_RATE,
	SERIES_TRANSFERABLE,
	SERIES_USES,
	SERIES_CLOSED,
	SERIES_NAME,
	SERIES_ABOUT,
	SERIES_COLUMNS
};

/* --- series ------------------------------------------------------------------------ */

/* Refuses a code that no series of the vault has. */
void
pv_no_such_series(int32_t vault, const char *code)
{
	ereport(ERROR, (pv_error(NO_SUCH_SERIES), errmsg("vault %d has no series \"%s\"", vault, code),
					errhint("One is made by pointsvault.create_series(%d, ...).", vault)));
}

/* Refuses a serial that was not given out. */
void
pv_no_such_item(int32_t vault, const char *code, int64_t serial)
{
	ereport(ERROR,
			(pv_error(NO_SUCH_ITEM),
			 errmsg("series \"%s\" of vault %d has no item " INT64_FORMAT, code, vault, serial)));
}

/* A boolean that somebody may have made NULL. */
static bool
row_bool(const PvRow *row, int column)
{
	return !row->nulls[column] && DatumGetBool(row->values[column]);
}

/* A series from a row, in the order of PV_SERIES_COLUMNS. */
PvSeriesRow
pv_series_read(const PvRow *row, int first)
{
	bool in_points = !row->nulls[first + SERIES_PRICE_POINTS];
	int64_t uses = pv_row_int(row, first + SERIES_USES);
	PvSeries terms = {.id = pv_row_int(row, first + SERIES_SEQ),
					  .supply = pv_row_int(row, first + SERIES_SUPPLY),
					  .issued = pv_row_int(row, first + SERIES_ISSUED),
					  .price = pv_row_int(row, first + (in_points ? SERIES_PRICE_POINTS
																  : SERIES_PRICE_AMOUNT)),
					  .min_spent = pv_row_int(row, first + SERIES_MIN_SPENT),
					  .fee_rate = pv_row_int(row, first + SERIES_FEE_RATE),
					  /* NULL is without an end, and no number is */
					  .uses = row->nulls[first + SERIES_USES] ? PV_UNSET : Max(uses, 0),
					  .in_points = in_points,
					  .transferable = row_bool(row, first + SERIES_TRANSFERABLE),
					  .closed = row_bool(row, first + SERIES_CLOSED)};

	return (PvSeriesRow){.terms = terms,
						 .code = pv_row_text_or_empty(row, first + SERIES_CODE),
						 .name = pv_row_text(row, first + SERIES_NAME),
						 .about = pv_row_jsonb(row, first + SERIES_ABOUT)};
}

/* N1: whether a series can be, or somebody changed it. */
bool
pv_series_is_sound(const PvSeries *series)
{
	return series->supply > 0 && series->issued >= 0 && series->issued <= series->supply &&
		   series->price > 0 && series->min_spent >= 0 && series->fee_rate >= 0 &&
		   series->fee_rate <= PV_ONE_RATE && (series->uses == PV_UNSET || series->uses > 0);
}

/* The series of a code; false where there is none. */
bool
pv_series_find(int32_t vault, const char *code, bool read_only, PvSeriesRow *series)
{
	PvRow row;

	if (!pv_look_up(&series_of_code, (Datum[]){Int32GetDatum(vault), CStringGetTextDatum(code)},
					pv_sight(read_only), &row))
		return false;
	*series = pv_series_read(&row, 0);
	if (!pv_series_is_sound(&series->terms))
		ereport(ERROR, (pv_error(DAMAGED_DATA),
						errmsg("series \"%s\" of vault %d says what cannot be", code, vault),
						errhint("pointsvault.verify(%d) names what was changed.", vault)));
	return true;
}

static void
put_number(Datum *values, bool *nulls, int column, int64_t number, bool said)
{
	values[column] = Int64GetDatum(number);
	nulls[column] = !said;
}

/* Gathers the row of a new series. */
void
pv_series_add(PvBook *book, const PvSeriesRow *series)
{
	const PvSeries *terms = &series->terms;
	Datum values[1 + SERIES_COLUMNS] = {Int32GetDatum(book->vault)};
	bool nulls[1 + SERIES_COLUMNS] = {0};
	Datum *column = values + 1;
	bool *null = nulls + 1;

	column[SERIES_SEQ] = Int64GetDatum(terms->id);
	column[SERIES_CODE] = CStringGetTextDatum(series->code);
	column[SERIES_SUPPLY] = Int64GetDatum(terms->supply);
	column[SERIES_ISSUED] = Int64GetDatum(terms->issued);
	put_number(column, null, SERIES_PRICE_POINTS, terms->price, terms->in_points);
	put_number(column, null, SERIES_PRICE_AMOUNT, terms->price, !terms->in_points);
	column[SERIES_MIN_SPENT] = Int64GetDatum(terms->min_spent);
	column[SERIES_FEE_RATE] = Int64GetDatum(terms->fee_rate);
	column[SERIES_TRANSFERABLE] = BoolGetDatum(terms->transferable);
	put_number(column, null, SERIES_USES, terms->uses, terms->uses != PV_UNSET);
	column[SERIES_CLOSED] = BoolGetDatum(terms->closed);
	null[SERIES_NAME] = series->name == NULL;
	if (series->name)
		column[SERIES_NAME] = CStringGetTextDatum(series->name);
	null[SERIES_ABOUT] = series->about == NULL;
	if (series->about)
		column[SERIES_ABOUT] = JsonbPGetDatum(series->about);
	book->series.table = &series_insert;
	pv_add_row(&book->series, values, nulls, lengthof(values));
}

/* Gathers what may change of a series. */
void
pv_series_change(PvBook *book, const PvSeries *series)
{
	Datum values[7] = {Int32GetDatum(book->vault), Int64GetDatum(series->id),
					   Int64GetDatum(series->issued)};
	bool nulls[7] = {0};

	put_number(values, nulls, 3, series->price, series->in_points);
	put_number(values, nulls, 4, series->price, !series->in_points);
	values[5] = Int64GetDatum(series->min_spent);
	values[6] = BoolGetDatum(series->closed);
	book->series.table = &series_update;
	pv_add_row(&book->series, values, nulls, lengthof(values));
}

/* --- the terms of a series as the journal notes them --------------------------------- */

#define UNLIMITED ", uses unlimited"

static void
tell_figure(StringInfo note, const char *what, int64_t figure, int scale)
{
	char text[PV_DECIMAL_BUFSIZE];

	(void) pv_decimal_print(figure, scale, text);
	appendStringInfo(note, "%s %s", what, text);
}

/*
 * What a series is, for the journal: what the engine asks for first, which can be read
 * back, then what the caller called it.  How many were given out its events say.
 */
char *
pv_series_note(const PvSeriesRow *series)
{
	const PvSeries *terms = &series->terms;
	StringInfoData note;

	initStringInfo(&note);
	tell_figure(&note, "supply", terms->supply, 0);
	tell_figure(&note, ", price", terms->price,
				terms->in_points ? PV_POINTS_SCALE : PV_AMOUNT_SCALE);
	appendStringInfoString(&note, terms->in_points ? " points" : " money");
	tell_figure(&note, ", min_spent", terms->min_spent, PV_AMOUNT_SCALE);
	tell_figure(&note, ", fee_rate", terms->fee_rate, PV_RATE_SCALE);
	if (terms->uses == PV_UNSET)
		appendStringInfoString(&note, UNLIMITED);
	else
		tell_figure(&note, ", uses", terms->uses, 0);
	appendStringInfo(&note, ", transferable %s, closed %s, code ",
					 terms->transferable ? "true" : "false", terms->closed ? "true" : "false");
	escape_json(&note, series->code);
	if (series->name)
	{
		appendStringInfoString(&note, ", name ");
		escape_json(&note, series->name);
	}
	if (series->about)
		appendStringInfo(&note, ", about %s",
						 DatumGetCString(
							 DirectFunctionCall1(jsonb_out, JsonbPGetDatum(series->about))));
	return note.data;
}

/* Goes past a word that has to stand next. */
static bool
pass(const char **at, const char *word)
{
	size_t length = strlen(word);

	if (strncmp(*at, word, length) != 0)
		return false;
	*at += length;
	return true;
}

static bool
pass_figure(const char **at, const char *what, int scale, int64_t *figure)
{
	size_t length;

	if (!pass(at, what))
		return false;
	length = strspn(*at, "-0123456789.");
	if (pv_decimal_parse(*at, length, scale, figure) != PV_DECIMAL_OK)
		return false;
	*at += length;
	return true;
}

static bool
pass_bool(const char **at, const char *what, bool *is)
{
	if (!pass(at, what))
		return false;
	*is = pass(at, "true");
	return *is || pass(at, "false");
}

static bool
pass_uses(const char **at, int64_t *uses)
{
	*uses = PV_UNSET;
	return pass(at, UNLIMITED) || (pass_figure(at, ", uses ", 0, uses) && *uses > 0);
}

/* The terms that a note says, of a series of which none is given out; false where it says none. */
bool
pv_series_read_note(const char *note, PvSeries *series)
{
	const char *at = note;
	const char *price = note ? strstr(note, ", price ") : NULL;

	*series = (PvSeries){0};
	if (!price)
		return false;
	price += strlen(", price ");
	series->in_points = strncmp(price + strspn(price, "-0123456789."), " points", 7) == 0;
	if (!pass_figure(&at, "supply ", 0, &series->supply) ||
		!pass_figure(&at, ", price ", series->in_points ? PV_POINTS_SCALE : PV_AMOUNT_SCALE,
					 &series->price) ||
		!pass(&at, series->in_points ? " points" : " money") ||
		!pass_figure(&at, ", min_spent ", PV_AMOUNT_SCALE, &series->min_spent) ||
		!pass_figure(&at, ", fee_rate ", PV_RATE_SCALE, &series->fee_rate) ||
		!pass_uses(&at, &series->uses) ||
		!pass_bool(&at, ", transferable ", &series->transferable) ||
		!pass_bool(&at, ", closed ", &series->closed))
		return false;
	return pv_series_is_sound(series);
}

/* --- items -------------------------------------------------------------------------- */

/* An item from a row, in the order of PV_ITEM_COLUMNS. */
PvItem
pv_item_read(const PvRow *row, int first)
{
	return (PvItem){.serial = pv_row_int(row, first),
					.owner = pv_row_int(row, first + 1),
					.listed = pv_row_int(row, first + 2),
					.used = pv_row_int(row, first + 3),
					.since = pv_row_int(row, first + 4),
					.seq = pv_row_int(row, first + 5)};
}

/* An item as it stands; false where it was not given out. */
bool
pv_item_find(int32_t vault, int64_t series, int64_t serial, bool read_only, PvItem *item)
{
	PvRow row;

	if (!pv_look_up(&item_by_serial,
					(Datum[]){Int32GetDatum(vault), Int64GetDatum(series), Int64GetDatum(serial)},
					pv_sight(read_only), &row))
		return false;
	*item = pv_item_read(&row, 0);
	if (item->listed < 0 || item->used < 0 || item->used == PG_INT64_MAX)
		ereport(ERROR, (pv_error(DAMAGED_DATA),
						errmsg("item " INT64_FORMAT " of series " INT64_FORMAT
							   " of vault %d says what cannot be",
							   serial, series, vault),
						errhint("pointsvault.verify(%d) names what was changed.", vault)));
	return true;
}

/* Notes how an event left its item, and the series that it is a new one of. */
void
pv_item_note(PvBook *book, const PvEvent *event, const PvEffect *effect)
{
	const PvItem *item = &effect->stands;
	bool is_new = event->series && !event->item;
	PvRows *rows = is_new ? &book->items_made : &book->items_changed;
	Datum values[] = {Int32GetDatum(book->vault),  Int64GetDatum(effect->series),
					  Int64GetDatum(item->serial), Int64GetDatum(item->owner),
					  Int64GetDatum(item->listed), Int64GetDatum(item->used),
					  Int64GetDatum(item->since),  Int64GetDatum(item->seq)};
	bool nulls[lengthof(values)] = {false, false, false, false, item->listed == 0};

	if (!event->series)
		return;
	rows->table = is_new ? &item_insert : &item_update;
	pv_add_row(rows, values, nulls, lengthof(values));
	if (!is_new)
		return;
	book->series.table = &series_issue;
	pv_add_row(&book->series,
			   (Datum[]){values[0], values[1], Int64GetDatum(event->series->issued + 1)},
			   (bool[3]){false}, 3);
}

/* Hands the items of a member over to another, who takes over by a merge. */
void
pv_items_merge(int32_t vault, int64_t from, int64_t into)
{
	Datum values[3] = {Int32GetDatum(vault), Int64GetDatum(from), Int64GetDatum(into)};

	(void) pv_run(&move_items, values, NULL, false);
}

/* N1: own purchases of a member less their refunds, of all its history. */
int64_t
pv_spent_by(int32_t vault, int64_t member, bool read_only)
{
	Datum values[4] = {Int32GetDatum(vault), Int64GetDatum(member), Int16GetDatum(PV_KIND_PURCHASE),
					   Int16GetDatum(PV_KIND_REFUND)};
	int64_t spent = 0;

	if (pv_run(&spent_by, values, NULL, read_only) == 1)
	{
		PvRow row = pv_result_row(0);

		spent = pv_row_int(&row, 0);
	}
	SPI_freetuptable(SPI_tuptable);
	return spent;
}
