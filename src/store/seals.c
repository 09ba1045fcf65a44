/*
 * seals.c
 *	  The log of a vault: what is sealed, its tiles, and its signed checkpoints.
 *
 * Sealing holds up nobody: it has a lock of its own, and takes what is committed.  That a
 * smaller number cannot be committed after a larger one was sealed is seen to for each
 * type: journal rows have no gaps, changes of access are numbered under a lock, of
 * members whoever draws numbers is waited for (tally.c).
 *
 * A log must never have two roots at one size.  What is sealed is flushed whatever
 * synchronous_commit says, so a crash does not take it back.  A dump that was restored,
 * a copy, another timeline may lack a part of the log that was already shown: there the
 * next seal begins a new incarnation, which goes on from what there is, under an origin
 * that nobody had before.
 */
#include "store/seals.h"

#include "base/assertion.h"
#include "base/pace.h"
#include "base/tokens.h"
#include "engine/event.h"
#include "store/journal.h"
#include "store/lookup.h"
#include "store/other_leaves.h"
#include "store/tally.h"
#include "store/vault.h"

#include "access/xact.h"
#include "access/xlog.h"
#include "commands/dbcommands.h"
#include "common/base64.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/jsonb.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

#define INCARNATION_BYTES 8
#define SIGNATURE_MARK "\xe2\x80\x94 " /* an em dash and a blank */
#define LEAST_SIGNATURE 5			   /* a key's hash, and something */
#define SEAL_COLUMNS \
	"size, journal_upto, journal_rows, member_upto, access_upto, policy_upto, origin, place, root"

enum
{
	SEAL_SIZE,
	SEAL_JOURNAL_UPTO,
	SEAL_JOURNAL_ROWS,
	SEAL_MEMBER_UPTO,
	SEAL_ACCESS_UPTO,
	SEAL_POLICY_UPTO,
	SEAL_ORIGIN,
	SEAL_PLACE,
	SEAL_ROOT,
	SEAL_EDGE
};

/* What an origin begins with; empty: the name of the database. */
static char *shop;

/* clang-format off */

static PvPlan last_seal = {
	"SELECT " SEAL_COLUMNS ", "
		"(SELECT e.hashes FROM pointsvault.edge_data e WHERE e.vault = $1 AND e.size = s.size) "
	"FROM pointsvault.seal_data s "
	"WHERE vault = $1 "
	"ORDER BY size DESC LIMIT 1",
	"i", .how = PV_IN_ORDER};

static PvPlan seal_of_size = {
	"SELECT " SEAL_COLUMNS " "
	"FROM pointsvault.seal_data "
	"WHERE vault = $1 AND size = $2",
	"il", NULL};

static PvPlan all_seals = {
	"SELECT " SEAL_COLUMNS " "
	"FROM pointsvault.seal_data "
	"WHERE vault = $1 "
	"ORDER BY size",
	"i", NULL};

static PvPlan seal_of_row = {
	"SELECT size, journal_upto "
	"FROM pointsvault.seal_data "
	"WHERE vault = $1 AND journal_upto >= $2 "
	"ORDER BY journal_upto, size LIMIT 1",
	"il", .how = PV_IN_ORDER};

static PvPlan insert_seal = {
	"INSERT INTO pointsvault.seal_data (vault, " SEAL_COLUMNS ") "
	"VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
	"illlllitty", NULL};

static PvPlan write_edge = {
	"INSERT INTO pointsvault.edge_data (vault, size, hashes) "
	"VALUES ($1, $2, $3) "
	"ON CONFLICT (vault) DO UPDATE SET size = $2, hashes = $3",
	"ily", NULL};

static PvPlan insert_tile = {
	"INSERT INTO pointsvault.tile_data (vault, level, number, hashes) "
	"VALUES ($1, $2, $3, $4)",
	"isly", NULL};

static PvPlan insert_leaf = {
	"INSERT INTO pointsvault.leaf_data (vault, place, leaf) "
	"VALUES ($1, $2, $3)",
	"ily", NULL};

