/*
 * journal.c
 *	  Rows of the journal and of the movements, written and read back.
 */
#include "store/journal.h"

#include "base/assertion.h"
#include "base/tokens.h"
#include "engine/commission.h"
#include "engine/exits.h"
#include "engine/fixed.h"
#include "engine/figures.h"
#include "engine/kinds.h"
#include "engine/parties.h"
#include "engine/sale.h"
#include "store/commissions.h"
#include "store/lookup.h"
#include "store/policies.h"

#include "common/hashfn.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/timestamp.h"

PvTable pv_journal_table = {PV_INSERT, "journal_data", PV_JOURNAL(PV_FIRST_NAME, PV_NEXT_NAME),
							PV_JOURNAL(PV_TYPE, PV_TYPE), 0};

static PvTable movement_table = {PV_INSERT, "movement_data",
								 "vault, role, seq, member, " PV_ASSET_COLUMNS,
								 "isll" PV_ASSETS(PV_FIGURE_TYPE, PV_FIGURE_TYPE, ), 0};

#define MOVEMENT_ASSETS 4 /* where they begin */
#define MOVEMENT_COLUMNS (MOVEMENT_ASSETS + PV_ASSET_COUNT)

/* clang-format off */

/* A journal row, its member's name and the state before it. */
static PvPlan read_entry = {
	"SELECT " PV_JOURNAL(PV_FIRST_OF_J, PV_NEXT_OF_J) ", m.name, " PV_STATE_COLUMNS("b") " "
	"FROM pointsvault.journal_data j "
	"LEFT JOIN pointsvault.member_data m ON m.vault = $1 AND m.id = j.member "
	"LEFT JOIN pointsvault.journal_data b ON b.vault = $1 AND b.seq = $2 - 1 "
	"WHERE j.vault = $1 AND j.seq = $2",
	"il", NULL};

enum
{
	ENTRY_NAME = PV_JOURNAL_COLUMNS,
	ENTRY_BEFORE
};

static PvPlan read_movements = {
	"SELECT role, member, " PV_ASSET_COLUMNS " "
	"FROM pointsvault.movement_data "
	"WHERE vault = $1 AND seq = $2 "
	"ORDER BY member",
	"il", NULL};

static PvPlan reversed_of = {
	"SELECT reversed "
	"FROM pointsvault.journal_data "
	"WHERE vault = $1 AND cause = $2 AND reversed IS NOT NULL "
	"ORDER BY seq DESC LIMIT 1",
	"il", NULL};

static PvPlan reversed_before = {
	"SELECT reversed "
	"FROM pointsvault.journal_data "
	"WHERE vault = $1 AND cause = $2 AND reversed IS NOT NULL AND seq < $3 "
	"ORDER BY seq DESC LIMIT 1",
	"ill", NULL};

static PvPlan booked_at_of = {
	"SELECT booked_at FROM pointsvault.journal_data WHERE vault = $1 AND seq = $2", "il", NULL};

/* clang-format on */

/* The index on ref alone finds a ref of any vault: the row tells which. */
static PvLookup row_of_ref = {.table = "journal_data",
							  .index = "journal_ref",
							  .columns = "vault, seq",
							  .by = "ref",
							  .nkeys = 1};

static PvLookup last_row = {
	.table = "journal_data", .columns = "seq", .by = "vault, seq", .nkeys = 1, .backward = true};

/*
 * Reads the columns of a vault's state, in the order of PV_STATE_COLUMNS.
 */
void
pv_read_state(const PvRow *row, int first, PvVault *state)
{
	for (int i = 0; i < PV_ACCOUNT_COUNT; i++)
		pv_set_figure(state, &pv_accounts[i], pv_row_int(row, first + i));
}

/*
 * Reads the columns of a member's assets, in the order of PV_ASSET_COLUMNS.
 */
void
pv_read_assets(const PvRow *row, int first, PvAssets *assets)
{
	for (int i = 0; i < PV_ASSET_COUNT; i++)
		pv_set_figure(assets, &pv_assets[i], pv_row_int(row, first + i));
}

