/*
 * liabilities.c
 *	  What all members have of an asset at the close of a day, built into trees and published:
 *	  docs/liabilities.md.
 *
 * Balances come from where top_holders of a past moment finds them, and must come to what the
 * journal says that the vault owed then.  While a tree is built, all who have something are in
 * memory, with about 120 bytes each.
 *
 * Where a member's leaf stands, and with what its name is hashed, follows from a secret of the
 * tree and the member's own salt.  Both may be deleted: the tree, its root and all proofs that
 * are kept elsewhere stay as they are, and nobody can tell any more whose leaf is whose.
 */
#include "store/liabilities.h"

#include "base/assertion.h"
#include "base/pace.h"
#include "base/tokens.h"
#include "engine/memory.h"
#include "store/book.h"
#include "store/calendar.h"
#include "store/holders.h"
#include "store/journal.h"
#include "store/lookup.h"
#include "store/seals.h"

#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

#define ROWS_PER_LOOK 1024 /* at the clock */

#define LIABILITY_COLUMNS                                                                     \
	"l.number, l.asset, l.day, l.seq, l.leaves, l.total, l.root, l.due_leaves, l.due_total, " \
	"l.due_root, p.place "

enum
{
	LIABILITY_NUMBER,
	LIABILITY_ASSET,
	LIABILITY_DAY,
	LIABILITY_SEQ,
	LIABILITY_TREES, /* of each side leaves, total, root */
	LIABILITY_PLACE = LIABILITY_TREES + 3 * PV_SIDE_COUNT
};

/* clang-format off */

#define LIABILITIES \
	"SELECT " LIABILITY_COLUMNS \
	"FROM pointsvault.liability_data l " \
	"LEFT JOIN pointsvault.liability_leaf_data p ON p.vault = l.vault AND p.number = l.number "

static PvPlan of_day = {
	LIABILITIES
	"WHERE l.vault = $1 AND l.asset = $2 AND l.day = $3",
	"itd", NULL};

PvPlan pv_liabilities_all = {
	LIABILITIES
	"WHERE l.vault = $1 "
	"ORDER BY l.number",
	"i", NULL};

static PvPlan next_number = {
	"SELECT COALESCE(pg_catalog.max(number), 0) + 1 "
	"FROM pointsvault.liability_data "
	"WHERE vault = $1",
	"i", NULL};

static PvPlan insert_liabilities = {
	"INSERT INTO pointsvault.liability_data "
		"(vault, number, asset, day, seq, leaves, total, root, due_leaves, due_total, due_root) "
	"VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
	"iltdlllylly", NULL};

static PvPlan insert_secret = {
	"INSERT INTO pointsvault.liability_secret_data (vault, number, secret) "
	"VALUES ($1, $2, $3)",
	"ily", NULL};

/* Whoever was enrolled, or had a row, since the vault was sealed last. */
static PvPlan salt_members = {
	"INSERT INTO pointsvault.salt_data (vault, member) "
	"SELECT m.vault, m.id FROM pointsvault.member_data m "
	"WHERE m.vault = $1 AND NOT EXISTS (SELECT FROM pointsvault.salt_data s "
		"WHERE s.vault = m.vault AND s.member = m.id) "
	"ON CONFLICT DO NOTHING",
	"i", .custom = true};

static PvPlan close_of = {
	"SELECT seq FROM pointsvault.day_data WHERE vault = $1 AND day = $2", "id", NULL};

/* clang-format on */

static PvLookup secret_of = {.table = "liability_secret_data",
							 .columns = "secret",
							 .by = "vault, number",
							 .nkeys = 2};

static PvLookup salt_of = {.table = "salt_data",
						   .columns = "member, salt",
						   .by = "vault, member",
						   .nkeys = 2};

static PvLookup all_salts = {.table = "salt_data",
							 .columns = "member, salt",
							 .by = "vault, member",
							 .nkeys = 1};

static PvLookup all_names = {.table = "member_data",
							 .columns = "id, name",
							 .by = "vault, id",
							 .nkeys = 1};

pv_noreturn static void
damaged(int32_t vault, const char *what)
{
	ereport(ERROR,
			(pv_error(DAMAGED_DATA), errmsg("%s of vault %d is missing or damaged", what, vault),
			 errhint("pointsvault.verify(%d) names what was changed.", vault)));
}

/* --- assets ---------------------------------------------------------------------------- */