static PvPlan other_leaves = {
	"SELECT place, leaf "
	"FROM pointsvault.leaf_data "
	"WHERE vault = $1 "
	"ORDER BY place",
	"i", NULL};

static PvPlan last_liabilities = {
	"SELECT pg_catalog.max(number) FROM pointsvault.liability_leaf_data WHERE vault = $1", "i", NULL};

static PvPlan insert_liabilities = {
	"INSERT INTO pointsvault.liability_leaf_data (vault, number, place) "
	"VALUES ($1, $2, $3)",
	"ill", NULL};

static PvPlan kept_leaf = {
	"SELECT leaf FROM pointsvault.leaf_data WHERE vault = $1 AND place = $2", "il", NULL};

static PvPlan vault_name = {
	"SELECT name FROM pointsvault.vault WHERE id = $1", "i", NULL};

static PvPlan last_member = {
	"SELECT last_value FROM pointsvault.member_data_id_seq WHERE is_called", "", NULL};

static PvPlan salt_members = {
	"INSERT INTO pointsvault.salt_data (vault, member) "
	"SELECT $1, id FROM pointsvault.member_data "
	"WHERE vault = $1 AND id > $2 AND id <= $3 "
	"ON CONFLICT DO NOTHING",
	"ill", NULL};

/* Whom rows with such texts are of, enrolled too late to be sealed, and the vault itself. */
static PvPlan salt_rows = {
	"INSERT INTO pointsvault.salt_data (vault, member) "
	"SELECT DISTINCT $1, COALESCE(j.member, 0) FROM pointsvault.journal_data j "
	"WHERE j.vault = $1 AND j.seq > $2 AND j.seq <= $3 "
	"AND (j.region IS NOT NULL OR j.note IS NOT NULL OR j.meta IS NOT NULL) "
	"AND NOT EXISTS (SELECT FROM pointsvault.salt_data s "
		"WHERE s.vault = $1 AND s.member = COALESCE(j.member, 0)) "
	"ON CONFLICT DO NOTHING",
	"ill", .how = PV_BY_KEY};

static PvPlan last_checkpoint = {
	"SELECT size, note "
	"FROM pointsvault.checkpoint_data "
	"WHERE vault = $1 "
	"ORDER BY number DESC LIMIT 1",
	"i", .how = PV_IN_ORDER};

static PvPlan all_checkpoints = {
	"SELECT size, note "
	"FROM pointsvault.checkpoint_data "
	"WHERE vault = $1 "
	"ORDER BY size",
	"i", NULL};

static PvPlan insert_checkpoint = {
	"INSERT INTO pointsvault.checkpoint_data (vault, size, note) "
	"VALUES ($1, $2, $3)",
	"ilt", NULL};

/* clang-format on */

static PvLookup tile_of = {.table = "tile_data",
						   .columns = "hashes",
						   .by = "vault, level, number",
						   .nkeys = 3};

/* Called as the library is loaded, before the prefix of settings is reserved. */
void
pv_seals_init(void)
{
	DefineCustomStringVariable("pointsvault.shop", "Names the shop in the origin of its logs.",
							   "Empty: the name of the database. An incarnation keeps the origin "
							   "that it began with.",
							   &shop, "", PGC_SUSET, 0, NULL, NULL, NULL);
}

pv_noreturn static void
damaged_log(int32_t vault, const char *what)
{
	ereport(ERROR, (pv_error(DAMAGED_DATA),
					errmsg("%s of the log of vault %d is missing or damaged", what, vault),
					errhint("pointsvault.verify(%d) names what was changed.", vault)));
}

/* --- what is stored ------------------------------------------------------------------ */

static bytea *
bytes_of(const void *data, Size size)
{
	bytea *bytes = palloc(VARHDRSZ + size);

	SET_VARSIZE(bytes, VARHDRSZ + size);
	memcpy(VARDATA(bytes), data, size);
	return bytes;
}

/* A bytea column of just this size, as a copy; NULL where it is none. */
static void *
read_bytes(const PvRow *row, int column, Size size)
{
	bytea *bytes = row->nulls[column] ? NULL : DatumGetByteaPP(row->values[column]);
	void *data;

	if (!bytes || VARSIZE_ANY_EXHDR(bytes) != size)
		return NULL;
	data = palloc(Max(size, 1));
	memcpy(data, VARDATA_ANY(bytes), size);
	return data;
}