/*
 * What an event changed for its own member, from a row of the journal.  Points have no
 * column of their own there: the fact is theirs too, by the kind's sign.
 */
void
pv_read_own_change(const PvRow *row, PvKind kind, PvAssets *own)
{
	const PvKindInfo *info = pv_kind_info(kind);

	own->points = info ? info->points_sign * pv_row_int(row, PV_JOURNAL_points) : 0;
	for (int i = 1; i < PV_ASSET_COUNT; i++)
		pv_set_figure(own, &pv_assets[i], pv_row_int(row, PV_JOURNAL_member_credits + i - 1));
}

/* The role of a movement.  One that is none, of damaged data, fits no kind. */
PvRole
pv_read_role(const PvRow *row, int column)
{
	int role = row->nulls[column] ? 0 : DatumGetInt16(row->values[column]);

	return role > PV_OWN && role < PV_NO_ROLE ? (PvRole) role : PV_NO_ROLE;
}

/* A row being filled. */
typedef struct RowWriter
{
	Datum *values;
	bool *nulls;
} RowWriter;

static void
put(RowWriter *row, int column, Datum value, bool is_null)
{
	row->values[column] = value;
	row->nulls[column] = is_null;
}

/* Journal rows are many: a 0 that needs no saying is left out (NULL). */
static void
put_unless_zero(RowWriter *row, int column, int64_t value)
{
	put(row, column, Int64GetDatum(value), value == 0);
}

static void
put_text(RowWriter *row, int column, const char *text)
{
	put(row, column, text ? CStringGetTextDatum(text) : (Datum) 0, text == NULL);
}

static void
put_commissions(RowWriter *row, const PvCommissions *commissions)
{
	if (commissions->count > 0)
		put(row, PV_JOURNAL_commissions, pv_commissions_array(commissions), false);
	else
		put(row, PV_JOURNAL_commissions, (Datum) 0, true);
}

static void
put_figures(RowWriter *row, int column, const PvFigure *figures, int count, const void *of)
{
	for (int i = 0; i < count; i++)
	{
		int64_t value = pv_figure(of, &figures[i]);

		put(row, column + i, Int64GetDatum(value), value == 0 && !figures[i].always);
	}
}

/* Q3: when shares that the event brought are free. */
static void
put_lock(RowWriter *row, const PvLock *lock)
{
	bool is_none = lock->parts == 0;

	put(row, PV_JOURNAL_free_from, DateADTGetDatum(lock->free_from), is_none);
	put(row, PV_JOURNAL_parts, Int32GetDatum(lock->parts), is_none);
	put(row, PV_JOURNAL_part_months, Int32GetDatum(lock->part_months), is_none);
}

static void
put_effect(RowWriter *row, const PvEntry *entry)
{
	const PvEffect *effect = &entry->effect;
	const PvParty *own = pv_own(&entry->parties);
	const PvAssets none = {0};
	int says = pv_kind_info(entry->kind)->says;

	put(row, PV_JOURNAL_amount, Int64GetDatum(effect->amount),
		!pv_says_amount(entry->kind, entry->named));
	put(row, PV_JOURNAL_points, Int64GetDatum(effect->points), !(says & PV_SAYS_POINTS));
	put(row, PV_JOURNAL_cash, Int64GetDatum(effect->cash), !(says & PV_SAYS_CASH));
	put(row, PV_JOURNAL_fee, Int64GetDatum(effect->fee), !(says & PV_SAYS_FEE));
	put(row, PV_JOURNAL_contribution, Int64GetDatum(effect->contribution),
		!(says & PV_SAYS_CONTRIBUTION));
	put_unless_zero(row, PV_JOURNAL_reversed, entry->reversed);
	put_unless_zero(row, PV_JOURNAL_order_amount, effect->order_amount);
	put(row, PV_JOURNAL_points_fee, Int64GetDatum(effect->points_fee),
		!(says & PV_SAYS_POINTS_FEE));
	put(row, PV_JOURNAL_item, Int64GetDatum(effect->item), !(says & PV_SAYS_ITEM));
	put(row, PV_JOURNAL_asked, Int64GetDatum(effect->asked), !(says & PV_SAYS_ASKED));
	put_lock(row, &effect->lock);
	put_unless_zero(row, PV_JOURNAL_series, effect->series);
	/* all but the points, see pv_read_own_change */
	put_figures(row, PV_JOURNAL_member_credits, pv_assets + 1, PV_ASSET_COUNT - 1,
				own ? &own->change : &none);
}

