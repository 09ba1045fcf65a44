/*
 * teams.c
 *	  Team figures and release plans at the close of a day, in the store (L2 to L6, M1).
 *
 * A close brings those whom the day touches, who bought or returned something, or whose
 * plans end, and all who stand above them; the engine moves them (tree.c), and what
 * changed is written.  Everybody else goes on as the rows say.
 *
 * Memory: about 400 bytes for each member brought, and its plans.
 */
#include "store/teams.h"

#include "base/pace.h"
#include "base/tokens.h"
#include "engine/fixed.h"
#include "engine/memory.h"
#include "engine/policy.h"
#include "engine/release.h"
#include "engine/tree.h"
#include "store/book.h"
#include "store/calendar.h"
#include "store/lookup.h"
#include "store/plan.h"
#include "store/policies.h"
#include "store/release_plans.h"
#include "store/table.h"
#include "store/write.h"

#include "executor/spi.h"
#include "miscadmin.h"
#include "storage/bufmgr.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

/* clang-format off */

/* Who took part in a merge. */
static PvPlan parties_of = {
	"SELECT member FROM pointsvault.movement_data WHERE vault = $1 AND seq = $2", "il", NULL};

/* In the order of the index, so that it is that which is gone through. */
static PvPlan ended_runs = {
	"SELECT member FROM pointsvault.team_data WHERE vault = $1 AND ends_on <= $2 ORDER BY ends_on",
	"id", .how = PV_IN_ORDER};

/* clang-format on */

#define LINE_COLUMNS "id, sponsor, merged_into"
#define TEAM_COLUMNS                                                              \
	"member, sales, team_sales, star, rank, generations, units, released, rate, " \
	"base, bonus, as_of, ends_on, plans, above"

static PvLookup line_of = {.table = "member_data",
						   .columns = LINE_COLUMNS,
						   .by = "vault, id",
						   .nkeys = 2};
static PvLookup all_lines = {.table = "member_data",
							 .columns = LINE_COLUMNS,
							 .by = "vault, id",
							 .nkeys = 1};
static PvLookup team_of = {.table = "team_data",
						   .columns = TEAM_COLUMNS,
						   .by = "vault, member",
						   .nkeys = 2};
static PvLookup all_teams = {.table = "team_data",
							 .columns = TEAM_COLUMNS,
							 .by = "vault, member",
							 .nkeys = 1};

/* Of a vault, the newest first. */
static PvLookup journal_back = {.table = "journal_data",
								.columns = "seq, kind, member, amount, member_debt",
								.by = "vault, seq",
								.nkeys = 1,
								.backward = true};

#define TEAM_TYPES "ilaassLLaaaaddil"

static PvTable team_insert = {PV_INSERT, "team_data", "vault, " TEAM_COLUMNS, TEAM_TYPES, 0};
static PvTable team_update = {PV_UPDATE, "team_data", "vault, " TEAM_COLUMNS, TEAM_TYPES, 2};

/* Where members stand among the nodes. */
typedef struct NodeSlot
{
	int64_t member;
	int place;
	char status;
} NodeSlot;

#define SH_PREFIX nodehash
#define SH_ELEMENT_TYPE NodeSlot
#define SH_KEY_TYPE int64_t
#define SH_KEY member
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "base/hashtable.h"

/* The members of a close, as they are brought. */
typedef struct Teams
{
	PvBook *book;
	int64_t closed_by; /* the journal row of the close before, 0 = none */
	PvForest forest;
	int size;
	int ordered;				  /* so many nodes are in the order of their members */
	int next;					  /* where the next member is looked for first among them */
	struct nodehash_hash *places; /* of all others */
	int64_t *sponsors;		  /* of each node, 0 = nobody; with a row of its own who stands above */
	int64_t *merged;		  /* who took over from each, 0 = nobody */
	ItemPointerData *team_at; /* where the row of each lies */
	int *touched;			  /* the places of those who are, and of all above them */
	int ntouched;
	PvScan lines;
	PvScan teams;
	PvScan plans;
	bool all; /* each table is read whole */
	MemoryContext memory;
	MemoryContext row; /* of the row at hand */
	TimestampTz told_at;
} Teams;