/* A count, or the number of a row: as far as sums of them do not overflow. */
static bool
is_count(int64_t number)
{
	return number >= 0 && number <= PG_INT64_MAX / 4;
}

static bool
is_sound(const PvSeal *seal)
{
	return seal->size > 0 && is_count(seal->size) && is_count(seal->journal_upto) &&
		   is_count(seal->journal_rows) && seal->journal_rows <= seal->size &&
		   is_count(seal->member_upto) && is_count(seal->access_upto) && seal->policy_upto >= 0;
}

static void
read_seal(const PvRow *row, int32_t vault, PvSeal *seal)
{
	PvHash *root = read_bytes(row, SEAL_ROOT, sizeof(PvHash));

	seal->size = pv_row_int(row, SEAL_SIZE);
	seal->journal_upto = pv_row_int(row, SEAL_JOURNAL_UPTO);
	seal->journal_rows = pv_row_int(row, SEAL_JOURNAL_ROWS);
	seal->member_upto = pv_row_int(row, SEAL_MEMBER_UPTO);
	seal->access_upto = pv_row_int(row, SEAL_ACCESS_UPTO);
	seal->policy_upto = DatumGetInt32(row->values[SEAL_POLICY_UPTO]);
	seal->origin = pv_row_text_or_empty(row, SEAL_ORIGIN);
	seal->place = pv_row_text_or_empty(row, SEAL_PLACE);
	if (!root || !is_sound(seal))
		damaged_log(vault, "a seal");
	seal->root = *root;
	pfree(root);
}

static int
width_on_edge(int64_t size, int level)
{
	return pv_tile_width(size, level, size >> (PV_TILE_HEIGHT * (level + 1)));
}

static bytea *
edge_bytes(const PvEdge *edge)
{
	StringInfoData data;

	initStringInfo(&data);
	for (int level = 0; level < PV_TILE_LEVELS; level++)
		appendBinaryStringInfo(&data, (const char *) edge->hashes[level],
							   width_on_edge(edge->size, level) * (int) sizeof(PvHash));
	return bytes_of(data.data, data.len);
}

static void
read_edge(const PvRow *row, int32_t vault, int64_t size, PvEdge *edge)
{
	Size total = 0;
	char *next;

	for (int level = 0; level < PV_TILE_LEVELS; level++)
		total += width_on_edge(size, level) * sizeof(PvHash);
	next = read_bytes(row, SEAL_EDGE, total);
	if (!next)
		damaged_log(vault, "the edge");
	edge->size = size;
	for (int level = 0; level < PV_TILE_LEVELS; level++)
	{
		Size part = width_on_edge(size, level) * sizeof(PvHash);

		memcpy(edge->hashes[level], next, part);
		next += part;
	}
}

/* For PvHasher. */
static void
hash_with(void *arg, const uint8_t *data, size_t size, PvHash *hash)
{
	pv_sha256(arg, data, size, hash->bytes);
}

/* SHA-256 for the engine. */
PvHasher
pv_hasher(PvSha *sha)
{
	return (PvHasher){hash_with, sha};
}

/* For PvTiles. */
static const PvHash *
find_tile(void *arg, int level, int64_t number)
{
	PvLog *log = arg;
	Datum keys[3] = {Int32GetDatum(log->vault), Int16GetDatum((int16) level),
					 Int64GetDatum(number)};
	PvRow row;

	if (pv_tile_width(log->last.size, level, number) < PV_TILE_WIDTH)
		return log->edge->hashes[level];
	if (log->tile[level] && log->number[level] == number)
		return log->tile[level];
	if (log->tile[level])
		pfree(log->tile[level]);
	log->tile[level] = NULL;
	if (pv_look_up(&tile_of, keys, pv_sight(log->read_only), &row))
		log->tile[level] = read_bytes(&row, 0, PV_TILE_BYTES);
	log->number[level] = number;
	return log->tile[level];
}