/*
 * Whether an event has a row of its own for another member: also where all it
 * brought was spending toward the next share (C1), and for who took over from one that
 * had nothing.
 */
static bool
has_movement(const PvParty *party)
{
	static const PvAssets none;

	return party->role != PV_OWN && (party->role == PV_HEIR || party->spending != 0 ||
									 memcmp(&party->change, &none, sizeof(none)) != 0);
}

static void
add_movement(PvBook *book, int64_t seq, const PvParty *party)
{
	Datum values[MOVEMENT_COLUMNS];
	bool nulls[MOVEMENT_COLUMNS];
	RowWriter row = {values, nulls};

	book->movements.table = &movement_table;
	put(&row, 0, Int32GetDatum(book->vault), false);
	put(&row, 1, Int16GetDatum(party->role), false);
	put(&row, 2, Int64GetDatum(seq), false);
	put(&row, 3, Int64GetDatum(party->id), false);
	put_figures(&row, MOVEMENT_ASSETS, pv_assets, PV_ASSET_COUNT, &party->change);
	pv_add_row(&book->movements, values, nulls, lengthof(values));
}

/* Adds the movements of an entry; returns the sum of their digests. */
static int64_t
add_movements(PvBook *book, const PvEntry *entry)
{
	uint64 digest = 0;

	for (int i = 0; i < entry->parties.count; i++)
	{
		const PvParty *party = &entry->parties.list[i];

		if (!has_movement(party))
			continue;
		PV_ASSERT(pv_is_among_roles(party->role, pv_kind_info(entry->kind)->others));
		add_movement(book, entry->seq, party);
		digest += (uint64) pv_movement_digest(party);
	}
	return (int64_t) digest;
}

/*
 * Adds an entry to the rows the book will write.
 */
void
pv_journal_add(PvBook *book, const PvEntry *entry)
{
	Datum values[PV_JOURNAL_COLUMNS];
	bool nulls[PV_JOURNAL_COLUMNS];
	RowWriter row = {values, nulls};

	book->journal.table = &pv_journal_table;
	put(&row, PV_JOURNAL_vault, Int32GetDatum(book->vault), false);
	put(&row, PV_JOURNAL_day, DateADTGetDatum(entry->day), false);
	put(&row, PV_JOURNAL_policy, Int32GetDatum(entry->policy), false);
	put(&row, PV_JOURNAL_kind, Int16GetDatum(entry->kind), false);
	put(&row, PV_JOURNAL_named_contribution, BoolGetDatum(entry->named), false);
	put(&row, PV_JOURNAL_suspended, BoolGetDatum(book->suspended), false);
	put(&row, PV_JOURNAL_seq, Int64GetDatum(entry->seq), false);
	put(&row, PV_JOURNAL_booked_at, TimestampTzGetDatum(entry->booked_at), false);
	put_figures(&row, PV_JOURNAL_pool, pv_accounts, PV_ACCOUNT_COUNT, &entry->after);
	put(&row, PV_JOURNAL_next_exit, (Datum) 0, true); /* set by pv_journal_complete */
	put_unless_zero(&row, PV_JOURNAL_member, entry->member);
	put_effect(&row, entry);
	put_unless_zero(&row, PV_JOURNAL_cause, entry->cause);
	put(&row, PV_JOURNAL_at, TimestampTzGetDatum(entry->at), !entry->named_at);
	put_text(&row, PV_JOURNAL_ref, entry->ref);
	put_text(&row, PV_JOURNAL_actor, entry->actor ? entry->actor : book->actor);
	put_text(&row, PV_JOURNAL_region, entry->region);
	put_text(&row, PV_JOURNAL_note, entry->note);
	put(&row, PV_JOURNAL_meta, JsonbPGetDatum(entry->meta), entry->meta == NULL);
	put(&row, PV_JOURNAL_importing, BoolGetDatum(true), !book->importing);
	put_commissions(&row, &entry->effect.commissions);
	/* of the movements alone, until pv_journal_complete makes it that of the row */
	put(&row, PV_JOURNAL_digest, Int64GetDatum(add_movements(book, entry)), false);
	pv_add_row(&book->journal, values, nulls, lengthof(values));
}

