/*
 * leaves.c
 *	  Rows as leaves of the log: docs/leaf.md has the numbers of their fields.
 *
 * A leaf never changes, nor does how one is made: a new column gets a new number, which
 * rows from before it do not have.  What may have to be forgotten stands there as a hash
 * with a salt.
 */
#include "store/leaves.h"

#include "base/assertion.h"
#include "engine/event.h"
#include "engine/figures.h"
#include "engine/kinds.h"
#include "store/columns.h"

#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

/* What PostgreSQL counts days and microseconds from, seen from 1970. */
#define EPOCH_DAYS (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE)
#define EPOCH_MICROSECONDS ((int64_t) EPOCH_DAYS * USECS_PER_DAY)

static PvLookup journal_rows = {.table = "journal_data",
								.columns = PV_JOURNAL(PV_FIRST_NAME, PV_NEXT_NAME),
								.by = "vault, seq",
								.nkeys = 1,
								.from = true};

static PvLookup movement_rows = {.table = "movement_data",
								 .columns = "seq, role, member, " PV_ASSET_COLUMNS,
								 .by = "vault, seq, member",
								 .nkeys = 1,
								 .from = true};

/* Of rows whose texts were erased: the columns of hashes are in the order of the texts. */
static PvLookup erasure_rows = {.table = "erasure_data",
								.columns = "seq, region, note, meta",
								.by = "vault, seq",
								.nkeys = 1,
								.from = true};

static PvLookup salt_of = {.table = "salt_data",
						   .columns = "salt",
						   .by = "vault, member",
						   .nkeys = 2};

enum
{
	MOVEMENT_SEQ,
	MOVEMENT_ROLE,
	MOVEMENT_MEMBER,
	MOVEMENT_ASSETS
};

enum
{
	ERASURE_SEQ,
	ERASURE_HASHES
};

/* Of a movement. */
enum
{
	FIELD_MOVED_MEMBER = 1,
	FIELD_MOVED_ROLE = 2,
	FIELD_MOVED_ASSETS = 3
};

/* How a column stands in a leaf, where its type does not say it. */
typedef enum Form
{
	PLAIN,
	KIND,
	LIST,	   /* its hash */
	MOVEMENTS, /* no column: of the rows beside it, how many there are, and next their hash */
	SALTED
} Form;

#define MOVED_COUNT 80
#define MOVED_HASH 81
#define FIRST_SALTED 90 /* the texts: region, note, meta */

