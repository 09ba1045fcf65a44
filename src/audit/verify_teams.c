/*
 * verify_teams.c
 *	  Team figures and release plans, followed close by close from the journal and
 *	  compared with their tables (L1 to L7, M1).
 *
 * The tree of all members is kept in memory, about 400 bytes each and their plans.  Closes
 * move it by the engine's own pass, over whom each touches, so that in the end every row
 * must be what the closes of the vault wrote.  Rows of members have whom they stand below
 * now; what merges changed of that their journal rows tell, and it is undone first.
 */
#include "audit/verify_teams.h"

#include "audit/report.h"
#include "audit/stream.h"
#include "audit/verify_merges.h"
#include "engine/fixed.h"
#include "engine/memory.h"
#include "engine/parties.h"
#include "engine/policy.h"
#include "engine/release.h"
#include "engine/tree.h"
#include "store/plan.h"
#include "store/policies.h"

#include "lib/pairingheap.h"
#include "utils/date.h"

#include <stdlib.h>

/* clang-format off */

static PvPlan line_rows = {
	"SELECT id, sponsor, merged_into FROM pointsvault.member_data WHERE vault = $1 ORDER BY id",
	"i", NULL};

static PvPlan merge_rows = {
	"SELECT j.seq, j.member, m.member, j.note "
	"FROM pointsvault.journal_data j "
	"JOIN pointsvault.movement_data m ON m.vault = $1 AND m.seq = j.seq "
	"WHERE j.vault = $1 AND j.kind = 27 /* merge */ "
	"ORDER BY j.seq DESC",
	"i", NULL};

static PvPlan team_rows = {
	"SELECT member, sales, team_sales, star, rank, generations, units, "
		"released, rate, base, bonus, as_of, ends_on, plans, above "
	"FROM pointsvault.team_data "
	"WHERE vault = $1 "
	"ORDER BY member",
	"i", NULL};

static PvPlan plan_rows = {
	"SELECT member, seq, amount, granted, daily, released, cancelled, rate, as_of "
	"FROM pointsvault.plan_data "
	"WHERE vault = $1 "
	"ORDER BY member, seq",
	"i", NULL};

/* clang-format on */

/* A day on which the plans of a member are to be computed again. */
typedef struct End
{
	pairingheap_node heap;
	int32_t day;
	int place;
} End;

/* The tree as the journal row at hand leaves it. */
typedef struct PvTeamsCheck
{
	PvForest forest;   /* its nodes in the order of their members */
	int64_t *sponsors; /* of each, 0 = nobody */
	int64_t *posted;   /* L7: of what its plans released */
	int *merged;	   /* the place of who took over, -1 = nobody */
	int size;
	int *touched; /* since the last close */
	int ntouched;
	int *listed; /* with all who stand above them */
	int nlisted;
	pairingheap *ends;
	bool kept;		 /* a close kept figures before */
	bool merges;	 /* since the last close */
	bool had;		 /* any policy so far pays by teams */
	bool off;		 /* they can not be followed */
	bool has_day;	 /* a day was closed before */
	PvPolicy policy; /* of the last close */
	int64_t running;
	MemoryContext memory;
} PvTeamsCheck;

/* --- the tree ------------------------------------------------------------------------- */

static int
compare_to_node(const void *member, const void *node)
{
	int64_t left = *(const int64_t *) member;
	int64_t right = ((const PvNode *) node)->member;

	return (left > right) - (left < right);
}

/* The place of a member, -1 where there is none such. */
static int
place_of(const PvTeamsCheck *teams, int64_t member)
{
	const PvNode *node = teams->forest.count == 0
							 ? NULL
							 : bsearch(&member, teams->forest.nodes, teams->forest.count,
									   sizeof(PvNode), compare_to_node);

	return node ? (int) (node - teams->forest.nodes) : -1;
}

/* Follows them no further: what they are to be can not be told. */
static void
give_up(PvVerify *verify, const char *what, const char *expected, const char *found)
{
	verify->teams->off = true;
	pv_failed(&verify->report, PV_CHECK_TEAMS, what, expected, found);
}

static void
add_node(PvTeamsCheck *teams, int64_t member, int64_t sponsor)
{
	PvForest *forest = &teams->forest;

	if (forest->count == teams->size)
	{
		teams->size = Max(2 * teams->size, 1024);
		forest->nodes = pv_realloc(forest->nodes, sizeof(PvNode) * teams->size);
		teams->sponsors = pv_realloc(teams->sponsors, sizeof(int64_t) * teams->size);
	}
	forest->nodes[forest->count] =
		(PvNode){.member = member, .parent = -1, .brought = true, .run.ends_on = PV_NEVER};
	teams->sponsors[forest->count++] = sponsor;
}