pv_noreturn static void
refuse_damaged(const PvBook *book, const char *what, int64_t member)
{
	ereport(ERROR, (pv_error(DAMAGED_DATA),
					errmsg("%s of member " INT64_FORMAT " of vault %d cannot be right", what,
						   member, book->vault),
					errhint("pointsvault.verify(%d) names what was changed.", book->vault)));
	pg_unreachable();
}

static void
make_room(Teams *teams, int size)
{
	teams->size = size;
	teams->forest.nodes = pv_realloc(teams->forest.nodes, sizeof(PvNode) * size);
	teams->sponsors = pv_realloc(teams->sponsors, sizeof(int64_t) * size);
	teams->merged = pv_realloc(teams->merged, sizeof(int64_t) * size);
	teams->team_at = pv_realloc(teams->team_at, sizeof(ItemPointerData) * size);
}

/* Adds a node behind all others. */
static int
add_node(Teams *teams, int64_t member)
{
	PvForest *forest = &teams->forest;

	if (forest->count == teams->size)
		make_room(teams, Max(2 * teams->size, 1024));
	forest->nodes[forest->count] =
		(PvNode){.member = member, .parent = -1, .depth = -1, .run.ends_on = PV_NEVER};
	teams->sponsors[forest->count] = teams->merged[forest->count] = 0;
	return forest->count++;
}

/*
 * A node among those in order, -1 = it is not there.  Looked for ever farther from the one
 * before, as neighbours mostly have sponsors that are near each other, then by halves.
 */
static int
find_in_order(Teams *teams, int64_t member)
{
	const PvNode *nodes = teams->forest.nodes;
	int64_t low = 0;
	int64_t high = teams->ordered;
	int64_t at = teams->next;

	for (int64_t step = 1; low < high; step *= 2)
	{
		if (at < low || at >= high)
			at = low + (high - low) / 2;
		if (nodes[at].member == member)
			return teams->next = (int) at;
		if (nodes[at].member < member)
		{
			low = at + 1;
			at += step;
		}
		else
		{
			high = at;
			at -= step;
		}
	}
	return -1;
}

/* A node by its member, which is added where it is not there. */
static int
place_of(Teams *teams, int64_t member, bool *found)
{
	int place = find_in_order(teams, member);
	NodeSlot *slot;

	*found = place >= 0;
	if (*found)
		return place;
	slot = nodehash_insert(teams->places, member, found);
	if (!*found)
		slot->place = add_node(teams, member);
	return slot->place;
}

/* The place of the next member of a table that is read in order. */
static int
next_place(Teams *teams, int64_t member)
{
	const PvForest *forest = &teams->forest;
	bool found;

	while (teams->next < teams->ordered && forest->nodes[teams->next].member < member)
		teams->next++;
	if (teams->next < teams->ordered && forest->nodes[teams->next].member == member)
		return teams->next;
	if (teams->next < forest->count) /* out of order, as damaged data alone are */
		return place_of(teams, member, &found);
	teams->ordered++;
	return add_node(teams, member);
}

/* --- rows --------------------------------------------------------------------------- */

static void
read_vector(Teams *teams, const PvRow *row, int column, int most, int64_t member, PvVector *vector)
{
	Datum *values;
	int count;

	if (!pv_row_bigints(row, column, &values, &count) || count > most)
		refuse_damaged(teams->book, "team figures", member);
	if (count == 0)
		return;
	vector->at = MemoryContextAlloc(teams->memory, sizeof(int64_t) * count);
	vector->size = count;
	for (int i = 0; i < count; i++)
		vector->at[i] = DatumGetInt64(values[i]);
}

/*
 * The node that a row is of, whose place is known or not (-1).  Where all are read they come
 * in the order of their numbers, from every table.
 */
static PvNode *
node_of_row(Teams *teams, const PvRow *row, int *place)
{
	MemoryContext old = MemoryContextSwitchTo(teams->memory);

	if (*place < 0)
		*place = next_place(teams, pv_row_int(row, 0));
	MemoryContextSwitchTo(old);
	return &teams->forest.nodes[*place];
}