/* Opens a vault's log as it was last sealed; one that never was has no leaves. */
PvLog *
pv_log_open(int32_t vault, bool read_only)
{
	Datum values[1] = {Int32GetDatum(vault)};
	PvLog *log = palloc0(sizeof(PvLog));

	log->vault = vault;
	log->read_only = read_only;
	log->edge = palloc0(sizeof(PvEdge));
	if (pv_run(&last_seal, values, NULL, read_only) > 0)
	{
		PvRow row = pv_result_row(0);

		read_seal(&row, vault, &log->last);
		read_edge(&row, vault, log->last.size, log->edge);
	}
	SPI_freetuptable(SPI_tuptable);
	log->sha = pv_sha_open();
	log->hasher = pv_hasher(log->sha);
	log->tiles = (PvTiles){find_tile, log};
	return log;
}

/* Ends what was opened. */
void
pv_log_close(PvLog *log)
{
	pv_sha_close(log->sha);
}

/* The seal at which a log had a size; false where it was never sealed at it. */
bool
pv_seal_at(int32_t vault, int64_t size, bool read_only, PvSeal *seal)
{
	Datum values[2] = {Int32GetDatum(vault), Int64GetDatum(size)};
	PvRow row;

	if (pv_run(&seal_of_size, values, NULL, read_only) == 0)
		return false;
	row = pv_result_row(0);
	read_seal(&row, vault, seal);
	return true;
}

/* The leaf of a journal row, or -1: it is not sealed. */
int64_t
pv_sealed_index(int32_t vault, int64_t seq)
{
	Datum values[2] = {Int32GetDatum(vault), Int64GetDatum(seq)};
	PvRow row;

	if (pv_run(&seal_of_row, values, NULL, true) == 0)
		return -1;
	row = pv_result_row(0);
	return pv_row_int(&row, 0) - 1 - (pv_row_int(&row, 1) - seq);
}

/* Bytes as base64 has them. */
char *
pv_base64(const uint8 *data, int size)
{
	int length = pg_b64_enc_len(size);
	char *text = palloc(length + 1);

	length = pg_b64_encode((const void *) data, size, text, length);
	PV_ASSERT(length >= 0);
	text[length] = '\0';
	return text;
}

/* The text of a checkpoint, as it is to be signed (tlog-checkpoint). */
char *
pv_checkpoint_text(const PvSeal *seal)
{
	return psprintf("%s\n" INT64_FORMAT "\n%s\n", seal->origin, seal->size,
					pv_base64(seal->root.bytes, sizeof(seal->root.bytes)));
}

/* Refuses a text that is no checkpoint of the log. */
void
pv_bad_checkpoint(const char *why)
{
	ereport(ERROR, (pv_error(BAD_CHECKPOINT), errmsg("this is no signed checkpoint: %s", why),
					errhint("tools/sign-checkpoint makes one of what checkpoint() returns.")));
}

/* "— name base64\n"; what is wrong with it, or NULL, and where the next begins. */
static const char *
signature_fault(const char **line)
{
	const char *name = *line + strlen(SIGNATURE_MARK);
	const char *end = strchr(*line, '\n');
	const char *blank;
	int length;
	void *decoded;

	if (!end || strncmp(*line, SIGNATURE_MARK, strlen(SIGNATURE_MARK)) != 0)
		return "behind its text is a line that is no signature";
	*line = end + 1;
	blank = memchr(name, ' ', end - name);
	if (!blank || blank == name || memchr(name, '+', blank - name))
		return "a signature has no name of a key";
	length = (int) (end - blank - 1);
	decoded = palloc(pg_b64_dec_len(length) + 1);
	if (pg_b64_decode(blank + 1, length, decoded, pg_b64_dec_len(length)) < LEAST_SIGNATURE)
		return "a signature is no base64";
	return NULL;
}