/* A value of the journal as a text, if its type is one of those of any length; lists of numbers too. */
static text *
long_value(char type, Datum value)
{
	if (type == 't' || type == 'L') /* of an array all that it is made of */
		return DatumGetTextPP(value);
	if (type == 'j')
		return cstring_to_text(DatumGetCString(DirectFunctionCall1(jsonb_out, value)));
	return NULL;
}

/* One of those that read_movements found. */
static PvParty
read_movement(uint64 index)
{
	PvRow row = pv_result_row(index);
	PvParty party = {.role = pv_read_role(&row, 0), .id = pv_row_int(&row, 1)};

	pv_read_assets(&row, 2, &party.change);
	return party;
}

/*
 * A hash of what an event changed for another member, and in which role.  Those of all
 * movements of an event are summed up: their order says nothing.
 */
int64_t
pv_movement_digest(const PvParty *party)
{
	int64_t fixed[2 + sizeof(PvAssets) / sizeof(int64_t)] = {party->id, party->role};

	memcpy(fixed + 2, &party->change, sizeof(party->change));
	return (int64_t) hash_bytes_extended((const unsigned char *) fixed, sizeof(fixed), 0);
}

/* The sum of those of the movements beside a row. */
int64_t
pv_journal_movements_digest(int32_t vault, int64_t seq)
{
	Datum values[2] = {Int32GetDatum(vault), Int64GetDatum(seq)};
	uint64 count = pv_run(&read_movements, values, NULL, false);
	uint64 digest = 0;

	for (uint64 i = 0; i < count; i++)
	{
		PvParty party = read_movement(i);

		digest += (uint64) pv_movement_digest(&party);
	}
	SPI_freetuptable(SPI_tuptable);
	return (int64_t) digest;
}

/*
 * A hash of a journal row, its values in the order of pv_journal_table, of the
 * movements beside it, and of the digest of the row before.  NULL columns count
 * by their place.
 */
int64_t
pv_journal_digest(const Datum *values, const bool *nulls, int64_t movement, int64_t previous)
{
	Datum fixed[PV_JOURNAL_COLUMNS + 1];
	uint64 present = 0;
	uint64 hash = (uint64) previous + (uint64) movement;
	int count = 0;

	StaticAssertStmt(PV_JOURNAL_COLUMNS <= 64, "a bit for each column");
	for (int i = 0; i < PV_JOURNAL_digest; i++)
	{
		text *string;

		if (nulls[i])
			continue;
		present |= UINT64CONST(1) << i;
		string = long_value(pv_journal_table.types[i], values[i]);
		if (string)
			hash = hash_bytes_extended((const unsigned char *) VARDATA_ANY(string),
									   VARSIZE_ANY_EXHDR(string), hash);
		else
			fixed[count++] = values[i];
	}
	fixed[count++] = UInt64GetDatum(present);
	return (int64_t) hash_bytes_extended((const unsigned char *) fixed, sizeof(Datum) * count,
										 hash);
}

