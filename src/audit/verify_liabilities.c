/*
 * verify_liabilities.c
 *	  The check of verify(vault) that published balances are those that members had.
 *
 * What was published is compared with its leaf in the log, the trees are put together again
 * up to their roots, and what each member had is worked out again from the journal, and met
 * with its leaf.  Trees, or their secrets, may have been deleted on purpose: then there is
 * less to compare.  Of members whose own salt is gone, or another one since they were erased,
 * nobody knows which leaf was theirs, so these are compared all together.
 */
#include "audit/verify_liabilities.h"

#include "audit/report.h"
#include "engine/memory.h"
#include "store/calendar.h"
#include "store/erasures.h"
#include "store/holders.h"
#include "store/journal.h"
#include "store/liabilities.h"
#include "store/liability_tiles.h"
#include "store/other_leaves.h"
#include "store/seals.h"
#include "store/stream.h"

#include "miscadmin.h"
#include "utils/memutils.h"

/* clang-format off */

/* Of those leaves of the log that say what was published. */
static PvPlan sealed_liabilities = {
	"SELECT place FROM pointsvault.leaf_data "
	"WHERE vault = $1 AND pg_catalog.substr(leaf, 2, 1) = pg_catalog.decode('07', 'hex') "
	"ORDER BY place",
	"i", NULL};

static PvPlan any_tile = {
	"SELECT FROM pointsvault.liability_tile_data WHERE vault = $1 AND number = $2 LIMIT 1", "il",
	.how = PV_IN_ORDER};

static PvPlan last_erasure = {
	"SELECT note FROM pointsvault.journal_data "
	"WHERE vault = $1 AND member = $2 AND kind = 107 "
	"ORDER BY seq DESC LIMIT 1",
	"il", NULL};

/* clang-format on */

/* Who has to have a leaf. */
typedef struct Expected
{
	PvSumKey key;
	int64_t member;
	int64_t balance;
	bool has_salt;
} Expected;

typedef struct LiabilitiesPass
{
	PvVerify *verify;
	PvSha *sha;
	PvHasher hasher;
	PvLeaf *made;
	PvLeaf *sealed;
	PvStream in_log;
	PvLiabilities at; /* being looked at */
	Expected *expected;
	int64_t count[PV_SIDE_COUNT]; /* of them, first those who are owed something */
	bool knows_expected;
	int64_t done; /* leaves */
} LiabilitiesPass;

#define ST_SORT sort_expected
#define ST_ELEMENT_TYPE Expected
#define ST_COMPARE(a, b) pv_compare_order(&(a)->key, &(b)->key)
#define ST_CHECK_FOR_INTERRUPTS
#define ST_SCOPE static
#define ST_DECLARE
#define ST_DEFINE
#include "lib/sort_template.h"

static void
fail(LiabilitiesPass *pass, const char *what, const char *expected, const char *found)
{
	const PvLiabilities *at = &pass->at;

	pv_failed(&pass->verify->report, PV_CHECK_PUBLISHED,
			  psprintf("%s of %s, %s", at->asset->column, pv_date_text(at->day), what), expected,
			  found);
}

static char *
node_text(const PvSumNode *node)
{
	return psprintf(INT64_FORMAT " %s", node->sum,
					pv_base64(node->hash.bytes, sizeof(node->hash.bytes)));
}

static char *
int_text(int64_t number)
{
	return psprintf(INT64_FORMAT, number);
}

/* --- the log --------------------------------------------------------------------------- */