/* Why a note is no signed checkpoint of a seal, or NULL. */
const char *
pv_checkpoint_fault(const PvSeal *seal, const char *note)
{
	const char *body = pv_checkpoint_text(seal);
	const char *next = note + strlen(body);
	const char *why = NULL;

	if (strncmp(note, body, strlen(body)) != 0)
		return "its origin or root is not that of the log at that size";
	if (*next != '\n')
		return "no empty line follows its text";
	next++;
	if (*next == '\0')
		return "it has no signature";
	while (*next && !why)
		why = signature_fault(&next);
	return why;
}

/* The size in the second line of a checkpoint. */
int64_t
pv_checkpoint_size(const char *note)
{
	const char *line = strchr(note, '\n');
	char *end;
	int64_t size;

	if (!line || line[1] < '1' || line[1] > '9')
		pv_bad_checkpoint("it has no size in its second line");
	errno = 0;
	size = strtoll(line + 1, &end, 10);
	if (errno != 0 || *end != '\n')
		pv_bad_checkpoint("it has no size in its second line");
	return size;
}

/* The checkpoint that was stored last; false where there is none. */
bool
pv_checkpoint_last(int32_t vault, PvCheckpoint *checkpoint)
{
	Datum values[1] = {Int32GetDatum(vault)};
	PvRow row;

	if (pv_run(&last_checkpoint, values, NULL, true) == 0)
		return false;
	row = pv_result_row(0);
	*checkpoint = pv_checkpoint_read(&row);
	return true;
}

/* Opens all that are stored, by their sizes; see pv_checkpoint_read. */
void
pv_checkpoints_open(PvStream *rows, int32_t vault)
{
	pv_stream_open(rows, &all_checkpoints, vault);
}

/* The checkpoint of a row. */
PvCheckpoint
pv_checkpoint_read(const PvRow *row)
{
	return (PvCheckpoint){pv_row_int(row, 0), pv_row_text_or_empty(row, 1)};
}

/* Keeps a checkpoint; what it is of is the caller's to check. */
void
pv_checkpoint_store(int32_t vault, const PvCheckpoint *checkpoint)
{
	Datum values[3] = {Int32GetDatum(vault), Int64GetDatum(checkpoint->size),
					   CStringGetTextDatum(checkpoint->note)};

	(void) pv_run(&insert_checkpoint, values, NULL, false);
}

/* --- sealing ------------------------------------------------------------------------ */

typedef struct Sealing
{
	PvLog *log;
	PvSeal seal; /* being made */
	PvTileSink sink;
	PvLeaf leaf;
	TimestampTz told_at;
} Sealing;

/* For PvTileSink. */
static void
store_tile(void *arg, int level, int64_t number, const PvHash *hashes)
{
	Sealing *sealing = arg;
	Datum values[4] = {Int32GetDatum(sealing->log->vault), Int16GetDatum((int16) level),
					   Int64GetDatum(number), PointerGetDatum(bytes_of(hashes, PV_TILE_BYTES))};

	(void) pv_run(&insert_tile, values, NULL, false);
	pfree(DatumGetPointer(values[3]));
	CHECK_FOR_INTERRUPTS();
	if (level == 0 && pv_is_time_to_tell(&sealing->told_at))
		ereport(NOTICE, (errmsg("seal: vault %d, " INT64_FORMAT " leaves", sealing->log->vault,
								sealing->log->edge->size)));
}

static void
append_leaf(Sealing *sealing)
{
	PvHash hash;

	pv_leaf_hash(sealing->log->sha, &sealing->leaf, &hash);
	pv_edge_append(sealing->log->edge, &sealing->log->hasher, &hash, &sealing->sink);
}

/* A leaf that cannot be made again is kept. */
static void
append_kept_leaf(Sealing *sealing)
{
	Datum values[3] = {Int32GetDatum(sealing->log->vault), Int64GetDatum(sealing->log->edge->size),
					   PointerGetDatum(
						   bytes_of(pv_leaf_start(&sealing->leaf), sealing->leaf.size))};

	(void) pv_run(&insert_leaf, values, NULL, false);
	pfree(DatumGetPointer(values[2]));
	append_leaf(sealing);
}

/* Whatever a restore, a copy or a promotion changes. */
static char *
this_place(void)
{
	return psprintf(UINT64_FORMAT "/%u/%u/%u", GetSystemIdentifier(), (uint32) pv_timeline(),
					MyDatabaseId, pv_relation_oid("seal_data"));
}