/* Whom a node stands below; who was merged hands on to who took over. */
static int
parent_of(const PvTeamsCheck *teams, int place)
{
	int above = teams->sponsors[place] == 0 ? -1 : place_of(teams, teams->sponsors[place]);

	return above >= 0 && teams->merged[above] >= 0 ? teams->merged[above] : above;
}

/* The depth of all nodes anew; false where some stand in a ring. */
static bool
find_depths(PvTeamsCheck *teams)
{
	PvForest *forest = &teams->forest;

	for (int i = 0; i < forest->count; i++)
	{
		forest->nodes[i].depth = -1;
		forest->nodes[i].parent = parent_of(teams, i);
	}
	for (int i = 0; i < forest->count; i++)
		if (!pv_forest_find_depth(forest, i))
			return false;
	return true;
}

/* The next number of a text, 0 at its end. */
static int64_t
next_number(const char **at)
{
	char *end;
	int64_t number;

	*at += strcspn(*at, "0123456789");
	number = strtoll(*at, &end, 10);
	*at = end;
	return number;
}

/* Puts back what a merge changed of the line, as its row tells. */
static void
undo_merge(PvTeamsCheck *teams, int64_t from, int64_t into, const char *note)
{
	int place = place_of(teams, into);
	int64_t member;

	if (!note || place < 0)
		return;
	teams->sponsors[place] = next_number(&note);
	while ((member = next_number(&note)) != 0)
	{
		place = place_of(teams, member);
		if (place >= 0)
			teams->sponsors[place] = from;
	}
}