/* What the log says is published, in its order, has to be what is. */
static void
compare_leaf(LiabilitiesPass *pass)
{
	const PvLiabilities *at = &pass->at;
	PvStream *in_log = &pass->in_log;
	PvOtherLeaves rows;
	bool is_made;

	if (in_log->ended && at->place < 0)
		return; /* not sealed yet */
	if (in_log->ended || pv_stream_int(in_log, 0) != at->place)
	{
		fail(pass, "its leaf in the log",
			 in_log->ended ? "none" : int_text(pv_stream_int(in_log, 0)), int_text(at->place));
		return;
	}
	pv_other_leaves_open(&rows, pass->sha, PV_LEAF_LIABILITIES, at->vault, at->number - 1,
						 at->number, true);
	is_made = pv_other_leaves_next(&rows, pass->made);
	pv_other_leaves_close(&rows);
	if (!is_made || !pv_kept_leaf(at->vault, at->place, pass->sealed) ||
		pass->made->size != pass->sealed->size ||
		memcmp(pass->made->hashed, pass->sealed->hashed, 1 + pass->made->size) != 0)
		fail(pass, psprintf("leaf " INT64_FORMAT " of the log", at->place), "as it was sealed",
			 "another");
	pv_stream_next(in_log);
}

static void
compare_total(LiabilitiesPass *pass)
{
	const PvLiabilities *at = &pass->at;
	PvEntry *entry = at->seq > 0 ? pv_journal_try_read(at->vault, at->seq, true) : NULL;
	PvVault none = {0};
	int64_t owed;
	int64_t total;

	if (at->seq > 0 && !entry)
	{
		fail(pass, "its journal row", int_text(at->seq), "none");
		return;
	}
	owed = pv_liability_of_vault(at->asset, entry ? &entry->after : &none);
	total = at->roots[PV_SIDE_OWED].sum - at->roots[PV_SIDE_DUE].sum;
	if (owed != total)
		fail(pass, "its totals", int_text(owed), int_text(total));
}

/* --- who had what ---------------------------------------------------------------------- */

/* The lowest stays below 0, where no leaf is. */
static int64_t
magnitude(int64_t holding)
{
	return holding > 0 ? holding : (int64_t) (0 - (uint64_t) holding);
}

static void
expect_members(LiabilitiesPass *pass)
{
	const PvLiabilities *at = &pass->at;
	uint8 secret[PV_SUM_SALT_BYTES];
	PvHolders holders;
	PvLiabilityKeys *keys;

	pass->expected = NULL;
	pass->count[PV_SIDE_OWED] = pass->count[PV_SIDE_DUE] = 0;
	pass->knows_expected = pv_liability_secret(at, secret);
	if (!pass->knows_expected)
		return;
	holders = pv_holdings_at(at->vault, at->asset, at->seq);
	pass->expected = pv_realloc(NULL, sizeof(Expected) * Max(holders.count, 1));
	keys = pv_liability_keys_open(&pass->hasher, at->vault, secret);
	for (int64_t i = 0; i < holders.count; i++)
	{
		const PvHolder *holder = &holders.list[i];
		PvLiabilitySide side = holder->holding > 0 ? PV_SIDE_OWED : PV_SIDE_DUE;
		int64_t place = pass->count[side]++;
		Expected *expected =
			&pass->expected[side == PV_SIDE_OWED ? place : holders.count - 1 - place];

		expected->member = holder->member;
		expected->balance = magnitude(holder->holding);
		expected->has_salt = pv_liability_keys_at(keys, holder->member, &expected->key);
		pv_verify_progress(&pass->verify->report, "balances", i);
	}
	pv_liability_keys_close(keys);
	sort_expected(pass->expected, pass->count[PV_SIDE_OWED]);
	sort_expected(pass->expected + pass->count[PV_SIDE_OWED], pass->count[PV_SIDE_DUE]);
}

/* Members and leaves of a side, met in the order in which they stand. */
typedef struct Meeting
{
	const Expected *expected;
	int64_t count;
	int64_t next;
	PvSumKey last; /* of the leaf before */
	bool has_last;
	/* who is nobody's leaf, less whose leaf is unknown */
	int64_t strangers;
	pv_int128 strange;
} Meeting;