/* The last step of a row: its digest, from all the columns before. */
static void
digest_row(PvBook *book, PvRow *row)
{
	book->digest = pv_journal_digest(row->values, row->nulls, pv_row_int(row, PV_JOURNAL_digest),
									 book->digest);
	row->values[PV_JOURNAL_digest] = Int64GetDatum(book->digest);
}

/*
 * Completes the rows added, before they are written: the price at which the next
 * exit may be due is known only after the exits of the call.
 */
void
pv_journal_complete(PvBook *book)
{
	PvRows *rows = &book->journal;
	PvPrice floor = {0, 1};
	bool none = !pv_exit_floor(&book->exits, &floor);

	for (int i = 0; i < rows->count; i++)
	{
		PvRow row = pv_gathered(rows, i);

		row.values[PV_JOURNAL_next_exit] = Int64GetDatum(pv_price_to_key(floor));
		row.nulls[PV_JOURNAL_next_exit] = none;
		digest_row(book, &row);
	}
}

/* The parties of an entry: its own member, and whoever has a movement. */
static void
read_parties(PvEntry *entry, int32_t vault, const PvAssets *own, bool read_only)
{
	Datum values[2] = {Int32GetDatum(vault), Int64GetDatum(entry->seq)};
	const PvKindInfo *info = pv_kind_info(entry->kind);
	PvParty *party;
	uint64 count;

	if (entry->member != 0)
	{
		party = pv_add_party(&entry->parties, PV_OWN, NULL);
		party->id = entry->member;
		party->change = *own;
	}
	if (!info || info->others == 0)
		return;
	count = pv_run(&read_movements, values, NULL, read_only);
	for (uint64 i = 0; i < count; i++)
	{
		PvParty moved = read_movement(i);

		party = pv_add_party(&entry->parties, moved.role, NULL);
		party->id = moved.id;
		party->change = moved.change;
	}
}

/* Q3: when the shares that a row of the journal brought are free; no parts: it brought none. */
PvLock
pv_read_lock(const PvRow *row)
{
	if (row->nulls[PV_JOURNAL_parts] || row->nulls[PV_JOURNAL_free_from] ||
		row->nulls[PV_JOURNAL_part_months])
		return (PvLock){0};
	return (PvLock){.free_from = DatumGetDateADT(row->values[PV_JOURNAL_free_from]),
					.parts = DatumGetInt32(row->values[PV_JOURNAL_parts]),
					.part_months = DatumGetInt32(row->values[PV_JOURNAL_part_months])};
}

static void
read_effect(PvEntry *entry, const PvRow *row)
{
	entry->effect.amount = pv_row_int(row, PV_JOURNAL_amount);
	entry->effect.points = pv_row_int(row, PV_JOURNAL_points);
	entry->effect.cash = pv_row_int(row, PV_JOURNAL_cash);
	entry->effect.fee = pv_row_int(row, PV_JOURNAL_fee);
	entry->effect.contribution = pv_row_int(row, PV_JOURNAL_contribution);
	entry->effect.order_amount = pv_row_int(row, PV_JOURNAL_order_amount);
	entry->effect.points_fee = pv_row_int(row, PV_JOURNAL_points_fee);
	entry->effect.item = pv_row_int(row, PV_JOURNAL_item);
	entry->effect.asked = pv_row_int(row, PV_JOURNAL_asked);
	entry->effect.lock = pv_read_lock(row);
	entry->effect.series = pv_row_int(row, PV_JOURNAL_series);
}

/*
 * An entry of the journal as it was booked; NULL where it is missing.  Its kind may
 * be none, where it was changed behind the vault's back.
 */