/* What members have and the vault owes, and where it says how much of it all together. */
static const struct
{
	size_t asset;
	size_t account;
} owed[] = {{offsetof(PvAssets, points), 0},
			{offsetof(PvAssets, credits), offsetof(PvVault, credits)},
			{offsetof(PvAssets, cash), offsetof(PvVault, cash)},
			{offsetof(PvAssets, debt), offsetof(PvVault, debts)}};

/* The asset of a name, if its balances can be published; else NULL. */
const PvFigure *
pv_liability_asset(const char *name)
{
	for (int i = 0; i < PV_ASSET_COUNT; i++)
		for (int j = 0; j < (int) lengthof(owed); j++)
			if (owed[j].asset == pv_assets[i].offset && strcmp(pv_assets[i].column, name) == 0)
				return &pv_assets[i];
	return NULL;
}

/* What a vault owes its members of an asset, less what they owe. */
int64_t
pv_liability_of_vault(const PvFigure *asset, const PvVault *state)
{
	for (int i = 0; i < (int) lengthof(owed); i++)
		if (owed[i].asset == asset->offset && owed[i].asset != offsetof(PvAssets, points))
			return *(const int64_t *) ((const char *) state + owed[i].account);
	return pv_points_of_members(state);
}

/* --- what is stored -------------------------------------------------------------------- */

/* A column of so many bytes; false where it is none. */
static bool
copy_bytes(const PvRow *row, int column, void *to, Size size)
{
	bytea *bytes = row->nulls[column] ? NULL : DatumGetByteaPP(row->values[column]);

	if (!bytes || VARSIZE_ANY_EXHDR(bytes) != size)
		return false;
	memcpy(to, VARDATA_ANY(bytes), size);
	return true;
}

static Datum
bytes_datum(const void *data, Size size)
{
	bytea *bytes = palloc(VARHDRSZ + size);

	SET_VARSIZE(bytes, VARHDRSZ + size);
	memcpy(VARDATA(bytes), data, size);
	return PointerGetDatum(bytes);
}

/* What was published, from a row of pv_liabilities_all; false where it cannot be that. */
bool
pv_liabilities_read(const PvRow *row, int32_t vault, PvLiabilities *found)
{
	bool is_whole = true;

	found->vault = vault;
	found->number = pv_row_int(row, LIABILITY_NUMBER);
	found->asset = pv_liability_asset(pv_row_text_or_empty(row, LIABILITY_ASSET));
	found->day = DatumGetDateADT(row->values[LIABILITY_DAY]);
	found->seq = pv_row_int(row, LIABILITY_SEQ);
	for (int side = 0; side < PV_SIDE_COUNT; side++)
	{
		int first = LIABILITY_TREES + 3 * side;

		found->leaves[side] = pv_row_int(row, first);
		found->roots[side].sum = pv_row_int(row, first + 1);
		is_whole = copy_bytes(row, first + 2, &found->roots[side].hash, sizeof(PvHash)) &&
				   is_whole && !row->nulls[first] && !row->nulls[first + 1] &&
				   found->leaves[side] >= 0 && found->leaves[side] <= PV_SUM_MOST_LEAVES &&
				   found->roots[side].sum >= 0;
	}
	found->place = row->nulls[LIABILITY_PLACE] ? -1 : pv_row_int(row, LIABILITY_PLACE);
	return found->asset && is_whole;
}

/* What was published of a day; false where nothing was. */
bool
pv_liabilities_find(int32_t vault, const PvFigure *asset, DateADT day, bool read_only,
					PvLiabilities *found)
{
	Datum values[3] = {Int32GetDatum(vault), CStringGetTextDatum(asset->column),
					   DateADTGetDatum(day)};
	PvRow row;

	if (pv_run(&of_day, values, NULL, read_only) == 0)
		return false;
	row = pv_result_row(0);
	if (!pv_liabilities_read(&row, vault, found))
		damaged(vault, psprintf("published balances " INT64_FORMAT, found->number));
	return true;
}

/* One of its two trees. */
PvLiabilityTree
pv_liability_tree(const PvLiabilities *liabilities, PvLiabilitySide side)
{
	return (PvLiabilityTree){liabilities->vault, liabilities->number, side,
							 liabilities->leaves[side]};
}

/* The secret of its trees; false once it was deleted. */
bool
pv_liability_secret(const PvLiabilities *liabilities, uint8 *secret)
{
	Datum keys[2] = {Int32GetDatum(liabilities->vault), Int64GetDatum(liabilities->number)};
	PvRow row;

	return pv_look_up(&secret_of, keys, PV_SEE_CALLERS, &row) &&
		   copy_bytes(&row, 0, secret, PV_SUM_SALT_BYTES);
}