/* Whether a member was erased after the balances at hand were published. */
static bool
was_erased(const LiabilitiesPass *pass, int64_t member)
{
	Datum values[2] = {Int32GetDatum(pass->at.vault), Int64GetDatum(member)};
	int64_t upto = 0;

	if (pv_run(&last_erasure, values, NULL, true) > 0)
	{
		PvRow row = pv_result_row(0);

		upto = pv_erased_balances(pv_row_text(&row, 0));
	}
	SPI_freetuptable(SPI_tuptable);
	return pass->at.number <= upto;
}

/* One that has no leaf where it has to be. */
static void
miss_member(LiabilitiesPass *pass, Meeting *meeting)
{
	const Expected *missing = &meeting->expected[meeting->next++];

	if (missing->has_salt && !was_erased(pass, missing->member))
		fail(pass, psprintf("member " INT64_FORMAT, missing->member), int_text(missing->balance),
			 "no leaf");
	else
	{
		meeting->strangers--;
		meeting->strange -= missing->balance;
	}
}

static void
meet_leaf(LiabilitiesPass *pass, Meeting *meeting, const PvLiabilityEntry *leaf, int64_t index)
{
	const Expected *expected;

	if (meeting->has_last && pv_compare_order(&meeting->last, &leaf->key) >= 0)
		fail(pass, psprintf("leaf " INT64_FORMAT, index), "behind the one before", "before it");
	meeting->last = leaf->key;
	meeting->has_last = true;
	if (!pass->knows_expected)
		return;
	while (meeting->next < meeting->count &&
		   pv_compare_order(&meeting->expected[meeting->next].key, &leaf->key) < 0)
		miss_member(pass, meeting);
	expected = &meeting->expected[meeting->next];
	if (meeting->next == meeting->count || pv_compare_order(&expected->key, &leaf->key) > 0)
	{
		meeting->strangers++;
		meeting->strange += leaf->balance;
		return;
	}
	if (expected->balance != leaf->balance)
		fail(pass, psprintf("member " INT64_FORMAT, expected->member), int_text(expected->balance),
			 int_text(leaf->balance));
	meeting->next++;
}

static void
end_meeting(LiabilitiesPass *pass, Meeting *meeting)
{
	while (meeting->next < meeting->count)
		miss_member(pass, meeting);
	if (meeting->strangers != 0 || meeting->strange != 0)
		fail(pass, "leaves that are nobody's", "0", int_text(meeting->strangers));
}

/* --- the trees ------------------------------------------------------------------------- */

/* A tile, and what stands above it. */
static bool
compare_tile(LiabilitiesPass *pass, PvLiabilityReader *reader, int level, int64_t place)
{
	const PvLiabilityTree *tree = &reader->tree;
	const PvSumTiles *tiles = &reader->tiles;
	int count = pv_sum_width(tree->leaves, level, place);
	const PvSumNode *nodes = tiles->find(tiles->arg, level, place, count);
	const PvSumNode *stored = &pass->at.roots[tree->side];
	PvSumNode above = {.sum = -1};

	if (nodes && !pv_sum_fold(&pass->hasher, nodes, count, &above))
		nodes = NULL;
	count = pv_sum_width(tree->leaves, level + 1, place / PV_TILE_WIDTH);
	if (count > 0)
	{
		stored = tiles->find(tiles->arg, level + 1, place / PV_TILE_WIDTH, count);
		stored = stored ? &stored[place % PV_TILE_WIDTH] : NULL;
	}
	if (nodes && stored && above.sum == stored->sum &&
		memcmp(&above.hash, &stored->hash, sizeof(PvHash)) == 0)
		return true;
	fail(pass, psprintf("tile " INT64_FORMAT " of level %d", place, level),
		 stored ? node_text(stored) : "what stands above it", nodes ? node_text(&above) : "none");
	return nodes != NULL;
}

/* Of a tile of leaves each is looked at. */
static void
meet_tile(LiabilitiesPass *pass, Meeting *meeting, const PvLiabilityReader *reader, int64_t place)
{
	int count = pv_sum_width(reader->tree.leaves, 0, place);

	for (int i = 0; i < count; i++)
	{
		pv_checked(&pass->verify->report, PV_CHECK_PUBLISHED);
		meet_leaf(pass, meeting, &reader->entries[i], place * PV_TILE_WIDTH + i);
		pv_verify_progress(&pass->verify->report, "published balances", ++pass->done);
	}
}