/* Names in an origin have neither blanks, nor plus, nor slashes. */
static void
append_name(StringInfo origin, const char *name)
{
	for (const unsigned char *c = (const unsigned char *) name; *c; c++)
		if (*c < 0x80 && (isalnum(*c) || strchr("._-", *c)))
			appendStringInfoChar(origin, (char) *c);
		else
			appendStringInfo(origin, "%%%02X", *c);
}

static char *
new_origin(const char *vault_name)
{
	StringInfoData origin;
	uint8 incarnation[INCARNATION_BYTES];

	if (!pg_strong_random(incarnation, sizeof(incarnation)))
		ereport(ERROR, (pv_error(INTERNAL_ERROR), errmsg("there are no random numbers")));
	initStringInfo(&origin);
	append_name(&origin, *shop ? shop : get_database_name(MyDatabaseId));
	appendStringInfoChar(&origin, '/');
	append_name(&origin, vault_name);
	appendStringInfoChar(&origin, '/');
	for (int i = 0; i < INCARNATION_BYTES; i++)
		appendStringInfo(&origin, "%02x", incarnation[i]);
	return origin.data;
}

static const char *
name_of_vault(int32_t vault)
{
	Datum values[1] = {Int32GetDatum(vault)};
	PvRow row;

	if (pv_run(&vault_name, values, NULL, false) == 0)
		pv_no_such_vault(vault);
	row = pv_result_row(0);
	return pv_row_text_or_empty(&row, 0);
}

/* Appends what was opened; returns the key of the last leaf, or that before. */
static int64_t
append_others(Sealing *sealing, PvOtherLeaves *leaves, int64_t before)
{
	while (pv_other_leaves_next(leaves, &sealing->leaf))
	{
		before = pv_leaf_key(&sealing->leaf);
		append_kept_leaf(sealing);
	}
	pv_other_leaves_close(leaves);
	return before;
}

static int64_t
seal_others(Sealing *sealing, PvLeafType type, int64_t after, int64_t upto)
{
	PvOtherLeaves leaves;

	pv_other_leaves_open(&leaves, sealing->log->sha, type, sealing->log->vault, after, upto, false);
	return append_others(sealing, &leaves, after);
}

/*
 * Begins an incarnation, if this is another place than that of the last seal: the first
 * leaf says from where it goes on.
 */
static void
seal_incarnation(Sealing *sealing)
{
	const PvSeal *last = &sealing->log->last;
	char *place = this_place();

	if (last->size > 0 && strcmp(last->place, place) == 0)
		return;
	sealing->seal.place = place;
	sealing->seal.origin = new_origin(name_of_vault(sealing->log->vault));
	pv_leaf_begin(&sealing->leaf, PV_LEAF_INCARNATION);
	pv_leaf_text(&sealing->leaf, sealing->log->sha, 1, sealing->seal.origin);
	pv_leaf_int(&sealing->leaf, 2, last->size);
	if (last->size > 0)
	{
		pv_leaf_bytes(&sealing->leaf, 3, last->root.bytes, sizeof(last->root.bytes));
		pv_leaf_text(&sealing->leaf, sealing->log->sha, 4, last->origin);
	}
	append_kept_leaf(sealing);
	if (last->size == 0)
		(void) seal_others(sealing, PV_LEAF_VAULT, 0, 0);
}

/* New ones, unless somebody who enrolls is not over, and those that journal rows changed. */
static void
seal_members(Sealing *sealing, int64_t after, int64_t upto)
{
	int64_t before = sealing->seal.member_upto;
	Datum values[3] = {Int32GetDatum(sealing->log->vault), Int64GetDatum(before)};
	PvOtherLeaves changed;

	pv_changed_members_open(&changed, sealing->log->sha, sealing->log->vault, after, upto, before,
							false);
	(void) append_others(sealing, &changed, 0);
	if (pv_run(&last_member, NULL, NULL, false) == 0)
		return;
	values[2] = pv_result_row(0).values[0];
	if (DatumGetInt64(values[2]) <= before || !pv_drawers_are_over())
		return;
	sealing->seal.member_upto = DatumGetInt64(values[2]);
	(void) pv_run(&salt_members, values, NULL, false);
	(void) seal_others(sealing, PV_LEAF_MEMBER, before, sealing->seal.member_upto);
}

