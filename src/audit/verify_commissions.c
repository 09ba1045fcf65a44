/*
 * verify_commissions.c
 *	  Who earned by a purchase, as of then (M1, M2).
 *
 * Appointments are in the journal, so agents are those of the moment; whom a member stood
 * below, and which rank the last close had given it, the team figures tell that verify
 * follows (verify_teams.c).
 */
#include "audit/verify_commissions.h"

#include "audit/report.h"
#include "audit/stream.h"
#include "audit/verify_merges.h"
#include "audit/verify_teams.h"
#include "engine/commission.h"
#include "engine/memory.h"
#include "store/agents.h"
#include "store/plan.h"

#include "utils/builtins.h"

/* clang-format off */

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

static void
add_above(PvEarners *earners, int64_t member, int rank)
{
	earners->line = pv_realloc(earners->line, sizeof(PvAbove) * (earners->nline + 1));
	earners->line[earners->nline++] = (PvAbove){member, rank};
}

/*
 * M1: who may earn by the purchase at hand, as of then.
 */
PvEarners
pv_earners_then(PvVerify *verify, int64_t buyer, int64_t amount, const char *region)
{
	PvCommissions list = {0};
	PvPayout payout = pv_payout(&verify->policy, amount, &list);
	PvEarners earners = {0};

	earners.direct = pv_teams_above(verify, buyer);
	earners.indirect = pv_teams_above(verify, earners.direct);
	pv_pay_sponsors(&payout, earners.direct, earners.indirect);
	for (int64_t member = earners.direct; member != 0 && pv_line_may_earn(&payout);
		 member = pv_teams_above(verify, member))
	{
		int rank = pv_teams_rank(verify, member);

		if (rank <= 0)
			continue;
		add_above(&earners, member, rank);
		pv_pay_above(&payout, member, rank);
	}
	if (region)
		find_agents(verify, region, &earners);
	return earners;
}

/* The agents whom a purchase says that it paid. */
void
pv_agents_as_paid(PvEarners *earners, const PvCommissions *paid)
{
	for (int i = 0; i < paid->count; i++)
		if (paid->list[i].reason >= PV_DISTRICT && paid->list[i].reason <= PV_PROVINCE)
			earners->agents[paid->list[i].reason - PV_DISTRICT] = paid->list[i].member;
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

		if (pv_is_same_commission(one, other))
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