static void
compare_tree(LiabilitiesPass *pass, PvLiabilitySide side)
{
	PvLiabilityTree tree = pv_liability_tree(&pass->at, side);
	PvLiabilityReader *reader = pv_liability_reader(&pass->hasher, &tree);
	Meeting meeting = {.expected =
						   pass->expected + (side == PV_SIDE_DUE ? pass->count[PV_SIDE_OWED] : 0),
					   .count = pass->count[side]};
	bool has_leaves = true;

	for (int level = 0; pv_sum_width(tree.leaves, level, 0) > 0; level++)
		for (int64_t place = 0; pv_sum_width(tree.leaves, level, place) > 0; place++)
		{
			bool is_read = compare_tile(pass, reader, level, place);

			if (level == 0 && is_read)
				meet_tile(pass, &meeting, reader, place);
			has_leaves = has_leaves && (level > 0 || is_read);
			CHECK_FOR_INTERRUPTS();
		}
	if (has_leaves) /* else it was said that leaves are missing */
		end_meeting(pass, &meeting);
}

static void
compare_trees(LiabilitiesPass *pass)
{
	Datum values[2] = {Int32GetDatum(pass->at.vault), Int64GetDatum(pass->at.number)};
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext of_tree;

	if (pass->at.leaves[PV_SIDE_OWED] + pass->at.leaves[PV_SIDE_DUE] > 0 &&
		pv_run(&any_tile, values, NULL, true) == 0)
		return; /* deleted on purpose */
	of_tree = AllocSetContextCreate(caller, "pointsvault balances", ALLOCSET_DEFAULT_SIZES);
	MemoryContextSwitchTo(of_tree);
	expect_members(pass);
	for (int side = 0; side < PV_SIDE_COUNT; side++)
		compare_tree(pass, side);
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(of_tree);
}

/* A row that cannot be one of those; its leaf is passed over. */
static void
pass_over(LiabilitiesPass *pass)
{
	PvStream *in_log = &pass->in_log;

	pv_failed(&pass->verify->report, PV_CHECK_PUBLISHED,
			  psprintf("published balances " INT64_FORMAT, pass->at.number),
			  "an asset, totals and roots", "a row that has none");
	if (!in_log->ended && pv_stream_int(in_log, 0) == pass->at.place)
		pv_stream_next(in_log);
}

/* Compares all that was published. */
void
pv_verify_liabilities(PvVerify *verify)
{
	LiabilitiesPass pass = {.verify = verify};
	int32_t vault = verify->book->vault;
	PvStream rows;

	pass.sha = pv_sha_open();
	pass.hasher = pv_hasher(pass.sha);
	pass.made = palloc(sizeof(PvLeaf));
	pass.sealed = palloc(sizeof(PvLeaf));
	pv_stream_open(&pass.in_log, &sealed_liabilities, vault);
	pv_stream_next(&pass.in_log);
	pv_stream_open(&rows, &pv_liabilities_all, vault);
	for (pv_stream_next(&rows); !rows.ended; pv_stream_next(&rows))
	{
		pv_checked(&verify->report, PV_CHECK_PUBLISHED);
		if (!pv_liabilities_read(&rows.row, vault, &pass.at))
		{
			pass_over(&pass);
			continue;
		}
		compare_leaf(&pass);
		compare_total(&pass);
		compare_trees(&pass);
	}
	if (!pass.in_log.ended)
		pv_failed(&verify->report, PV_CHECK_PUBLISHED,
				  psprintf("leaf " INT64_FORMAT " of the log", pv_stream_int(&pass.in_log, 0)),
				  "published balances", "none");
	pv_stream_close(&rows);
	pv_stream_close(&pass.in_log);
	pv_sha_close(pass.sha);
}