/* --- members --------------------------------------------------------------------------- */

struct PvLiabilityKeys
{
	PvHasher hasher;
	uint8 secret[PV_SUM_SALT_BYTES];
	PvScan salts;
	PvRow row;
	bool ended;
};

/* A member's salt, of a row that has member and salt; zeros where there is none any more. */
static bool
take_salt(const PvRow *row, uint8 *salt)
{
	memset(salt, 0, PV_SUM_SALT_BYTES);
	if (row->nulls[1])
		return false;
	memcpy(salt, DatumGetUUIDP(row->values[1])->data, PV_SUM_SALT_BYTES);
	return true;
}

/* What leads to the leaf of a member. */
void
pv_liability_key(const PvHasher *hasher, int32_t vault, int64_t member, const uint8 *secret,
				 PvSumKey *key)
{
	uint8 salt[PV_SUM_SALT_BYTES] = {0};
	PvRow row;

	if (pv_look_up(&salt_of, (Datum[]){Int32GetDatum(vault), Int64GetDatum(member)}, PV_SEE_CALLERS,
				   &row))
		(void) take_salt(&row, salt);
	pv_sum_key(hasher, secret, salt, member, key);
}

/* Opens the members of a vault, to be asked for in the order of their numbers. */
PvLiabilityKeys *
pv_liability_keys_open(const PvHasher *hasher, int32_t vault, const uint8 *secret)
{
	PvLiabilityKeys *keys = palloc(sizeof(PvLiabilityKeys));

	keys->hasher = *hasher;
	memcpy(keys->secret, secret, sizeof(keys->secret));
	pv_scan_open(&keys->salts, &all_salts, PV_SEE_NOW);
	pv_scan_by(&keys->salts, (Datum[]){Int32GetDatum(vault)});
	keys->ended = !pv_scan_peek(&keys->salts, &keys->row);
	return keys;
}

/* What leads to the leaf of a member; false where its own salt is gone, and the key another. */
bool
pv_liability_keys_at(PvLiabilityKeys *keys, int64_t member, PvSumKey *key)
{
	uint8 salt[PV_SUM_SALT_BYTES] = {0};
	bool has_salt = false;

	while (!keys->ended && pv_row_int(&keys->row, 0) < member)
		keys->ended = !pv_scan_peek(&keys->salts, &keys->row);
	if (!keys->ended && pv_row_int(&keys->row, 0) == member)
		has_salt = take_salt(&keys->row, salt);
	pv_sum_key(&keys->hasher, keys->secret, salt, member, key);
	return has_salt;
}

/* Ends what was opened. */
void
pv_liability_keys_close(PvLiabilityKeys *keys)
{
	pv_scan_close(&keys->salts);
	pfree(keys);
}

/* --- building -------------------------------------------------------------------------- */

typedef struct Building
{
	PvLiabilities *made;
	PvHasher hasher;
	uint8 secret[PV_SUM_SALT_BYTES];
	PvHolders holders;
	PvLiabilityEntry *entries; /* who is owed something, and behind them who owes */
	PvLiabilityTree tree;	   /* being built, of these: */
	const PvLiabilityEntry *of_tree;
	TimestampTz told_at;
} Building;

#define ST_SORT sort_entries
#define ST_ELEMENT_TYPE PvLiabilityEntry
#define ST_COMPARE(a, b) pv_compare_order(&(a)->key, &(b)->key)
#define ST_CHECK_FOR_INTERRUPTS
#define ST_SCOPE static
#define ST_DECLARE
#define ST_DEFINE
#include "lib/sort_template.h"

static void
tell(Building *building, const char *what, int64_t done)
{
	CHECK_FOR_INTERRUPTS();
	if (pv_is_time_to_tell(&building->told_at))
		ereport(NOTICE, (errmsg("liabilities: vault %d, " INT64_FORMAT " of " INT64_FORMAT " %s",
								building->made->vault, done, building->holders.count, what)));
}

/*
 * The journal row after which balances are those of a day: that of its close, or where days are
 * not closed the last that was booked before its end.
 */
