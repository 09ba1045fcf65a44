/*
 * verify_commissions.c
 *	  Who earned by a purchase, as of then (M1, M2).
 *
 * Appointments are in the journal, so agents are those of the moment.  Sponsors stand in
 * the members' rows and change by merges alone: of whom one concerned, before or after,
 * the row tells nothing of that moment, and what the journal says is taken.  So are the
 * ranks, but what they earned has to follow from each other.
 */
#include "audit/verify_commissions.h"

#include "audit/report.h"
#include "audit/stream.h"
#include "audit/verify_merges.h"
#include "engine/commission.h"
#include "engine/fixed.h"
#include "engine/memory.h"
#include "store/agents.h"
#include "store/line.h"
#include "store/plan.h"

#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/builtins.h"

/* clang-format off */

static PvPlan sponsor_of = {
	"SELECT sponsor FROM pointsvault.member_data WHERE vault = $1 AND id = $2", "il", NULL};

static PvPlan agent_rows = {
	"SELECT region, member, seq FROM pointsvault.agent_data WHERE vault = $1", "i", NULL};

/* clang-format on */

#define CODE_SIZE 8 /* room for six digits */

/* The agent of a region by the journal. */
typedef struct Agent
{
	char code[CODE_SIZE];
	int64_t member;
	int64_t seq; /* of the appointment */
	bool found;	 /* has a row */
} Agent;

/* --- agents --------------------------------------------------------------------- */