/* The fields of a journal row.  Numbers are never used again. */
static const struct
{
	int field;
	int column;
	Form form;
} journal_fields[] = {{1, PV_JOURNAL_seq},
					  {2, PV_JOURNAL_kind, KIND},
					  {3, PV_JOURNAL_day},
					  {4, PV_JOURNAL_booked_at},
					  {5, PV_JOURNAL_at},
					  {6, PV_JOURNAL_policy},
					  {7, PV_JOURNAL_actor},
					  {8, PV_JOURNAL_ref},
					  {9, PV_JOURNAL_member},
					  {10, PV_JOURNAL_cause},
					  {11, PV_JOURNAL_named_contribution},
					  {12, PV_JOURNAL_suspended},
					  {13, PV_JOURNAL_importing},
					  {14, PV_JOURNAL_next_exit},
					  {15, PV_JOURNAL_pool},
					  {16, PV_JOURNAL_circulating},
					  {17, PV_JOURNAL_issued},
					  {18, PV_JOURNAL_uncapped},
					  {19, PV_JOURNAL_treasury},
					  {20, PV_JOURNAL_credits},
					  {21, PV_JOURNAL_reserve},
					  {22, PV_JOURNAL_platform},
					  {23, PV_JOURNAL_shareholders},
					  {24, PV_JOURNAL_dividends},
					  {25, PV_JOURNAL_cash_owed},
					  {26, PV_JOURNAL_turnover},
					  {27, PV_JOURNAL_stock_price},
					  {28, PV_JOURNAL_stock_issued},
					  {29, PV_JOURNAL_debts},
					  {30, PV_JOURNAL_exchange},
					  {40, PV_JOURNAL_amount},
					  {41, PV_JOURNAL_points},
					  {42, PV_JOURNAL_cash},
					  {43, PV_JOURNAL_fee},
					  {44, PV_JOURNAL_contribution},
					  {45, PV_JOURNAL_reversed},
					  {46, PV_JOURNAL_order_amount},
					  {47, PV_JOURNAL_item},
					  {48, PV_JOURNAL_asked},
					  {49, PV_JOURNAL_free_from},
					  {50, PV_JOURNAL_parts},
					  {51, PV_JOURNAL_part_months},
					  {52, PV_JOURNAL_series},
					  {53, PV_JOURNAL_points_fee},
					  {54, PV_JOURNAL_commissions, LIST},
					  {60, PV_JOURNAL_member_credits},
					  {61, PV_JOURNAL_member_cash},
					  {62, PV_JOURNAL_member_reward},
					  {63, PV_JOURNAL_member_quota},
					  {64, PV_JOURNAL_member_shares},
					  {65, PV_JOURNAL_member_stock},
					  {66, PV_JOURNAL_member_items},
					  {67, PV_JOURNAL_member_debt},
					  {MOVED_COUNT, 0, MOVEMENTS},
					  {FIRST_SALTED, PV_JOURNAL_region, SALTED},
					  {FIRST_SALTED + 1, PV_JOURNAL_note, SALTED},
					  {FIRST_SALTED + 2, PV_JOURNAL_meta, SALTED}};

static const char journal_types[] = PV_JOURNAL(PV_TYPE, PV_TYPE);

static const char *const role_names[] = {
	[PV_SPONSOR] = "sponsor", [PV_PAYEE] = "payee",	  [PV_HEIR] = "heir",
	[PV_EARNER] = "earner",	  [PV_SELLER] = "seller", [PV_NO_ROLE] = "none"};

/* --- rows --------------------------------------------------------------------------- */

static void
next_row(PvSeqRows *rows, int seq)
{
	rows->ended =
		!pv_scan_peek(&rows->scan, &rows->row) || pv_row_int(&rows->row, seq) > rows->upto;
}

static void
open_rows(PvSeqRows *rows, PvLookup *lookup, PvSight sight, const Datum *keys, int64_t upto)
{
	pv_scan_open(&rows->scan, lookup, sight);
	pv_scan_by(&rows->scan, keys);
	rows->upto = upto;
}

/* Those of rows that are missing, or that are done. */
static void
skip_before(PvSeqRows *rows, int seq, int64_t upto)
{
	while (!rows->ended && pv_row_int(&rows->row, seq) < upto)
		next_row(rows, seq);
}

/* --- fields ------------------------------------------------------------------------ */

/* A leaf's own hash, with the byte that RFC 6962 puts before it. */
void
pv_leaf_hash(PvSha *sha, const PvLeaf *leaf, PvHash *hash)
{
	pv_sha256(sha, leaf->hashed, 1 + leaf->size, hash->bytes);
}

static void
put_hash(PvLeaf *leaf, PvSha *sha, int field, const void *data, Size size)
{
	PvHash hash;

	pv_sha256(sha, data, size, hash.bytes);
	pv_leaf_bytes(leaf, field, hash.bytes, sizeof(hash.bytes));
}

/* In UTF-8, whatever the database is in. */
static const char *
in_utf8(const char *text, Size *size)
{
	const char *utf8 = pg_server_to_any(text, (int) strlen(text), PG_UTF8);

	*size = strlen(utf8);
	return utf8;
}

/* A text of any length: its hash, which hides nothing. */
void
pv_leaf_long_text(PvLeaf *leaf, PvSha *sha, int field, const char *text)
{
	Size size;
	const char *utf8 = in_utf8(text, &size);

	put_hash(leaf, sha, field, utf8, size);
}