static int64_t
end_of_day(PvBook *book, DateADT day)
{
	Datum values[2] = {Int32GetDatum(book->vault), DateADTGetDatum(day)};
	DateADT today = pv_book_today(book);

	if (DATE_NOT_FINITE(day))
		ereport(ERROR, (pv_error(NOT_FINITE), errmsg("day must be finite")));
	if (pv_run(&close_of, values, NULL, true) > 0)
	{
		PvRow row = pv_result_row(0);

		return pv_row_int(&row, 0);
	}
	if (day >= today)
		ereport(ERROR, (pv_error(DAY_NOT_ENDED),
						errmsg("day %s of vault %d has not ended", pv_date_text(day), book->vault),
						errdetail("Today is %s in the vault's time zone %s.", pv_date_text(today),
								  pg_get_timezone_name(book->timezone))));
	if (book->policy.has_cycle && day >= pv_book_open_day(book))
		ereport(ERROR,
				(pv_error(DAY_NOT_ENDED),
				 errmsg("day %s of vault %d is not closed", pv_date_text(day), book->vault),
				 errhint("pointsvault.close_day(%d) closes it, or run_jobs().", book->vault)));
	return pv_journal_seq_at(book->vault, pv_book_start_of(book, day + 1) - 1);
}

/* What the vault owes after a journal row, as that says. */
static int64_t
owed_after(const PvLiabilities *made)
{
	PvEntry *entry;

	if (made->seq == 0)
		return 0;
	entry = pv_journal_try_read(made->vault, made->seq, true);
	if (!entry)
		damaged(made->vault, psprintf("journal row " INT64_FORMAT, made->seq));
	return pv_liability_of_vault(made->asset, &entry->after);
}

/* Nothing is published that does not come to what the books say. */
static void
check_total(const Building *building)
{
	pv_int128 sum = 0;

	for (int64_t i = 0; i < building->holders.count; i++)
		sum += building->holders.list[i].holding;
	if (sum != owed_after(building->made))
		ereport(ERROR,
				(pv_error(DAMAGED_DATA),
				 errmsg("members have other %s on %s than the state of vault %d says",
						building->made->asset->column, pv_date_text(building->made->day),
						building->made->vault),
				 errhint("pointsvault.verify(%d) names what was changed.", building->made->vault)));
}

/* In UTF-8, whatever the database is in. */
static void
put_who(const Building *building, const PvRow *row, PvLiabilityEntry *entry)
{
	text *name = row->nulls[1] ? NULL : DatumGetTextPP(row->values[1]);
	const char *bytes = name ? VARDATA_ANY(name) : "";
	int size = name ? VARSIZE_ANY_EXHDR(name) : 0;
	char *utf8 = pg_server_to_any(bytes, size, PG_UTF8);

	if (!pv_sum_who(&building->hasher, &entry->key, utf8,
					utf8 == bytes ? (size_t) size : strlen(utf8), &entry->who))
		damaged(building->made->vault,
				psprintf("the name of member " INT64_FORMAT, pv_row_int(row, 0)));
	if (utf8 != bytes)
		pfree(utf8);
	if (name && PointerGetDatum(name) != row->values[1])
		pfree(name);
}

static void
find_name(PvScan *names, int64_t member, int32_t vault, PvRow *row)
{
	bool found;

	do
		found = pv_scan_peek(names, row);
	while (found && pv_row_int(row, 0) < member);
	if (!found || pv_row_int(row, 0) != member)
		damaged(vault, psprintf("member " INT64_FORMAT, member));
}

/* Entries of all, those who are owed something from the front, and who owes from behind. */
static void
make_entries(Building *building)
{
	PvLiabilities *made = building->made;
	PvLiabilityKeys *keys =
		pv_liability_keys_open(&building->hasher, made->vault, building->secret);
	int64_t count = building->holders.count;
	PvScan names;
	PvRow row;

	building->entries = pv_realloc(NULL, sizeof(PvLiabilityEntry) * Max(count, 1));
	pv_scan_open(&names, &all_names, PV_SEE_NOW);
	pv_scan_by(&names, (Datum[]){Int32GetDatum(made->vault)});
	for (int64_t i = 0; i < count; i++)
	{
		const PvHolder *holder = &building->holders.list[i];
		PvLiabilitySide side = holder->holding > 0 ? PV_SIDE_OWED : PV_SIDE_DUE;
		int64_t at = made->leaves[side]++;
		PvLiabilityEntry *entry = &building->entries[side == PV_SIDE_OWED ? at : count - 1 - at];

		if (holder->holding == PG_INT64_MIN)
			damaged(made->vault, psprintf("member " INT64_FORMAT, holder->member));
		entry->balance = holder->holding > 0 ? holder->holding : -holder->holding;
		(void) pv_liability_keys_at(keys, holder->member, &entry->key);
		find_name(&names, holder->member, made->vault, &row);
		put_who(building, &row, entry);
		if (i % ROWS_PER_LOOK == 0)
			tell(building, "members read", i);
	}
	pv_scan_close(&names);
	pv_liability_keys_close(keys);
}