/* What its plans release; a member that never had one has none of these. */
static void
read_run(const PvRow *row, int first, PvNode *node)
{
	node->has_run = !row->nulls[first + 4];
	if (!node->has_run)
		return;
	node->run = (PvRun){.released = pv_row_int(row, first),
						.rate = pv_row_int(row, first + 1),
						.base = pv_row_int(row, first + 2),
						.bonus = pv_row_int(row, first + 3),
						.as_of = DatumGetDateADT(row->values[first + 4]),
						.ends_on = row->nulls[first + 5] ? PV_NEVER
														 : DatumGetDateADT(row->values[first + 5]),
						.plans = row->nulls[first + 6] ? 0 : DatumGetInt32(row->values[first + 6])};
}

static void
read_team(Teams *teams, const PvRow *row, int place)
{
	PvNode *node = node_of_row(teams, row, &place);

	node->stored = true;
	teams->team_at[place] = row->place;
	node->sales = pv_row_int(row, 1);
	node->star = DatumGetInt16(row->values[3]);
	node->rank = DatumGetInt16(row->values[4]);
	if (node->star < 0 || node->star > PV_MAX_GRADES)
		refuse_damaged(teams->book, "the star", node->member);
	node->team_sales = pv_row_int(row, 2);
	read_vector(teams, row, 5, PV_MAX_GENERATIONS, node->member, &node->generations);
	read_vector(teams, row, 6, 2 * PV_MAX_GRADES + 1, node->member, &node->units);
	read_run(row, 7, node);
	if (!teams->all)
		teams->sponsors[place] = pv_row_int(row, 14);
}

static void
read_line(Teams *teams, const PvRow *row, int place)
{
	(void) node_of_row(teams, row, &place);
	teams->sponsors[place] = pv_row_int(row, 1);
	teams->merged[place] = pv_row_int(row, 2);
}

/* Of a member whose own place in the line is known. */
static void
read_merged(Teams *teams, const PvRow *row, int place)
{
	teams->merged[place] = pv_row_int(row, 2);
}

typedef void (*OnRow)(Teams *teams, const PvRow *row, int place);

/*
 * Hands on the next row of a scan, and forgets what was made of it; false where there is none.
 * What the scan itself keeps is in the memory of the close.
 */
static bool
take_row(Teams *teams, PvScan *scan, int place, OnRow on_row)
{
	MemoryContext old;
	PvRow row;

	if (!pv_scan_peek(scan, &row))
		return false;
	old = MemoryContextSwitchTo(teams->row);
	on_row(teams, &row, place);
	MemoryContextSwitchTo(old);
	MemoryContextReset(teams->row);
	return true;
}

/* Takes the row of a member that a scan finds, if there is one. */
static bool
find_row(Teams *teams, PvScan *scan, int place, OnRow on_row)
{
	pv_scan_by(scan, (Datum[]){Int32GetDatum(teams->book->vault),
							   Int64GetDatum(teams->forest.nodes[place].member)});
	return take_row(teams, scan, place, on_row);
}

/*
 * Brings a member that was not there, by its number.  Who has a row of team figures stands
 * below whom that row says: a merge, which alone changes that, changes it there too.
 */
static int
bring_node(Teams *teams, int64_t member)
{
	bool found;
	int place = place_of(teams, member, &found);

	if (!found && !find_row(teams, &teams->teams, place, read_team) &&
		!find_row(teams, &teams->lines, place, read_line))
		refuse_damaged(teams->book, "the row", member);
	return place;
}

/* Such a member; who was brought before may lie elsewhere then. */
static PvNode *
bring_member(Teams *teams, int64_t member)
{
	int place = bring_node(teams, member);

	return &teams->forest.nodes[place];
}

/* Says every few seconds how far it is; asks for the time now and then. */
static void
tell(Teams *teams, const char *what, int64_t count)
{
	if (count % 1000 != 0)
		return;
	CHECK_FOR_INTERRUPTS();
	if (pv_is_time_to_tell(&teams->told_at))
		ereport(NOTICE,
				(errmsg("closing day %s of vault %d: " INT64_FORMAT " %s",
						pv_date_text(teams->book->open_day), teams->book->vault, count, what)));
}

/* Brings all rows of the vault in a table, in the order of their members. */
static void
bring_rows(Teams *teams, PvLookup *lookup, OnRow on_row)
{
	int64_t count = 0;
	PvScan scan;

	teams->next = 0;
	pv_scan_open(&scan, lookup, PV_SEE_NOW);
	pv_scan_by(&scan, (Datum[]){Int32GetDatum(teams->book->vault)});
	while (take_row(teams, &scan, -1, on_row))
		tell(teams, "members read", ++count);
	pv_scan_close(&scan);
}