/* Begins with no agents. */
void
pv_agents_begin(PvVerify *verify)
{
	HASHCTL control = {.keysize = CODE_SIZE,
					   .entrysize = sizeof(Agent),
					   .hcxt = verify->report.results};

	verify->agents =
		hash_create("pointsvault agents", 64, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

static Agent *
slot_of(const PvVerify *verify, const char *region, int digits, HASHACTION action)
{
	char code[CODE_SIZE] = {0};

	memcpy(code, region, digits);
	return hash_search(verify->agents, code, action, NULL);
}

/* Notes that the journal row at hand appointed the agent of a region. */
void
pv_agents_note(PvVerify *verify, const char *region, int64_t member)
{
	Agent *agent;

	if (!region || !pv_is_region_code(region) || member == 0)
	{
		pv_failed(&verify->report, PV_CHECK_EVENTS,
				  psprintf("journal row " INT64_FORMAT ", appoint_agent", verify->seq),
				  "a member, and the code of a region", "none");
		return;
	}
	agent = slot_of(verify, region, (int) strlen(region), HASH_ENTER);
	agent->member = member;
	agent->seq = verify->seq;
	agent->found = false;
}

/* A row of agents against the journal. */
static void
compare_agent(PvVerify *verify, const PvStream *rows)
{
	const char *region = pv_row_text_or_empty(&rows->row, 0);
	char *where = psprintf("agent of region \"%.20s\"", region);
	Agent *agent =
		pv_is_region_code(region) ? slot_of(verify, region, (int) strlen(region), HASH_FIND) : NULL;

	pv_checked(&verify->report, PV_CHECK_MEMBERS);
	if (!agent || agent->found)
	{
		pv_failed(&verify->report, PV_CHECK_MEMBERS, where, agent ? "one row" : "none",
				  agent ? "several" : "a row");
		return;
	}
	agent->found = true;
	pv_compare(&verify->report, PV_CHECK_MEMBERS, where, 0, agent->member, pv_stream_int(rows, 1),
			   0);
	pv_compare(&verify->report, PV_CHECK_MEMBERS, psprintf("%s, seq", where), 0, agent->seq,
			   pv_stream_int(rows, 2), 0);
}

/* The last appointed of each region is the one whose row there is. */
void
pv_agents_compare(PvVerify *verify)
{
	HASH_SEQ_STATUS all;
	PvStream rows;
	Agent *agent;

	pv_stream_open(&rows, &agent_rows, verify->book->vault);
	pv_stream_require(&rows, &verify->report, PV_CHECK_MEMBERS, PV_REQUIRE_FROM(0, 2));
	for (pv_stream_next(&rows); !rows.ended; pv_stream_next(&rows))
		compare_agent(verify, &rows);
	pv_stream_close(&rows);
	hash_seq_init(&all, verify->agents);
	while ((agent = hash_seq_search(&all)) != NULL)
		if (!agent->found)
			pv_failed(&verify->report, PV_CHECK_MEMBERS,
					  psprintf("agent of region \"%s\"", agent->code), "a row", "none");
}

/* M1: the agents as of then of the regions that an order's lies in. */
static void
find_agents(PvVerify *verify, const char *region, PvEarners *earners)
{
	for (int i = 0; i < PV_REGIONS; i++)
	{
		int digits = pv_region_digits((PvReason) (PV_DISTRICT + i));
		const Agent *agent = pv_region_has_digits(region, digits)
								 ? slot_of(verify, region, digits, HASH_FIND)
								 : NULL;

		earners->agents[i] = agent ? pv_merges_now(verify, agent->member) : 0;
	}
}

/* --- the line --------------------------------------------------------------------- */

/* Whether a member had to do with a merge, so that its row does not tell whom it stood below. */
static bool
is_of_merge(const PvVerify *verify, int64_t member)
{
	const PvMerged *merged = pv_merges_find(verify, member);

	return merged && merged->group != 0;
}

/* Whom a member stands below by its row; 0 = nobody. */
static int64_t
sponsor_by_row(const PvVerify *verify, int64_t member)
{
	Datum values[2] = {Int32GetDatum(verify->book->vault), Int64GetDatum(member)};
	int64_t sponsor = 0;

	if (pv_run(&sponsor_of, values, NULL, true) > 0)
	{
		PvRow row = pv_result_row(0);

		sponsor = pv_row_int(&row, 0);
	}
	SPI_freetuptable(SPI_tuptable);
	return sponsor;
}

/*
 * Whom a member stood below: by its row, or, where a merge had to do with one of them,
 * whom the journal says, if that can be.
 */
static int64_t
sponsor_then(const PvVerify *verify, int64_t member, int64_t said)
{
	int64_t sponsor;

	if (member == 0 || is_of_merge(verify, member))
		return said;
	sponsor = sponsor_by_row(verify, member);
	if (said != 0 && pv_merges_group(verify, sponsor) == pv_merges_group(verify, said))
		return said;
	return pv_merges_now(verify, sponsor);
}

/* Whose a commission of a reason is by the journal; 0 = nobody's. */
static int64_t
paid_for(const PvCommissions *paid, PvReason reason)
{
	for (int i = 0; i < paid->count; i++)
		if (paid->list[i].reason == reason)
			return paid->list[i].member;
	return 0;
}

/*
 * Whether one stands above another; the walk goes on where it is.  As far as rows tell:
 * where a merge had to do with somebody on the way, it may be.
 */
static bool
stands_above(const PvVerify *verify, PvWalk *walk, int64_t *at, int64_t member)
{
	while (*at != 0 && *at != member)
	{
		if (is_of_merge(verify, *at))
			return true;
		*at = sponsor_by_row(verify, *at);
		if (pv_walk_comes_back(walk, *at))
			*at = 0;
	}
	return *at == member;
}

static void
add_above(PvEarners *earners, PvPayout *payout, int64_t member, int rank)
{
	earners->line = pv_realloc(earners->line, sizeof(PvAbove) * (earners->nline + 1));
	earners->line[earners->nline++] = (PvAbove){member, rank};
	pv_pay_above(payout, member, rank);
}

/*
 * A lower rank that was paid less than is counted says nothing in the journal, and yet
 * counts: the lowest by which a commission is what it is.
 */
static void
add_unseen(PvEarners *earners, PvPayout *payout, const PvCommission *commission)
{
	const PvCommissionPolicy *policy = payout->policy;
	int grade = commission->grade;

	if (commission->reason == PV_BY_PEER && (payout->paid != grade || !payout->peer))
		add_above(earners, payout, 0, grade);
	for (int rank = payout->paid;
		 commission->reason == PV_BY_RANK && rank < grade && grade <= policy->nranks; rank++)
	{
		int64_t rate =
			policy->ranks[grade - 1].rate - (rank > 0 ? policy->ranks[rank - 1].rate : 0);
		int64_t earned;

		if (!pv_rate_floor(payout->amount, rate, &earned) ||
			Min(earned, payout->left) != commission->amount)
			continue;
		if (rank > payout->paid)
			add_above(earners, payout, 0, rank);
		return;
	}
}

/* L4, L5: those whom the journal says to have earned by ranks, as far as they stand above. */
static void
find_line(const PvVerify *verify, int64_t buyer, PvPayout *payout, const PvCommissions *paid,
		  PvEarners *earners)
{
	PvWalk walk = pv_walk_from(verify->book->vault, buyer);
	int64_t at = buyer;

	for (int i = 0; i < paid->count; i++)
	{
		const PvCommission *commission = &paid->list[i];

		if (commission->reason != PV_BY_RANK && commission->reason != PV_BY_PEER)
			continue;
		if (commission->member == buyer || !stands_above(verify, &walk, &at, commission->member))
			continue;
		add_unseen(earners, payout, commission);
		add_above(earners, payout, commission->member, commission->grade);
	}
}

/*
 * M1: who earned by the purchase at hand, as of then; `paid` is what the journal says.
 */
PvEarners
pv_earners_then(PvVerify *verify, int64_t buyer, int64_t amount, const char *region,
				const PvCommissions *paid)
{
	PvCommissions list = {0};
	PvPayout payout = pv_payout(&verify->policy, amount, &list);
	PvEarners earners = {0};

	earners.direct = sponsor_then(verify, buyer, paid_for(paid, PV_DIRECT));
	earners.indirect = sponsor_then(verify, earners.direct, paid_for(paid, PV_INDIRECT));
	pv_pay_sponsors(&payout, earners.direct, earners.indirect);
	find_line(verify, buyer, &payout, paid, &earners);
	if (region)
		find_agents(verify, region, &earners);
	return earners;
}

/* --- the list ------------------------------------------------------------------------ */

/* The first that two lists differ in, or that is in one alone. */
void
pv_commissions_compare(PvVerify *verify, const PvCommissions *expected, const PvCommissions *found)
{
	static const PvCommission none;

	for (int i = 0; i < Max(expected->count, found->count); i++)
	{
		const PvCommission *one = i < expected->count ? &expected->list[i] : &none;
		const PvCommission *other = i < found->count ? &found->list[i] : &none;

		if (one->reason == other->reason && one->grade == other->grade &&
			one->member == other->member && one->amount == other->amount)
			continue;
		pv_failed(&verify->report, PV_CHECK_EVENTS,
				  psprintf("commissions of journal row " INT64_FORMAT, verify->seq),
				  psprintf("%d of rank %d, member " INT64_FORMAT ", " INT64_FORMAT " units",
						   one->reason, one->grade, one->member, one->amount),
				  psprintf("%d of rank %d, member " INT64_FORMAT ", " INT64_FORMAT " units",
						   other->reason, other->grade, other->member, other->amount));
		return;
	}
}
