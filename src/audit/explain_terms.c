/*
 * explain_terms.c
 *	  A step of a trace in figures that people read.
 *
 * Figures are plain decimals; what is rounded is rounded to the smallest part of the
 * result's unit.  The signs of MODEL are for who can be shown them: a database or a client
 * in another encoding than UTF-8 may have none of them, and gets words.
 */
#include "audit/explain_terms.h"

#include "engine/decimal.h"
#include "engine/fixed.h"
#include "store/calendar.h"
#include "types/numbers.h"

#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "utils/date.h"

typedef struct Signs
{
	const char *floor;
	const char *end_floor;
	const char *ceiling;
	const char *end_ceiling;
	const char *times;
	const char *by;
	const char *at_most;
} Signs;

static const Signs of_model = {"⌊", "⌋", "⌈", "⌉", " × ", " ÷ ", " ≤ "};
static const Signs in_words = {"floor(", ")", "ceil(", ")", " * ", " / ", " <= "};

static const Signs *
signs(void)
{
	bool unicode = GetDatabaseEncoding() == PG_UTF8 && pg_get_client_encoding() == PG_UTF8;

	return unicode ? &of_model : &in_words;
}

static const struct
{
	const char *name;
	int scale;
} units[] = {
	[PV_UNIT_NONE] = {NULL, 0},
	[PV_UNIT_AMOUNT] = {"amount", PV_AMOUNT_SCALE},
	[PV_UNIT_POINTS] = {"points", PV_POINTS_SCALE},
	[PV_UNIT_RATE] = {"rate", PV_RATE_SCALE},
	[PV_UNIT_SHARES] = {"shares", 0},
	[PV_UNIT_MEMBERS] = {"members", 0},
	[PV_UNIT_DAYS] = {"days", 0},
	[PV_UNIT_DATE] = {NULL, 0},
	[PV_UNIT_COUNT] = {NULL, 0},
	[PV_UNIT_ITEMS] = {"items", 0},
	[PV_UNIT_PRICE] = {"price", 0},
};

static void
put_figure(StringInfo text, PvTerm term)
{
	char figure[PV_DECIMAL_BUFSIZE];

	(void) pv_decimal_print(term.value, units[term.unit].scale, figure);
	appendStringInfoString(text, figure);
}

/* a × b ÷ c, without what is not there */
static void
put_product(StringInfo text, PvTerm a, PvTerm b, PvTerm c)
{
	put_figure(text, a);
	if (b.unit != PV_UNIT_NONE)
	{
		appendStringInfoString(text, signs()->times);
		put_figure(text, b);
	}
	if (c.unit != PV_UNIT_NONE)
	{
		appendStringInfoString(text, signs()->by);
		put_figure(text, c);
	}
}

static void
put_rounded(StringInfo text, bool up, PvTerm a, PvTerm b, PvTerm c)
{
	appendStringInfoString(text, up ? signs()->ceiling : signs()->floor);
	put_product(text, a, b, c);
	appendStringInfoString(text, up ? signs()->end_ceiling : signs()->end_floor);
}

/* G15: what a part is, which is all that went so far less what had gone before. */
static void
put_part(StringInfo text, bool up, const PvTerm *terms)
{
	put_rounded(text, up, terms[0], terms[2], terms[3]);
	if (terms[1].value == 0)
		return;
	appendStringInfoString(text, " - ");
	put_rounded(text, up, terms[0], terms[1], terms[3]);
}

/* A figure that is added to what stands before it, or taken from it. */
static void
put_signed(StringInfo text, PvTerm term, bool takes)
{
	bool minus = (term.value < 0) != takes;

	if (text->len > 0)
		appendStringInfoChar(text, ' ');
	appendStringInfoChar(text, minus ? '-' : '+');
	if (text->len > 1)
		appendStringInfoChar(text, ' ');
	put_figure(text, (PvTerm){term.value < 0 ? -term.value : term.value, term.unit});
}

static void
put_sum(StringInfo text, const PvTerm *terms, bool takes)
{
	put_figure(text, terms[0]);
	for (int i = 1; i < PV_MAX_TERMS && terms[i].unit != PV_UNIT_NONE; i++)
		put_signed(text, terms[i], takes);
}

/* What a balance was before, if that is known, and by how much it changed. */
static void
put_change(StringInfo text, const PvTerm *terms)
{
	if (terms[1].unit == PV_UNIT_NONE)
		put_signed(text, terms[0], false);
	else
		put_sum(text, terms, false);
}

static void
put_pair(StringInfo text, const char *between, const PvTerm *terms)
{
	put_figure(text, terms[0]);
	appendStringInfoString(text, between);
	put_figure(text, terms[1]);
}

/*
 * How the result of a step comes about, NULL where it is just so.
 */
const char *
pv_step_terms(const PvStep *step)
{
	const PvTerm *terms = step->terms;
	StringInfoData text;

	initStringInfo(&text);
	switch (step->form)
	{
		case PV_GIVEN:
			return step->result.unit == PV_UNIT_DATE ? pv_date_text((DateADT) step->result.value)
													 : NULL;
		case PV_FLOOR:
		case PV_CEILING:
			put_rounded(&text, step->form == PV_CEILING, terms[0], terms[1], terms[2]);
			break;
		case PV_SUM:
		case PV_DIFFERENCE:
			put_sum(&text, terms, step->form == PV_DIFFERENCE);
			break;
		case PV_LEAST:
			appendStringInfoString(&text, "least(");
			put_pair(&text, ", ", terms);
			appendStringInfoChar(&text, ')');
			break;
		case PV_AT_MOST:
			put_pair(&text, signs()->at_most, terms);
			break;
		case PV_RATIO:
			put_pair(&text, signs()->by, terms);
			break;
		case PV_PART_FLOOR:
		case PV_PART_CEILING:
			put_part(&text, step->form == PV_PART_CEILING, terms);
			break;
		case PV_CHANGE:
			put_change(&text, terms);
			break;
	}
	return text.data;
}

/* The result as a figure, NULL where it is none; a price is rounded (U3). */
Numeric
pv_step_result(const PvStep *step)
{
	if (step->form == PV_RATIO)
		return step->terms[1].value > 0
				   ? pv_price_to_numeric((PvPrice){step->terms[0].value, step->terms[1].value})
				   : NULL;
	if (step->result.unit == PV_UNIT_NONE || step->result.unit == PV_UNIT_DATE)
		return NULL;
	return pv_to_numeric(step->result.value, units[step->result.unit].scale);
}

/* What the result counts, NULL where that goes without saying. */
const char *
pv_step_unit(const PvStep *step)
{
	return units[step->result.unit].name;
}