/* A plan that is used up has no part in what is to come. */
static void
read_plan(Teams *teams, const PvRow *row, int place)
{
	PvNode *node = node_of_row(teams, row, &place);
	int count = node->nplans;
	PvReleasePlan plan;

	pv_plan_read(row, 1, &plan);
	if (pv_plan_remaining(&plan) == 0 && plan.rate == 0)
		return;
	if ((count & (count - 1)) == 0) /* it grows by doubling */
	{
		MemoryContext old = MemoryContextSwitchTo(teams->memory);

		node->plans = pv_realloc(node->plans, sizeof(PvReleasePlan) * Max(2 * count, 1));
		MemoryContextSwitchTo(old);
	}
	node->plans[node->nplans++] = plan;
}

/* All plans of a member that are not used up, oldest first (L6). */
static bool
bring_plans(PvNode *node, void *arg)
{
	Teams *teams = arg;

	node->brought = true;
	pv_scan_by(&teams->plans,
			   (Datum[]){Int32GetDatum(teams->book->vault), Int64GetDatum(node->member)});
	while (take_row(teams, &teams->plans, (int) (node - teams->forest.nodes), read_plan))
		;
	return true;
}

/* So many members there are at least on a page of their table. */
#define MEMBERS_ON_PAGE 80

static int64_t
members_expected(const Teams *teams)
{
	return (int64_t) RelationGetNumberOfBlocks(teams->lines.table) * MEMBERS_ON_PAGE;
}

/* Whether so many are a good part of the members there can be. */
static bool
are_many(const Teams *teams, int64_t count)
{
	return count > members_expected(teams) / 16;
}

/*
 * Brings all there is of the vault, each table in its order: less work than to look up
 * many one by one.
 */
static void
bring_all(Teams *teams)
{
	int64_t expected = Min(members_expected(teams), INT_MAX / 2);

	if (expected > teams->size)
		make_room(teams, (int) expected);
	teams->all = true;
	bring_rows(teams, &all_lines, read_line);
	bring_rows(teams, &all_teams, read_team);
	bring_rows(teams, &pv_plans_of_vault, read_plan);
	for (int i = 0; i < teams->forest.count; i++)
		teams->forest.nodes[i].brought = true;
}

/* --- the tree ----------------------------------------------------------------------- */

/* Who stands above a node: its sponsor, or who took over from that one; -1 = nobody. */
static int
bring_parent(Teams *teams, int place)
{
	bool resolved = teams->forest.nodes[place].stored && !teams->all;
	int above;

	if (teams->sponsors[place] == 0)
		return -1;
	above = bring_node(teams, teams->sponsors[place]);
	if (resolved)
		return above;
	if (!teams->all && teams->forest.nodes[above].stored)
		(void) find_row(teams, &teams->lines, above, read_merged);
	return teams->merged[above] == 0 ? above : bring_node(teams, teams->merged[above]);
}

/* Brings all who stand above those that are there. */
static void
bring_lines(Teams *teams)
{
	for (int i = 0; i < teams->forest.count; i++)
	{
		int parent = bring_parent(teams, i);

		teams->forest.nodes[i].parent = parent;
		tell(teams, "members brought", i);
	}
	for (int i = 0; i < teams->forest.count; i++)
		if (!pv_forest_find_depth(&teams->forest, i))
			refuse_damaged(teams->book, "the line above", teams->forest.nodes[i].member);
}

/* Lists those who are touched, and who stands above them; where all is summed up anew, all. */
static void
list_touched(Teams *teams)
{
	PvForest *forest = &teams->forest;

	teams->touched = pv_realloc(NULL, sizeof(int) * (forest->count + 1));
	for (int i = 0; i < forest->count; i++)
		if (forest->nodes[i].touched || forest->anew)
			pv_forest_list(forest, i, teams->touched, &teams->ntouched);
}