/* Balances that were published, and where in the log it says so. */
static void
seal_liabilities(Sealing *sealing)
{
	int32_t vault = sealing->log->vault;
	Datum values[3] = {Int32GetDatum(vault)};
	PvOtherLeaves leaves;
	PvRow row;

	(void) pv_run(&last_liabilities, values, NULL, false);
	row = pv_result_row(0);
	pv_other_leaves_open(&leaves, sealing->log->sha, PV_LEAF_LIABILITIES, vault,
						 pv_row_int(&row, 0), PG_INT64_MAX, false);
	while (pv_other_leaves_next(&leaves, &sealing->leaf))
	{
		values[1] = Int64GetDatum(pv_leaf_key(&sealing->leaf));
		values[2] = Int64GetDatum(sealing->log->edge->size);
		(void) pv_run(&insert_liabilities, values, NULL, false);
		append_kept_leaf(sealing);
	}
	pv_other_leaves_close(&leaves);
}

static void
seal_journal(Sealing *sealing, int64_t after, int64_t upto)
{
	PvJournalLeaves *leaves = palloc(sizeof(PvJournalLeaves));
	Datum values[3] = {Int32GetDatum(sealing->log->vault), Int64GetDatum(after),
					   Int64GetDatum(upto)};

	(void) pv_run(&salt_rows, values, NULL, false);
	pv_journal_leaves_open(leaves, sealing->log->sha, sealing->log->vault, after, upto, false);
	while (pv_journal_leaves_next(leaves, &sealing->leaf))
		append_leaf(sealing);
	sealing->seal.journal_rows = leaves->seq - after;
	sealing->seal.journal_upto = leaves->seq;
	pv_journal_leaves_close(leaves);
	pfree(leaves);
}

static void
store_seal(const Sealing *sealing)
{
	const PvSeal *seal = &sealing->seal;
	Datum values[10] = {Int32GetDatum(sealing->log->vault),
						Int64GetDatum(seal->size),
						Int64GetDatum(seal->journal_upto),
						Int64GetDatum(seal->journal_rows),
						Int64GetDatum(seal->member_upto),
						Int64GetDatum(seal->access_upto),
						Int32GetDatum(seal->policy_upto),
						CStringGetTextDatum(seal->origin),
						CStringGetTextDatum(seal->place),
						PointerGetDatum(bytes_of(seal->root.bytes, sizeof(seal->root.bytes)))};
	Datum edge[3] = {Int32GetDatum(sealing->log->vault), Int64GetDatum(seal->size),
					 PointerGetDatum(edge_bytes(sealing->log->edge))};

	(void) pv_run(&insert_seal, values, NULL, false);
	(void) pv_run(&write_edge, edge, NULL, false);
	ForceSyncCommit();
}

/* Keeps others from sealing a vault, and from changing what leaves are made of. */
void
pv_seal_lock(int32_t vault)
{
	LockDatabaseObject(pv_relation_oid("seal_data"), (Oid) vault, 0, ExclusiveLock);
}

/*
 * Seals what is committed of a vault, at most so many journal rows; returns the size of
 * its log, and how many leaves were added.
 */