static void
load_lines(PvVerify *verify)
{
	PvTeamsCheck *teams = verify->teams;
	PvStream rows;

	pv_stream_open(&rows, &line_rows, verify->book->vault);
	for (pv_stream_next(&rows); !rows.ended; pv_stream_next(&rows))
		add_node(teams, pv_stream_int(&rows, 0), pv_stream_int(&rows, 1));
	pv_stream_close(&rows);
	teams->merged = pv_realloc(NULL, sizeof(int) * (teams->forest.count + 1));
	teams->touched = pv_realloc(NULL, sizeof(int) * (teams->forest.count + 1));
	teams->listed = pv_realloc(NULL, sizeof(int) * (teams->forest.count + 1));
	teams->posted = palloc_extended(sizeof(int64_t) * (teams->forest.count + 1),
									MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	for (int i = 0; i < teams->forest.count; i++)
		teams->merged[i] = -1;
	pv_stream_open(&rows, &merge_rows, verify->book->vault);
	for (pv_stream_next(&rows); !rows.ended; pv_stream_next(&rows))
		undo_merge(teams, pv_stream_int(&rows, 1), pv_stream_int(&rows, 2),
				   pv_row_text(&rows.row, 3));
	pv_stream_close(&rows);
}

/* The first day on top. */
static int
compare_ends(const pairingheap_node *a, const pairingheap_node *b, void *arg)
{
	int32_t left = pairingheap_const_container(End, heap, a)->day;
	int32_t right = pairingheap_const_container(End, heap, b)->day;

	(void) arg;
	return (left < right) - (left > right);
}

static bool
bring_nothing(PvNode *node, void *arg)
{
	(void) node;
	(void) arg;
	return true; /* plans are in memory */
}

/*
 * Loads the tree as it was before the first event, where any policy paid by it.
 */
void
pv_teams_load(PvVerify *verify)
{
	PvTeamsCheck *teams = palloc0(sizeof(PvTeamsCheck));

	verify->teams = teams;
	teams->memory = CurrentMemoryContext;
	teams->forest.bring_plans = bring_nothing;
	teams->off = !pv_policy_had_teams(verify->book->vault);
	if (teams->off)
		return;
	teams->ends = pairingheap_allocate(compare_ends, NULL);
	load_lines(verify);
	if (!find_depths(teams))
		give_up(verify, "line of sponsors", "no ring", "a ring");
}

/* --- events ----------------------------------------------------------------------------- */

static void
touch(PvTeamsCheck *teams, int place)
{
	if (!teams->forest.nodes[place].touched)
		teams->touched[teams->ntouched++] = place;
	teams->forest.nodes[place].touched = true;
}

static void
add_plan(PvNode *node, const PvReleasePlan *plan)
{
	int at = node->nplans;

	node->plans = pv_realloc(node->plans, sizeof(PvReleasePlan) * (node->nplans + 1));
	for (; at > 0 && node->plans[at - 1].seq > plan->seq; at--)
		node->plans[at] = node->plans[at - 1];
	node->plans[at] = *plan;
	node->plans[at].changed = false;
	node->nplans++;
}

static PvReleasePlan *
find_plan(const PvNode *node, int64_t seq)
{
	for (int i = node->nplans - 1; i >= 0; i--)
		if (node->plans[i].seq == seq)
			return &node->plans[i];
	return NULL;
}

/*
 * G15: the plan that a purchase opened, as it stands on the day of a refund; NULL where
 * there is none.
 */
const PvReleasePlan *
pv_teams_plan(PvVerify *verify, int64_t member, int64_t seq)
{
	PvTeamsCheck *teams = verify->teams;
	int place = teams->off ? -1 : place_of(teams, member);
	PvReleasePlan *plan = place < 0 ? NULL : find_plan(&teams->forest.nodes[place], seq);
	PvReleasePlan *now;

	if (!plan)
		return NULL;
	now = palloc(sizeof(PvReleasePlan));
	*now = *plan;
	return pv_plan_bring_to(now, verify->open_day - 1) ? now : NULL;
}

/* Who has the plans now, and who stands below whom. */
static void
follow_merge(PvVerify *verify, int from, int into)
{
	PvTeamsCheck *teams = verify->teams;
	PvNode *nodes = teams->forest.nodes;
	int at = into;

	if (!pv_merges_can(verify, nodes[from].member, nodes[into].member))
		return; /* is reported as what it is (verify_merges.c) */
	while (at >= 0 && at != from)
		at = nodes[at].parent;
	if (at == from)
		teams->sponsors[into] = teams->sponsors[from];
	for (int i = 0; i < teams->forest.count; i++)
	{
		if (teams->sponsors[i] == nodes[from].member)
			teams->sponsors[i] = nodes[into].member;
		if (teams->merged[i] == from)
			teams->merged[i] = into;
	}
	teams->merged[from] = into;
	for (int i = 0; i < nodes[from].nplans; i++)
		add_plan(&nodes[into], &nodes[from].plans[i]);
	nodes[from].nplans = 0;
	teams->merges = true;
	touch(teams, into);
	if (!find_depths(teams))
		give_up(verify, "line of sponsors", "no ring", "a ring");
}

/* L7: what is posted is what the plans released by the last close and was not posted. */
static void
follow_posting(PvVerify *verify, int place, int64_t amount)
{
	PvTeamsCheck *teams = verify->teams;
	const PvRun *run = &teams->forest.nodes[place].run;
	int64_t released = 0;

	pv_checked(&verify->report, PV_CHECK_PLANS);
	if (!pv_released_by(run->released, run->rate, run->as_of, verify->open_day - 1, &released) ||
		released - teams->posted[place] != amount)
		pv_compare(&verify->report, PV_CHECK_PLANS, "released, journal row", verify->seq,
				   released - teams->posted[place], amount, PV_AMOUNT_SCALE);
	teams->posted[place] += amount;
}

static void
follow_sale(PvTeamsCheck *teams, int place, int64_t sales, const PvEffect *effect)
{
	PvNode *node = &teams->forest.nodes[place];
	PvReleasePlan *plan;

	touch(teams, place);
	node->sales_moved += sales;
	if (!effect->has_plan)
		return;
	plan = find_plan(node, effect->plan.seq);
	if (!plan)
		add_plan(node, &effect->plan);
	else
		*plan = effect->plan;
}

/*
 * What an event that the engine computes as the journal has it does to plans and sales.
 */
void
pv_teams_follow(PvVerify *verify, const PvEvent *event, const PvEffect *effect)
{
	PvTeamsCheck *teams = verify->teams;
	const PvParty *own = pv_own(&event->parties);
	const PvParty *heir = pv_party(&event->parties, PV_HEIR);
	int place = own && !teams->off ? place_of(teams, own->id) : -1;
	MemoryContext old;

	teams->had |= pv_keeps_teams(&verify->policy);
	if (place < 0)
		return;
	old = MemoryContextSwitchTo(teams->memory);
	if (event->kind == PV_KIND_PURCHASE)
		follow_sale(teams, place, event->amount, effect);
	else if (event->kind == PV_KIND_REFUND && event->sale->kind == PV_KIND_PURCHASE)
		follow_sale(teams, place, -event->amount, effect);
	else if (event->kind == PV_KIND_RELEASE)
		follow_posting(verify, place, event->amount);
	else if (event->kind == PV_KIND_MERGE && heir && place_of(teams, heir->id) >= 0)
		follow_merge(verify, place, place_of(teams, heir->id));
	MemoryContextSwitchTo(old);
}

/* M2: whom a member stands below at the journal row at hand, 0 = nobody. */
int64_t
pv_teams_above(const PvVerify *verify, int64_t member)
{
	const PvTeamsCheck *teams = verify->teams;
	int place = teams->off ? -1 : place_of(teams, member);
	int above = place < 0 ? -1 : teams->forest.nodes[place].parent;

	return above < 0 ? 0 : teams->forest.nodes[above].member;
}

/* M1: the rank that the last close gave a member. */
int
pv_teams_rank(const PvVerify *verify, int64_t member)
{
	int place = verify->teams->off ? -1 : place_of(verify->teams, member);

	return place < 0 ? 0 : verify->teams->forest.nodes[place].rank;
}

/* L7: what of a member's releases was posted to it. */
int64_t
pv_teams_posted(const PvVerify *verify, int64_t member)
{
	int place = verify->teams->off ? -1 : place_of(verify->teams, member);

	return place < 0 ? 0 : verify->teams->posted[place];
}

/* --- closes ----------------------------------------------------------------------------- */

static void
push_end(PvTeamsCheck *teams, int32_t day, int place)
{
	End *end = palloc(sizeof(End));

	end->day = day;
	end->place = place;
	pairingheap_add(teams->ends, &end->heap);
}

/* The next end by a day, taken away; -1 = there is none. */
static int
pop_end(PvTeamsCheck *teams, int32_t day)
{
	End *end;
	int place;

	if (pairingheap_is_empty(teams->ends))
		return -1;
	end = pairingheap_container(End, heap, pairingheap_first(teams->ends));
	if (end->day > day)
		return -1;
	place = end->place;
	(void) pairingheap_remove_first(teams->ends);
	pfree(end);
	return place;
}

/* Whose plans are to be computed again on the day; a day that was put off is passed over. */
static void
touch_ended(PvTeamsCheck *teams, int32_t day)
{
	int place;

	while ((place = pop_end(teams, day)) >= 0)
		if (teams->forest.nodes[place].run.ends_on <= day)
			touch(teams, place);
}

/* Those whom the close moves: who is touched, and all who stand above. */
static void
list_touched(PvTeamsCheck *teams)
{
	teams->nlisted = 0;
	for (int i = 0; i < teams->ntouched; i++)
		pv_forest_list(&teams->forest, teams->touched[i], teams->listed, &teams->nlisted);
	for (int i = 0; teams->forest.anew && i < teams->forest.count; i++)
		pv_forest_list(&teams->forest, i, teams->listed, &teams->nlisted);
	teams->ntouched = 0;
}

/* Whether all is summed up anew, as the close of the vault does. */
static bool
begins_anew(const PvVerify *verify)
{
	const PvTeamsCheck *teams = verify->teams;

	return teams->merges || (teams->kept && teams->has_day &&
							 !pv_keeps_teams_alike(&teams->policy, &verify->policy));
}

static void
begin_anew(PvTeamsCheck *teams)
{
	PvNode *nodes = teams->forest.nodes;

	for (int i = 0; i < teams->forest.count; i++)
		if (teams->merged[i] >= 0)
			pv_node_hand_sales(&nodes[i], &nodes[teams->merged[i]]);
	for (int i = 0; i < teams->forest.count; i++)
		pv_node_begin_anew(&nodes[i]);
}

/* What the close wrote of a node is what is stored of it from then on. */
static void
keep_node(PvTeamsCheck *teams, int place)
{
	PvNode *node = &teams->forest.nodes[place];

	node->stored |= node->changed || node->run_changed;
	teams->kept |= node->stored;
	node->has_run |= node->run_changed;
	if (node->run_changed && node->run.ends_on != PV_NEVER)
		push_end(teams, node->run.ends_on, place);
	node->changed = node->run_changed = false;
	for (int i = 0; i < node->nplans; i++)
		node->plans[i].changed = false;
}

static void
close_teams(PvVerify *verify, int32_t date, PvDay *day)
{
	PvTeamsCheck *teams = verify->teams;

	touch_ended(teams, date);
	teams->forest.anew = begins_anew(verify);
	if (teams->forest.anew)
		begin_anew(teams);
	list_touched(teams);
	if (pv_forest_close(&verify->policy, &teams->forest, teams->listed, teams->nlisted, date,
						day) != PV_OK)
	{
		give_up(verify, psprintf("day closed by journal row " INT64_FORMAT, verify->seq),
				"team figures within their range", "beyond");
		return;
	}
	for (int i = 0; i < teams->nlisted; i++)
		keep_node(teams, teams->listed[i]);
	teams->merges = false;
}

/*
 * L2 to L6, M1: a close, and what it says that all plans released.
 */
void
pv_teams_follow_close(PvVerify *verify, const PvClosed *closed)
{
	PvTeamsCheck *teams = verify->teams;
	PvDay day = {.released = teams->running, .running = teams->running};
	MemoryContext old;

	teams->had |= pv_keeps_teams(&verify->policy);
	if (teams->off)
		return;
	old = MemoryContextSwitchTo(teams->memory);
	pv_checked(&verify->report, PV_CHECK_TEAMS);
	if (teams->had)
		close_teams(verify, closed->day, &day);
	MemoryContextSwitchTo(old);
	teams->running = day.running;
	teams->policy = verify->policy;
	teams->has_day = true;
	if (teams->off)
		return;
	pv_compare(&verify->report, PV_CHECK_PLANS, "released on the day closed by journal row",
			   verify->seq, day.released, closed->stored.released, PV_AMOUNT_SCALE);
	pv_compare(&verify->report, PV_CHECK_PLANS, "running after the day closed by journal row",
			   verify->seq, day.running, closed->stored.running, PV_AMOUNT_SCALE);
}

/* --- what the store says of them ---------------------------------------------------------- */

static bool
is_same_vector(const PvRow *row, int column, const PvVector *vector)
{
	int size = vector->size;
	Datum *values;
	int count;

	while (size > 0 && vector->at[size - 1] == 0)
		size--;
	if (row->nulls[column] != (size == 0)) /* none is NULL */
		return false;
	if (!pv_row_bigints(row, column, &values, &count) || count != size)
		return false;
	for (int i = 0; i < count; i++)
		if (DatumGetInt64(values[i]) != vector->at[i])
			return false;
	return true;
}

/* Whether the row of a member that has one by the journal is at hand; without one none may be. */
static bool
finds_row(PvVerify *verify, PvStream *rows, PvCheckId check, const char *what, int64_t member,
		  bool has_row)
{
	bool found;

	pv_stream_skip_strays(rows, &verify->report, check, what, &member);
	found = !rows->ended && pv_stream_int(rows, 0) == member;
	if (found != has_row)
		pv_fail_member(&verify->report, check, member, what, has_row ? "a row" : "none",
					   found ? "a row" : "none");
	return found && has_row;
}

/* What the plans of a member release; who never had any has none of it. */
static void
compare_run(PvVerify *verify, const PvRow *row, const PvNode *node)
{
	PvReport *report = &verify->report;
	PvCheckId check = PV_CHECK_PLANS;
	const PvRun *run = &node->run;
	const struct
	{
		const char *name;
		int64_t value;
		int column;
	} figures[] = {{"released by all plans", run->released, 7},
				   {"rate of all plans", run->rate, 8},
				   {"base", run->base, 9},
				   {"bonus", run->bonus, 10}};

	pv_checked(report, check);
	for (int i = 7; i <= 13; i++)
		if (i != 12 && row->nulls[i] == node->has_run)
		{
			pv_fail_member(report, check, node->member, "what its plans release",
						   node->has_run ? "figures" : "none", node->has_run ? "none" : "figures");
			return;
		}
	if (!node->has_run)
		return;
	for (int i = 0; i < (int) lengthof(figures); i++)
		pv_compare_member(report, check, node->member, figures[i].name, 0, figures[i].value,
						  pv_row_int(row, figures[i].column), PV_AMOUNT_SCALE);
	pv_compare_member(report, check, node->member, "as_of of its plans, days since 2000", 0,
					  run->as_of, DatumGetDateADT(row->values[11]), 0);
	pv_compare_member(report, check, node->member, "ends_on, days since 2000", 0, run->ends_on,
					  row->nulls[12] ? PV_NEVER : DatumGetDateADT(row->values[12]), 0);
	pv_compare_member(report, check, node->member, "plans not used up", 0, run->plans,
					  DatumGetInt32(row->values[13]), 0);
}

static void
compare_team(PvVerify *verify, PvStream *rows, const PvNode *node, int64_t above)
{
	PvReport *report = &verify->report;
	PvCheckId check = PV_CHECK_TEAMS;

	if (!finds_row(verify, rows, check, "team figures", node->member, node->stored))
		return;
	pv_checked(report, check);
	pv_compare_member(report, check, node->member, "sales", 0, node->sales, pv_stream_int(rows, 1),
					  PV_AMOUNT_SCALE);
	pv_compare_member(report, check, node->member, "team_sales", 0, node->team_sales,
					  pv_stream_int(rows, 2), PV_AMOUNT_SCALE);
	pv_compare_member(report, check, node->member, "star", 0, node->star,
					  DatumGetInt16(rows->row.values[3]), 0);
	pv_compare_member(report, check, node->member, "rank", 0, node->rank,
					  DatumGetInt16(rows->row.values[4]), 0);
	if (!is_same_vector(&rows->row, 5, &node->generations))
		pv_fail_member(report, check, node->member, "generations", "as the closes left them",
					   "otherwise");
	if (!is_same_vector(&rows->row, 6, &node->units))
		pv_fail_member(report, check, node->member, "units", "as the closes left them",
					   "otherwise");
	pv_compare_member(report, check, node->member, "above", 0, above, pv_stream_int(rows, 14), 0);
	compare_run(verify, &rows->row, node);
	pv_stream_next(rows);
}

static void
compare_plan(PvVerify *verify, PvStream *rows, int64_t member, const PvReleasePlan *plan)
{
	PvReport *report = &verify->report;
	PvCheckId check = PV_CHECK_PLANS;
	const struct
	{
		const char *name;
		int64_t value;
	} figures[] = {{"seq", plan->seq},			 {"amount", plan->amount},
				   {"granted", plan->granted},	 {"daily", plan->daily},
				   {"released", plan->released}, {"cancelled", plan->cancelled},
				   {"rate", plan->rate}};

	pv_checked(report, check);
	for (int i = 0; i < (int) lengthof(figures); i++)
		pv_compare_member(report, check, member, figures[i].name, plan->seq, figures[i].value,
						  pv_stream_int(rows, 1 + i), i == 0 ? 0 : PV_AMOUNT_SCALE);
	pv_compare_member(report, check, member, "as_of, days since 2000", plan->seq, plan->as_of,
					  DatumGetDateADT(rows->row.values[8]), 0);
	if (pv_plan_remaining(plan) < 0)
		pv_fail_member(report, check, member, "remaining", "not below 0", "less");
}

static void
compare_plans(PvVerify *verify, PvStream *rows, const PvNode *node)
{
	for (int i = 0; i < node->nplans; i++)
		if (finds_row(verify, rows, PV_CHECK_PLANS, "release plan", node->member, true))
		{
			compare_plan(verify, rows, node->member, &node->plans[i]);
			pv_stream_next(rows);
		}
}

static void
open_rows(PvVerify *verify, PvStream *rows, PvPlan *plan, PvCheckId check, uint64 required)
{
	pv_stream_open(rows, plan, verify->book->vault);
	pv_stream_require(rows, &verify->report, check, required);
	pv_stream_next(rows);
}

/*
 * Compares all rows with what the journal makes of them.
 */
void
pv_teams_end(PvVerify *verify)
{
	PvTeamsCheck *teams = verify->teams;
	PvStream team;
	PvStream plan;

	if (teams->off && verify->report.checks[PV_CHECK_TEAMS].failed > 0)
		return;
	open_rows(verify, &team, &team_rows, PV_CHECK_TEAMS, PV_REQUIRE_FROM(0, 4));
	open_rows(verify, &plan, &plan_rows, PV_CHECK_PLANS, PV_REQUIRE_FROM(0, 8));
	for (int i = 0; i < teams->forest.count; i++)
	{
		const PvNode *node = &teams->forest.nodes[i];

		compare_team(verify, &team, node,
					 node->parent < 0 ? 0 : teams->forest.nodes[node->parent].member);
		compare_plans(verify, &plan, node);
	}
	pv_stream_skip_strays(&team, &verify->report, PV_CHECK_TEAMS, "team figures", NULL);
	pv_stream_skip_strays(&plan, &verify->report, PV_CHECK_PLANS, "release plan", NULL);
	pv_stream_close(&plan);
	pv_stream_close(&team);
}