/* Where all is summed up anew, what who was merged had bought is bought by who took over. */
static void
begin_anew(Teams *teams)
{
	PvNode *nodes = teams->forest.nodes;

	for (int i = 0; i < teams->forest.count; i++)
		if (teams->merged[i] != 0)
			pv_node_hand_sales(&nodes[i], bring_member(teams, teams->merged[i]));
	for (int i = 0; i < teams->forest.count; i++)
		pv_node_begin_anew(&nodes[i]);
}

/* --- what the day touches ------------------------------------------------------------- */

/* A member that the day touches. */
typedef struct Touched
{
	int64_t member;
	pv_int128 sales; /* its purchases less refunds since the last close */
} Touched;

typedef struct TouchedList
{
	Touched *list;
	int64_t count;
	int64_t size;
	int64_t *merges; /* the journal rows of merges */
	int nmerges;
} TouchedList;

static void
add_touched(TouchedList *touched, int64_t member, int64_t sales)
{
	if (touched->count == touched->size)
	{
		touched->size = Max(2 * touched->size, 1024);
		touched->list = pv_realloc(touched->list, sizeof(Touched) * (Size) touched->size);
	}
	touched->list[touched->count++] = (Touched){member, sales};
}

/* Adds the members of a result. */
static void
add_found(TouchedList *touched, uint64 count)
{
	for (uint64 i = 0; i < count; i++)
	{
		PvRow row = pv_result_row(i);

		add_touched(touched, pv_row_int(&row, 0), 0);
	}
	SPI_freetuptable(SPI_tuptable);
}

/*
 * What a journal row says of who bought or returned something, a settled debt apart (D2); or
 * that it is a merge.
 */
static void
read_event(const PvBook *book, TouchedList *touched, const PvRow *row)
{
	PvKind kind = (PvKind) DatumGetInt16(row->values[1]);
	int64_t member = pv_row_int(row, 2);
	int64_t sales = pv_row_int(row, 3);
	bool is_debt = !row->nulls[4];

	if (kind == PV_KIND_MERGE)
	{
		touched->merges = pv_realloc(touched->merges, sizeof(int64_t) * (touched->nmerges + 1));
		touched->merges[touched->nmerges++] = pv_row_int(row, 0);
	}
	if (is_debt || (kind != PV_KIND_PURCHASE && kind != PV_KIND_REFUND))
		return;
	if (kind == PV_KIND_REFUND && !pv_sub(0, sales, &sales))
		refuse_damaged(book, "a refund", member);
	add_touched(touched, member, sales);
}

/*
 * Reads the journal back to a row.  Not by a statement that sums up: where most members
 * bought that takes longer than all else that is read.
 */
static void
read_events_since(Teams *teams, int64_t since, TouchedList *touched)
{
	int64_t count = 0;
	PvScan scan;
	PvRow row;

	pv_scan_open(&scan, &journal_back, PV_SEE_NOW);
	pv_scan_by(&scan, (Datum[]){Int32GetDatum(teams->book->vault)});
	while (pv_scan_peek(&scan, &row) && pv_row_int(&row, 0) > since)
	{
		read_event(teams->book, touched, &row);
		tell(teams, "events read", ++count);
	}
	pv_scan_close(&scan);
}

static int
compare_touched(const void *a, const void *b)
{
	int64_t left = ((const Touched *) a)->member;
	int64_t right = ((const Touched *) b)->member;

	return (left > right) - (left < right);
}

/* In the order of the members, each once. */
static void
sum_touched(TouchedList *touched)
{
	Touched *list = touched->list;
	int64_t count = 0;

	if (touched->count > 0)
		qsort(list, touched->count, sizeof(Touched), compare_touched);
	for (int64_t i = 0; i < touched->count; i++)
	{
		if (count == 0 || list[count - 1].member != list[i].member)
			list[count++] = list[i];
		else
			list[count - 1].sales += list[i].sales;
	}
	touched->count = count;
}

/*
 * Who bought or returned something since a journal row, or took plans over, and whose plans
 * end with the day.
 */
static void
find_touched(Teams *teams, int64_t since, TouchedList *touched)
{
	PvBook *book = teams->book;
	Datum values[2] = {Int32GetDatum(book->vault)};

	if (book->has_unread)
		read_events_since(teams, since, touched);
	for (int i = 0; i < touched->nmerges; i++)
	{
		values[1] = Int64GetDatum(touched->merges[i]);
		add_found(touched, pv_run(&parties_of, values, NULL, false));
	}
	values[1] = DateADTGetDatum(book->open_day);
	add_found(touched, pv_run(&ended_runs, values, NULL, false));
	sum_touched(touched);
}