int64_t
pv_seal(int32_t vault, int64_t most, int64_t *added)
{
	Sealing *sealing = palloc0(sizeof(Sealing));
	int64_t upto;
	PvLog *log;

	pv_vault_check_writable();
	if (IsolationUsesXactSnapshot())
		ereport(ERROR, (pv_error(NEEDS_READ_COMMITTED),
						errmsg("seal needs the isolation level READ COMMITTED")));
	pv_vault_check_exists(vault, false);
	pv_seal_lock(vault);
	log = sealing->log = pv_log_open(vault, false);
	sealing->seal = log->last;
	sealing->sink = (PvTileSink){store_tile, sealing};
	sealing->told_at = GetCurrentTimestamp();
	upto = Min(pv_journal_latest(vault), log->last.journal_upto + most);
	seal_incarnation(sealing);
	sealing->seal.policy_upto =
		(int32_t) seal_others(sealing, PV_LEAF_POLICY, log->last.policy_upto, upto);
	seal_members(sealing, log->last.journal_upto, upto);
	sealing->seal.access_upto =
		seal_others(sealing, PV_LEAF_ACCESS, log->last.access_upto, PG_INT64_MAX);
	seal_liabilities(sealing);
	seal_journal(sealing, log->last.journal_upto, upto);
	*added = log->edge->size - log->last.size;
	sealing->seal.size = log->edge->size;
	pv_edge_root(log->edge, &log->hasher, &sealing->seal.root);
	if (*added > 0)
		store_seal(sealing);
	pv_log_close(log);
	return sealing->seal.size;
}

/* --- all leaves ------------------------------------------------------------------------ */

/* Opens all leaves of a log, before the first. */
PvLeafWalk *
pv_walk_open(PvSha *sha, int32_t vault)
{
	PvLeafWalk *walk = palloc0(sizeof(PvLeafWalk));

	pv_stream_open(&walk->seals, &all_seals, vault);
	pv_stream_next(&walk->seals);
	pv_stream_open(&walk->others, &other_leaves, vault);
	pv_stream_next(&walk->others);
	pv_journal_leaves_open(&walk->journal, sha, vault, 0, PG_INT64_MAX, true);
	walk->vault = vault;
	if (!walk->seals.ended)
		read_seal(&walk->seals.row, vault, &walk->seal);
	return walk;
}

/* A leaf as it is kept. */
static void
read_leaf(const PvRow *row, int column, PvLeaf *leaf)
{
	bytea *bytes = DatumGetByteaPP(row->values[column]);

	leaf->size = Min((int) VARSIZE_ANY_EXHDR(bytes), PV_LEAF_MOST);
	leaf->hashed[0] = 0;
	memcpy(leaf->hashed + 1, VARDATA_ANY(bytes), leaf->size);
}

/* The leaf at a place that is not of a journal row; false where it is missing. */
bool
pv_kept_leaf(int32_t vault, int64_t place, PvLeaf *leaf)
{
	Datum values[2] = {Int32GetDatum(vault), Int64GetDatum(place)};
	PvRow row;

	if (pv_run(&kept_leaf, values, NULL, true) == 0)
		return false;
	row = pv_result_row(0);
	if (row.nulls[0])
		return false;
	read_leaf(&row, 0, leaf);
	return true;
}

/* A kept leaf, where it is the next. */
static bool
next_kept(PvLeafWalk *walk, PvLeaf *leaf)
{
	const PvRow *row = &walk->others.row;

	if (walk->others.ended || pv_row_int(row, 0) != walk->index || row->nulls[1])
		return false;
	read_leaf(row, 1, leaf);
	pv_stream_next(&walk->others);
	return true;
}

/*
 * The next leaf; false at the end, or where it is missing: `index` then says which.
 */
bool
pv_walk_next(PvLeafWalk *walk, PvLeaf *leaf)
{
	if (!walk->seals.ended && walk->index == walk->seal.size)
	{
		pv_stream_next(&walk->seals);
		if (!walk->seals.ended)
			read_seal(&walk->seals.row, walk->vault, &walk->seal);
	}
	if (walk->seals.ended)
		return false;
	walk->seq = 0;
	if (walk->index >= walk->seal.size - walk->seal.journal_rows)
	{
		walk->seq = walk->journal.seq + 1;
		if (!pv_journal_leaves_next(&walk->journal, leaf))
			return false;
	}
	else if (!next_kept(walk, leaf))
		return false;
	walk->index++;
	walk->ends_seal = walk->index == walk->seal.size;
	return true;
}

/* Ends what was opened. */
void
pv_walk_close(PvLeafWalk *walk)
{
	pv_stream_close(&walk->seals);
	pv_stream_close(&walk->others);
	pv_journal_leaves_close(&walk->journal);
}