/* A text that anybody may read in the leaf. */
void
pv_leaf_text(PvLeaf *leaf, PvSha *sha, int field, const char *text)
{
	Size size;
	const char *utf8 = in_utf8(text, &size);

	if (size > PV_LEAF_LONGEST_TEXT)
		put_hash(leaf, sha, field | PV_LEAF_HASHED, utf8, size);
	else
		pv_leaf_bytes(leaf, field, utf8, size);
}

/* With what a text is hashed: the key keeps two equal ones of one salt from equal hashes. */
static void
salted_hash(PvSha *sha, int field, const uint8 *salt, int64_t key, const char *text, PvHash *hash)
{
	Size size;
	const char *utf8 = in_utf8(text, &size);
	uint8 *data = palloc(PV_SALT_BYTES + 9 + size);

	memcpy(data, salt, PV_SALT_BYTES);
	data[PV_SALT_BYTES] = (uint8) field;
	pv_put_int64(data + PV_SALT_BYTES + 1, key);
	memcpy(data + PV_SALT_BYTES + 9, utf8, size);
	pv_sha256(sha, data, PV_SALT_BYTES + 9 + size, hash->bytes);
	pfree(data);
}

/*
 * A text that may have to be forgotten: who has neither it nor the salt learns nothing
 * from its hash.
 */
void
pv_leaf_salted(PvLeaf *leaf, PvSha *sha, int field, const uint8 *salt, int64_t key,
			   const char *text)
{
	PvHash hash;

	salted_hash(sha, field, salt, key, text, &hash);
	pv_leaf_bytes(leaf, field, hash.bytes, sizeof(hash.bytes));
}

/* A moment, in microseconds since 1970. */
void
pv_leaf_moment(PvLeaf *leaf, int field, int64_t moment)
{
	int64_t since;

	if (pg_add_s64_overflow(moment, EPOCH_MICROSECONDS, &since))
		since = moment; /* infinite, of damaged data */
	pv_leaf_int(leaf, field, since);
}

/* A day, in days since 1970. */
void
pv_leaf_day(PvLeaf *leaf, int field, DateADT day)
{
	pv_leaf_int(leaf, field, (int64_t) day + EPOCH_DAYS);
}

/* --- a journal row ------------------------------------------------------------------ */

static void
put_kind(PvLeaf *leaf, PvSha *sha, int field, int kind)
{
	const PvKindInfo *info = pv_kind_info(kind);

	pv_leaf_text(leaf, sha, field, info ? info->name : psprintf("%d", kind));
}

/* The numbers of a list, one after the other. */
static void
put_list(PvLeaf *leaf, PvSha *sha, int field, const PvRow *row, int column)
{
	Datum *numbers;
	int count;
	uint8 *data;

	if (!pv_row_bigints(row, column, &numbers, &count))
		count = 0; /* of damaged data */
	data = palloc(8 * Max(count, 1));
	for (int i = 0; i < count; i++)
		pv_put_int64(data + 8 * i, DatumGetInt64(numbers[i]));
	put_hash(leaf, sha, field, data, 8 * (Size) count);
}

static void
put_plain(PvLeaf *leaf, PvSha *sha, int field, const PvRow *row, int column)
{
	Datum value = row->values[column];

	switch (journal_types[column])
	{
		case 'i':
			pv_leaf_int(leaf, field, DatumGetInt32(value));
			break;
		case 'b':
			pv_leaf_flag(leaf, field, DatumGetBool(value));
			break;
		case 'd':
			pv_leaf_day(leaf, field, DatumGetDateADT(value));
			break;
		case 'z':
			pv_leaf_moment(leaf, field, DatumGetTimestampTz(value));
			break;
		case 't':
			pv_leaf_text(leaf, sha, field, TextDatumGetCString(value));
			break;
		default:
			pv_leaf_int(leaf, field, DatumGetInt64(value));
	}
}