/* Whether what team figures follow from is another than at the close before. */
static bool
is_policy_changed(const PvBook *book, int64_t closed_by)
{
	int32_t serial = pv_policy_of_row(book->vault, closed_by);
	PvPolicy before;

	if (serial == 0 || serial == book->policy.serial)
		return false;
	before = pv_policy_get(book->vault, serial);
	return !pv_keeps_teams_alike(&before, &book->policy);
}

/* Whether any close kept figures of the vault before. */
static bool
has_teams(const PvBook *book)
{
	PvRow row;

	return pv_look_up(&all_teams, (Datum[]){Int32GetDatum(book->vault)}, PV_SEE_NOW, &row);
}

/*
 * Brings whom the day touches, with all who stand above them; false where it touches
 * nobody.
 */
static bool
bring_touched(Teams *teams)
{
	PvBook *book = teams->book;
	bool kept = has_teams(book);
	int64_t since = kept ? teams->closed_by : 0;
	TouchedList touched = {0};

	find_touched(teams, since, &touched);
	teams->forest.anew =
		touched.nmerges > 0 || (book->has_unread && kept && is_policy_changed(book, since));
	if (touched.count == 0 && !teams->forest.anew)
		return false;
	if (teams->forest.anew || are_many(teams, touched.count))
		bring_all(teams);
	for (int64_t i = 0; i < touched.count; i++)
	{
		PvNode *node = bring_member(teams, touched.list[i].member);

		node->sales_moved += touched.list[i].sales;
		node->touched = true;
	}
	bring_lines(teams);
	if (teams->forest.anew)
		begin_anew(teams);
	list_touched(teams);
	return true;
}

/* --- writing ---------------------------------------------------------------------------- */

static Datum
vector_datum(const PvVector *vector, bool *is_null)
{
	int count = vector->size;
	Datum *numbers;

	while (count > 0 && vector->at[count - 1] == 0)
		count--;
	*is_null = count == 0;
	if (count == 0)
		return (Datum) 0;
	numbers = palloc(sizeof(Datum) * count);
	for (int i = 0; i < count; i++)
		numbers[i] = Int64GetDatum(vector->at[i]);
	return pv_bigint_array(numbers, count);
}

static void
add_team_row(PvRows *rows, int32_t vault, const PvForest *forest, const PvNode *node)
{
	const PvRun *run = &node->run;
	Datum values[16] = {Int32GetDatum(vault),
						Int64GetDatum(node->member),
						Int64GetDatum(node->sales),
						Int64GetDatum(node->team_sales),
						Int16GetDatum((int16) node->star),
						Int16GetDatum((int16) node->rank),
						(Datum) 0,
						(Datum) 0,
						Int64GetDatum(run->released),
						Int64GetDatum(run->rate),
						Int64GetDatum(run->base),
						Int64GetDatum(run->bonus),
						DateADTGetDatum(run->as_of),
						DateADTGetDatum(run->ends_on),
						Int32GetDatum(run->plans),
						Int64GetDatum(node->parent < 0 ? 0 : forest->nodes[node->parent].member)};
	bool nulls[16] = {0};

	values[6] = vector_datum(&node->generations, &nulls[6]);
	values[7] = vector_datum(&node->units, &nulls[7]);
	for (int i = 8; i < 15; i++)
		nulls[i] = !node->has_run && !node->run_changed;
	nulls[13] |= run->ends_on == PV_NEVER;
	nulls[15] = node->parent < 0;
	pv_add_row(rows, values, nulls, lengthof(values));
}

/* Rows to write of which it is known where they lie. */
static void
note_place(PvRows *rows, ItemPointer place)
{
	int count = rows->count;

	if ((count & (count - 1)) == 0) /* it grows by doubling */
		rows->places = pv_realloc(rows->places, sizeof(ItemPointer) * 2 * count);
	rows->places[count - 1] = place;
}