PvEntry *
pv_journal_try_read(int32_t vault, int64_t seq, bool read_only)
{
	Datum values[2] = {Int32GetDatum(vault), Int64GetDatum(seq)};
	PvEntry *entry = palloc0(sizeof(PvEntry));
	PvAssets own;
	PvRow row;

	if (pv_run(&read_entry, values, NULL, read_only) == 0)
		return NULL;
	row = pv_result_row(0);
	entry->seq = seq;
	entry->kind = DatumGetInt16(row.values[PV_JOURNAL_kind]);
	entry->member = pv_row_int(&row, PV_JOURNAL_member);
	entry->member_name = pv_row_text(&row, ENTRY_NAME);
	entry->policy = DatumGetInt32(row.values[PV_JOURNAL_policy]);
	entry->named = DatumGetBool(row.values[PV_JOURNAL_named_contribution]);
	entry->cause = pv_row_int(&row, PV_JOURNAL_cause);
	entry->named_at = !row.nulls[PV_JOURNAL_at];
	entry->day = DatumGetDateADT(row.values[PV_JOURNAL_day]);
	entry->booked_at = DatumGetTimestampTz(row.values[PV_JOURNAL_booked_at]);
	entry->at = entry->named_at ? DatumGetTimestampTz(row.values[PV_JOURNAL_at]) : entry->booked_at;
	entry->ref = pv_row_text(&row, PV_JOURNAL_ref);
	entry->region = pv_row_text(&row, PV_JOURNAL_region);
	entry->note = pv_row_text(&row, PV_JOURNAL_note);
	entry->reversed = pv_row_int(&row, PV_JOURNAL_reversed);
	pv_read_state(&row, ENTRY_BEFORE, &entry->before);
	pv_read_state(&row, PV_JOURNAL_pool, &entry->after);
	read_effect(entry, &row);
	entry->altered = !pv_commissions_read(&row, PV_JOURNAL_commissions, &entry->effect.commissions);
	pv_read_own_change(&row, entry->kind, &own);
	read_parties(entry, vault, &own, read_only);
	SPI_freetuptable(SPI_tuptable);
	return entry;
}

/* An entry with the policy it was booked under; both must be there. */
PvEntry *
pv_journal_read(int32_t vault, int64_t seq, bool read_only, PvPolicy *policy)
{
	PvEntry *entry = pv_journal_try_read(vault, seq, read_only);

	if (entry && (!pv_kind_info(entry->kind) || entry->altered))
		ereport(ERROR, (pv_error(DAMAGED_DATA),
						errmsg("journal row " INT64_FORMAT " of vault %d %s", seq, vault,
							   entry->altered ? "has commissions that are none" : "is of no kind"),
						errhint("pointsvault.verify(%d) names what was changed.", vault)));
	if (!entry || !pv_policy_find(vault, entry->policy, policy))
		ereport(ERROR, (pv_error(DAMAGED_DATA), errmsg("journal row " INT64_FORMAT
													   " of vault %d, or its policy, is missing",
													   seq, vault)));
	return entry;
}

/* G4: a redemption for goods brings its member no cash. */
bool
pv_was_for_goods(const PvEntry *redemption)
{
	const PvParty *own = pv_own(&redemption->parties);

	return own && own->change.cash == 0;
}

/*
 * What a refund needs of the purchase, or settled debt, it is of (G15); how much of it was
 * refunded before, the caller knows.
 */
PvSale
pv_sale_of(const PvEntry *purchase, const PvPolicy *policy)
{
	PvSale sale = {.seq = purchase->seq,
				   .kind = purchase->kind,
				   .amount = purchase->effect.amount,
				   .contribution = purchase->effect.contribution};

	for (int i = 0; i < purchase->parties.count; i++)
	{
		const PvParty *party = &purchase->parties.list[i];

		if (party->role != PV_EARNER)
			(void) pv_add_sale_part(&sale, party->role, party->id, party->change.points);
	}
	for (int i = 0; i < purchase->effect.commissions.count; i++)
		pv_add_commission(&sale.commissions, purchase->effect.commissions.list[i]);
	pv_sale_promises(policy, &sale);
	return sale;
}

static int64_t
find_number(PvPlan *plan, Datum *values, bool read_only)
{
	int64_t number = 0;

	if (pv_run(plan, values, NULL, read_only) > 0)
	{
		PvRow row = pv_result_row(0);

		number = pv_row_int(&row, 0);
	}
	SPI_freetuptable(SPI_tuptable);
	return number;
}