/* Zeros where there is none: of damaged data. */
static const uint8 *
find_salt(PvJournalLeaves *leaves)
{
	const PvRow *row = &leaves->journal.row;
	Datum keys[2] = {Int32GetDatum(leaves->vault),
					 Int64GetDatum(pv_row_int(row, PV_JOURNAL_member))};
	PvRow found;

	if (leaves->has_salt)
		return leaves->salt;
	pv_scan_by(&leaves->salts, keys);
	if (pv_scan_peek(&leaves->salts, &found) && !found.nulls[0])
		memcpy(leaves->salt, DatumGetUUIDP(found.values[0])->data, UUID_LEN);
	leaves->has_salt = true;
	return leaves->salt;
}

/* The hash of a text of a journal row, as it stands in its leaf. */
void
pv_hash_journal_text(PvSha *sha, const uint8 *salt, const PvRow *row, int column, PvHash *hash)
{
	Datum value = row->values[column];
	const char *said = journal_types[column] == 'j'
						   ? DatumGetCString(DirectFunctionCall1(jsonb_out, value))
						   : TextDatumGetCString(value);

	salted_hash(sha, FIRST_SALTED + column - PV_JOURNAL_region, salt,
				pv_row_int(row, PV_JOURNAL_seq), said, hash);
}

static bool
is_erased(const PvJournalLeaves *leaves)
{
	return !leaves->erasures.ended && pv_row_int(&leaves->erasures.row, ERASURE_SEQ) == leaves->seq;
}

/* Once it is erased, the hash alone is there, or for what stayed the salt is gone. */
static void
put_erased(PvLeaf *leaf, const PvJournalLeaves *leaves, int field)
{
	const PvRow *row = &leaves->erasures.row;
	int column = ERASURE_HASHES + field - FIRST_SALTED;
	bytea *hash = row->nulls[column] ? NULL : DatumGetByteaPP(row->values[column]);

	if (hash && VARSIZE_ANY_EXHDR(hash) == sizeof(PvHash)) /* else of damaged data */
		pv_leaf_bytes(leaf, field, VARDATA_ANY(hash), sizeof(PvHash));
}

static void
put_salted(PvLeaf *leaf, PvJournalLeaves *leaves, int field, int column)
{
	PvHash hash;

	if (is_erased(leaves))
	{
		put_erased(leaf, leaves, field);
		return;
	}
	if (leaves->journal.row.nulls[column])
		return;
	pv_hash_journal_text(leaves->sha, find_salt(leaves), &leaves->journal.row, column, &hash);
	pv_leaf_bytes(leaf, field, hash.bytes, sizeof(hash.bytes));
}

/* The fields of a movement, behind their length. */
static void
append_movement(StringInfo data, PvJournalLeaves *leaves)
{
	const PvRow *row = &leaves->movements.row;
	PvLeaf *moved = &leaves->moved;
	int role = row->nulls[MOVEMENT_ROLE] ? PV_NO_ROLE : DatumGetInt16(row->values[MOVEMENT_ROLE]);
	uint8 length[2];

	if (role <= PV_OWN || role > PV_NO_ROLE)
		role = PV_NO_ROLE;
	pv_leaf_begin_fields(moved);
	pv_leaf_int(moved, FIELD_MOVED_MEMBER, pv_row_int(row, MOVEMENT_MEMBER));
	pv_leaf_text(moved, leaves->sha, FIELD_MOVED_ROLE, role_names[role]);
	for (int i = 0; i < PV_ASSET_COUNT; i++)
		if (!row->nulls[MOVEMENT_ASSETS + i])
			pv_leaf_int(moved, FIELD_MOVED_ASSETS + i, pv_row_int(row, MOVEMENT_ASSETS + i));
	pv_put_uint16(length, moved->size);
	appendBinaryStringInfo(data, (const char *) length, sizeof(length));
	appendBinaryStringInfo(data, (const char *) pv_leaf_start(moved), moved->size);
}