/* Gathers what changed of a node and its plans. */
static void
gather_node(Teams *teams, int place, PvRows *new, PvRows *changed, PvRows *plans)
{
	PvNode *node = &teams->forest.nodes[place];
	int32_t vault = teams->book->vault;

	if (node->changed || node->run_changed)
	{
		add_team_row(node->stored ? changed : new, vault, &teams->forest, node);
		if (node->stored)
			note_place(changed, &teams->team_at[place]);
	}
	for (int i = 0; i < node->nplans; i++)
	{
		if (!node->plans[i].changed)
			continue;
		pv_plan_add_row(plans, vault, node->member, &node->plans[i]);
		note_place(plans, (ItemPointer) node->plans[i].place);
	}
}

/*
 * So many nodes are written at once: what is gathered of them goes before the next are, and
 * is still in the processor's cache when it is written.
 */
#define NODES_AT_ONCE 10000

static void
write_nodes(Teams *teams)
{
	MemoryContext gathered =
		AllocSetContextCreate(teams->memory, "pointsvault team rows", ALLOCSET_DEFAULT_SIZES);
	int count = teams->forest.count;

	for (int from = 0; from < count; from += NODES_AT_ONCE)
	{
		MemoryContext old = MemoryContextSwitchTo(gathered);
		int to = Min(count, from + NODES_AT_ONCE);
		PvRows new = {.table = &team_insert};
		PvRows changed = {.table = &team_update};
		PvRows plans = {.table = &pv_plan_update};

		for (int place = from; place < to; place++)
			gather_node(teams, place, &new, &changed, &plans);
		pv_write_rows((PvRows *[]){&new, &changed, &plans}, 3);
		MemoryContextSwitchTo(old);
		MemoryContextReset(gathered);
		tell(teams, "members written", to);
	}
	MemoryContextDelete(gathered);
}

/* --- the close ------------------------------------------------------------------------- */

static void
refuse_close(const Teams *teams, PvError error)
{
	if (error == PV_OK)
		return;
	if (error == PV_OUT_OF_RANGE)
		ereport(ERROR, (pv_error(BALANCE_OUT_OF_RANGE),
						errmsg("the close of day %s takes a team figure of vault %d out of range",
							   pv_date_text(teams->book->open_day), teams->book->vault)));
	ereport(ERROR, (pv_error(DAMAGED_DATA),
					errmsg("team figures of vault %d do not fit its policy", teams->book->vault),
					errhint("pointsvault.verify(%d) names what was changed.", teams->book->vault)));
}

static void
close_teams(Teams *teams, PvDay *day)
{
	pv_scan_open(&teams->lines, &line_of, PV_SEE_NOW);
	pv_scan_open(&teams->teams, &team_of, PV_SEE_NOW);
	pv_scan_open(&teams->plans, &pv_plans_of_member, PV_SEE_NOW);
	if (bring_touched(teams))
		refuse_close(teams, pv_forest_close(&teams->book->policy, &teams->forest, teams->touched,
											teams->ntouched, teams->book->open_day, day));
	pv_scan_close(&teams->plans);
	pv_scan_close(&teams->teams);
	pv_scan_close(&teams->lines);
	if (teams->forest.count > 0)
		pv_tell_of_places();
	write_nodes(teams);
}

/*
 * L2 to L6, M1: team figures, stars and ranks as the open day leaves them, and what the
 * release plans do by its close: `day` has what they would if nothing changed.  All events of
 * it are written.
 */
void
pv_teams_close(PvBook *book, int64_t closed_by, PvDay *day)
{
	Teams teams = {.book = book, .closed_by = closed_by, .told_at = GetCurrentTimestamp()};
	MemoryContext old;

	if (!pv_keeps_teams(&book->policy) && !pv_policy_had_teams(book->vault))
		return;
	teams.memory =
		AllocSetContextCreate(CurrentMemoryContext, "pointsvault teams", ALLOCSET_DEFAULT_SIZES);
	teams.row = AllocSetContextCreate(teams.memory, "pointsvault team row", ALLOCSET_SMALL_SIZES);
	old = MemoryContextSwitchTo(teams.memory);
	teams.places = nodehash_create(teams.memory, 1024, NULL);
	teams.forest.bring_plans = bring_plans;
	teams.forest.arg = &teams;
	close_teams(&teams, day);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(teams.memory);
}