/* For PvSumSink. */
static void
store_tile(void *arg, int level, int64_t number, const PvSumNode *nodes, int count)
{
	Building *building = arg;

	pv_liability_tile_add(&building->tree, level, number,
						  building->of_tree + (level == 0 ? number * PV_TILE_WIDTH : 0), nodes,
						  count);
	if (level == 0)
		tell(building, "leaves built", number * PV_TILE_WIDTH);
}

static void
build_tree(Building *building, PvLiabilitySide side, PvLiabilityEntry *entries)
{
	PvSumBuilder *builder = palloc0(sizeof(PvSumBuilder));
	PvSumSink sink = {store_tile, building};
	int64_t count = building->made->leaves[side];

	sort_entries(entries, count);
	building->tree = pv_liability_tree(building->made, side);
	building->of_tree = entries;
	for (int64_t i = 0; i < count; i++)
	{
		PvSumNode leaf;

		if (!pv_sum_leaf(&building->hasher, &entries[i].who, entries[i].balance, &leaf))
			damaged(building->made->vault, "a balance");
		pv_sum_append(builder, &building->hasher, &leaf, &sink);
	}
	if (!pv_sum_finish(builder, &building->hasher, &sink, &building->made->roots[side]))
		ereport(ERROR, (pv_error(BALANCE_OUT_OF_RANGE),
						errmsg("the sum of what members have is out of range")));
	pfree(builder);
}

static void
store_rows(const Building *building)
{
	const PvLiabilities *made = building->made;
	Datum key[3] = {Int32GetDatum(made->vault), Int64GetDatum(made->number),
					bytes_datum(building->secret, sizeof(building->secret))};
	Datum values[11] = {key[0], key[1], CStringGetTextDatum(made->asset->column),
						DateADTGetDatum(made->day), Int64GetDatum(made->seq)};

	for (int side = 0; side < PV_SIDE_COUNT; side++)
	{
		values[5 + 3 * side] = Int64GetDatum(made->leaves[side]);
		values[6 + 3 * side] = Int64GetDatum(made->roots[side].sum);
		values[7 + 3 * side] = bytes_datum(&made->roots[side].hash, sizeof(PvHash));
	}
	(void) pv_run(&insert_liabilities, values, NULL, false);
	(void) pv_run(&insert_secret, key, NULL, false);
}

static void
build_trees(PvLiabilities *made)
{
	Building building = {.made = made, .told_at = GetCurrentTimestamp()};
	Datum values[1] = {Int32GetDatum(made->vault)};
	PvSha *sha = pv_sha_open();
	PvRow row;

	building.hasher = pv_hasher(sha);
	if (!pg_strong_random(building.secret, sizeof(building.secret)))
		pv_internal_error("there are no random numbers");
	building.holders = pv_holdings_at(made->vault, made->asset, made->seq);
	check_total(&building);
	(void) pv_run(&next_number, values, NULL, false);
	row = pv_result_row(0);
	made->number = pv_row_int(&row, 0);
	(void) pv_run(&salt_members, values, NULL, false);
	make_entries(&building);
	pfree(building.holders.list);
	build_tree(&building, PV_SIDE_OWED, building.entries);
	build_tree(&building, PV_SIDE_DUE, building.entries + made->leaves[PV_SIDE_OWED]);
	pv_free(building.entries);
	store_rows(&building);
	pv_sha_close(sha);
}

/*
 * Builds the trees of a day, unless they are there.  Who builds and who seals have the same
 * lock: so numbers are those of the order of commits, and a smaller one cannot come after a
 * larger one was sealed.
 */
void
pv_liabilities_build(PvBook *book, const PvFigure *asset, DateADT day, PvLiabilities *made)
{
	pv_seal_lock(book->vault);
	if (pv_liabilities_find(book->vault, asset, day, false, made))
		return;
	*made = (PvLiabilities){.vault = book->vault,
							.asset = asset,
							.day = day,
							.seq = end_of_day(book, day),
							.place = -1};
	build_trees(made);
}