/* How many movements stand beside a row, and one hash of all of them. */
static void
put_movements(PvLeaf *leaf, PvJournalLeaves *leaves)
{
	PvSeqRows *moves = &leaves->movements;
	StringInfoData data;
	int count = 0;

	skip_before(moves, MOVEMENT_SEQ, leaves->seq);
	if (moves->ended || pv_row_int(&moves->row, MOVEMENT_SEQ) != leaves->seq)
		return;
	initStringInfo(&data);
	for (; !moves->ended && pv_row_int(&moves->row, MOVEMENT_SEQ) == leaves->seq; count++)
	{
		append_movement(&data, leaves);
		next_row(moves, MOVEMENT_SEQ);
	}
	pv_leaf_int(leaf, MOVED_COUNT, count);
	put_hash(leaf, leaves->sha, MOVED_HASH, data.data, data.len);
}

static void
put_field(PvLeaf *leaf, PvJournalLeaves *leaves, int field, int column, Form form)
{
	const PvRow *row = &leaves->journal.row;

	if (form == MOVEMENTS)
		put_movements(leaf, leaves);
	else if (form == SALTED)
		put_salted(leaf, leaves, field, column);
	else if (row->nulls[column])
		return;
	else if (form == KIND)
		put_kind(leaf, leaves->sha, field, DatumGetInt16(row->values[column]));
	else if (form == LIST)
		put_list(leaf, leaves->sha, field, row, column);
	else
		put_plain(leaf, leaves->sha, field, row, column);
}

/* Opens the journal rows after one, up to another. */
void
pv_journal_leaves_open(PvJournalLeaves *leaves, PvSha *sha, int32_t vault, int64_t after,
					   int64_t upto, bool read_only)
{
	Datum keys[2] = {Int32GetDatum(vault), Int64GetDatum(after + 1)};
	PvSight sight = pv_sight(read_only);

	leaves->sha = sha;
	leaves->vault = vault;
	leaves->seq = after;
	leaves->memory =
		AllocSetContextCreate(CurrentMemoryContext, "pointsvault leaf", ALLOCSET_DEFAULT_SIZES);
	open_rows(&leaves->journal, &journal_rows, sight, keys, upto);
	next_row(&leaves->journal, PV_JOURNAL_seq);
	open_rows(&leaves->movements, &movement_rows, sight, keys, upto);
	next_row(&leaves->movements, MOVEMENT_SEQ);
	open_rows(&leaves->erasures, &erasure_rows, sight, keys, upto);
	next_row(&leaves->erasures, ERASURE_SEQ);
	pv_scan_open(&leaves->salts, &salt_of, sight);
}

/*
 * Makes the leaf of the next row; false where there is none, or the next is missing.
 */
bool
pv_journal_leaves_next(PvJournalLeaves *leaves, PvLeaf *leaf)
{
	const PvRow *row = &leaves->journal.row;
	MemoryContext caller = CurrentMemoryContext;

	if (leaves->journal.ended || pv_row_int(row, PV_JOURNAL_seq) != leaves->seq + 1)
		return false;
	leaves->seq++;
	memset(leaves->salt, 0, sizeof(leaves->salt));
	leaves->has_salt = false;
	skip_before(&leaves->erasures, ERASURE_SEQ, leaves->seq);
	MemoryContextSwitchTo(leaves->memory);
	pv_leaf_begin(leaf, PV_LEAF_JOURNAL);
	for (int i = 0; i < (int) lengthof(journal_fields); i++)
		put_field(leaf, leaves, journal_fields[i].field, journal_fields[i].column,
				  journal_fields[i].form);
	MemoryContextSwitchTo(caller);
	MemoryContextReset(leaves->memory);
	next_row(&leaves->journal, PV_JOURNAL_seq);
	return true;
}

/* Ends what was opened. */
void
pv_journal_leaves_close(PvJournalLeaves *leaves)
{
	/* the last first, as each took a snapshot */
	pv_scan_close(&leaves->salts);
	pv_scan_close(&leaves->erasures.scan);
	pv_scan_close(&leaves->movements.scan);
	pv_scan_close(&leaves->journal.scan);
	MemoryContextDelete(leaves->memory);
}