/* The row of a ref, 0 = none. */
static int64_t
seq_of_ref(PvScan *scan, int32_t vault, const char *ref)
{
	PvRow row;

	pv_scan_by(scan, (Datum[]){CStringGetTextDatum(ref)});
	while (pv_scan_next(scan, &row))
		if (DatumGetInt32(row.values[0]) == vault)
			return pv_row_int(&row, 1);
	return 0;
}

static int64_t
find_ref(int32_t vault, const char *ref, PvSight sight)
{
	PvScan scan;
	int64_t seq;

	pv_scan_open(&scan, &row_of_ref, sight);
	seq = seq_of_ref(&scan, vault, ref);
	pv_scan_close(&scan);
	return seq;
}

/* The entry that has a ref, 0 = none. */
int64_t
pv_journal_find(int32_t vault, const char *ref, bool read_only)
{
	return find_ref(vault, ref, pv_sight(read_only));
}

/* The journal row of a ref that is booked by now, whatever the caller's snapshot shows. */
int64_t
pv_journal_find_latest(int32_t vault, const char *ref)
{
	return find_ref(vault, ref, PV_SEE_LATEST);
}

/* The journal rows of many refs that are booked by now, in the order of the refs; 0 = none. */
int64_t *
pv_journal_find_all(int32_t vault, const char *const *refs, int count)
{
	int64_t *seqs = palloc(sizeof(int64_t) * Max(count, 1));
	Datum *keys = palloc(sizeof(Datum) * Max(count, 1));
	PvScan scan;
	int *order;

	for (int i = 0; i < count; i++)
		keys[i] = CStringGetTextDatum(refs[i]);
	pv_scan_open(&scan, &row_of_ref, PV_SEE_LATEST);
	order = pv_visiting_order(scan.index, 0, keys, NULL, count);
	for (int i = 0; i < count; i++)
		seqs[order[i]] = seq_of_ref(&scan, vault, refs[order[i]]);
	pv_scan_close(&scan);
	pfree(order);
	pfree(keys);
	return seqs;
}

/* How much of a withdrawal was returned, or of a purchase refunded, by now. */
int64_t
pv_journal_reversed(int32_t vault, int64_t seq, bool read_only)
{
	Datum values[2] = {Int32GetDatum(vault), Int64GetDatum(seq)};

	return find_number(&reversed_of, values, read_only);
}

/* How much of an event was taken back by journal row `before`. */
int64_t
pv_journal_reversed_before(int32_t vault, int64_t seq, int64_t before)
{
	Datum values[3] = {Int32GetDatum(vault), Int64GetDatum(seq), Int64GetDatum(before)};

	return find_number(&reversed_before, values, true);
}

static int64_t
last_seq(int32_t vault, PvSight sight)
{
	PvRow row;

	if (!pv_look_up(&last_row, (Datum[]){Int32GetDatum(vault)}, sight, &row))
		return 0;
	return pv_row_int(&row, 0);
}

/*
 * The last entry there is by now, whatever the caller's snapshot shows.
 */
int64_t
pv_journal_latest(int32_t vault)
{
	return last_seq(vault, PV_SEE_LATEST);
}

/*
 * The last entry booked at or before a moment, 0 = none.  Times of booking never
 * go back, so a binary search by seq finds it.
 */
int64_t
pv_journal_seq_at(int32_t vault, TimestampTz moment)
{
	Datum values[2] = {Int32GetDatum(vault)};
	int64_t low = 0;
	int64_t high = last_seq(vault, PV_SEE_CALLERS);

	while (low < high)
	{
		int64_t middle = low + (high - low + 1) / 2;

		values[1] = Int64GetDatum(middle);
		if (pv_run(&booked_at_of, values, NULL, true) > 0 &&
			DatumGetTimestampTz(pv_result_row(0).values[0]) <= moment)
			low = middle;
		else
			high = middle - 1;
	}
	return low;
}
