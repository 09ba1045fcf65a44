/*
 * seal.c
 *	  What SQL calls of a vault's log: sealing, checkpoints, proofs, tiles.
 */
#include "surface/seal.h"

#include "base/tokens.h"
#include "engine/merkle.h"
#include "store/journal.h"
#include "store/plan.h"
#include "store/seals.h"
#include "store/vault.h"
#include "surface/access.h"
#include "surface/arguments.h"
#include "surface/rows.h"

#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

PG_FUNCTION_INFO_V1(pv_sql_seal);
PG_FUNCTION_INFO_V1(pv_sql_checkpoint);
PG_FUNCTION_INFO_V1(pv_sql_store_checkpoint);
PG_FUNCTION_INFO_V1(pv_sql_prove);
PG_FUNCTION_INFO_V1(pv_sql_prove_growth);
PG_FUNCTION_INFO_V1(pv_sql_export_tiles);

/* seal(vault) */
Datum
pv_sql_seal(PG_FUNCTION_ARGS)
{
	int32_t vault = pv_arg_int(fcinfo, 0, "vault");
	int spi = pv_spi_begin();
	int64_t added;
	int64_t size;

	pv_authorize(fcinfo, vault);
	pv_spi_read_all();
	pv_spi_use_memory();
	size = pv_seal(vault, PG_INT64_MAX / 2, &added);
	pv_spi_end(spi);
	PG_RETURN_INT64(size);
}

/* A text that outlives SPI. */
static text *
kept_text(MemoryContext context, const char *string)
{
	MemoryContext old = MemoryContextSwitchTo(context);
	text *kept = cstring_to_text(string);

	MemoryContextSwitchTo(old);
	return kept;
}

pv_noreturn static void
nothing_sealed(int32_t vault)
{
	ereport(ERROR, (pv_error(NOT_SEALED), errmsg("nothing of vault %d is sealed", vault),
					errhint("pointsvault.seal(%d) does it, or run_jobs().", vault)));
}

/* checkpoint(vault) */
Datum
pv_sql_checkpoint(PG_FUNCTION_ARGS)
{
	int32_t vault = pv_arg_int(fcinfo, 0, "vault");
	MemoryContext caller = CurrentMemoryContext;
	int spi = pv_spi_begin();
	PvLog *log;
	text *result;

	pv_authorize(fcinfo, vault);
	pv_vault_check_exists(vault, true);
	log = pv_log_open(vault, true);
	if (log->last.size == 0)
		nothing_sealed(vault);
	result = kept_text(caller, pv_checkpoint_text(&log->last));
	pv_log_close(log);
	pv_spi_end(spi);
	PG_RETURN_TEXT_P(result);
}

/* --- checkpoints that come back ------------------------------------------------------- */

static void
check_note(int32_t vault, const PvCheckpoint *checkpoint)
{
	const char *why;
	PvSeal seal;

	if (!pv_seal_at(vault, checkpoint->size, false, &seal))
		pv_bad_checkpoint("the log was not sealed at that size");
	why = pv_checkpoint_fault(&seal, checkpoint->note);
	if (why)
		pv_bad_checkpoint(why);
}

/* store_checkpoint(vault, note) */
Datum
pv_sql_store_checkpoint(PG_FUNCTION_ARGS)
{
	int32_t vault = pv_arg_int(fcinfo, 0, "vault");
	PvCheckpoint checkpoint = {.note = pv_arg_long_text(fcinfo, 1, "note")};
	int spi = pv_spi_begin();

	pv_authorize(fcinfo, vault);
	pv_vault_check_exists(vault, false);
	checkpoint.size = pv_checkpoint_size(checkpoint.note);
	check_note(vault, &checkpoint);
	pv_checkpoint_store(vault, &checkpoint);
	pv_spi_end(spi);
	PG_RETURN_INT64(checkpoint.size);
}

/* --- proofs ------------------------------------------------------------------------------ */

static PvCheckpoint
checkpoint_of(int32_t vault)
{
	PvCheckpoint checkpoint;

	pv_vault_check_exists(vault, true);
	if (!pv_checkpoint_last(vault, &checkpoint))
		ereport(ERROR, (pv_error(NOT_SEALED), errmsg("vault %d has no signed checkpoint", vault),
						errhint("Have checkpoint(%d) signed by tools/sign-checkpoint, and bring it "
								"back by store_checkpoint.",
								vault)));
	return checkpoint;
}

static void
append_hashes(StringInfo lines, const PvProof *proof)
{
	for (int i = 0; i < proof->count; i++)
		appendStringInfo(lines, "%s\n",
						 pv_base64(proof->hashes[i].bytes, sizeof(proof->hashes[i].bytes)));
}

pv_noreturn static void
missing_tile(int32_t vault)
{
	ereport(ERROR,
			(pv_error(DAMAGED_DATA), errmsg("a tile of the log of vault %d is missing", vault),
			 errhint("pointsvault.verify(%d) names what was changed.", vault)));
}

/* A proof of what a row says now is none where that is not what was sealed. */
static void
check_as_sealed(const PvLog *log, const PvLeaf *leaf, int64_t seq, int64_t index)
{
	const PvHash *tile = log->tiles.find(log->tiles.arg, 0, index / PV_TILE_WIDTH);
	PvHash hash;

	if (!tile)
		missing_tile(log->vault);
	pv_leaf_hash(log->sha, leaf, &hash);
	if (memcmp(&tile[index % PV_TILE_WIDTH], &hash, sizeof(hash)) != 0)
		ereport(ERROR,
				(pv_error(DAMAGED_DATA),
				 errmsg("row " INT64_FORMAT " of the journal of vault %d is not what was sealed",
						seq, log->vault),
				 errhint("pointsvault.verify(%d) names what was changed.", log->vault)));
}

static void
append_leaf(StringInfo data, const PvLeaf *leaf)
{
	uint8 length[2];

	pv_put_uint16(length, leaf->size);
	appendBinaryStringInfo(data, (const char *) length, sizeof(length));
	appendBinaryStringInfo(data, (const char *) pv_leaf_start(leaf), leaf->size);
}

/*
 * The leaf behind its length, and the salt of its texts: with a text in hand its holder
 * can show that it is the one.
 */
static char *
extra_of(const PvLog *log, int64_t seq, int64_t index)
{
	PvJournalLeaves *leaves = palloc(sizeof(PvJournalLeaves));
	PvLeaf *leaf = palloc(sizeof(PvLeaf));
	StringInfoData data;

	pv_journal_leaves_open(leaves, log->sha, log->vault, seq - 1, seq, true);
	if (!pv_journal_leaves_next(leaves, leaf))
		missing_tile(log->vault);
	check_as_sealed(log, leaf, seq, index);
	initStringInfo(&data);
	append_leaf(&data, leaf);
	appendBinaryStringInfo(&data, (const char *) leaves->salt, sizeof(leaves->salt));
	pv_journal_leaves_close(leaves);
	return pv_base64((const uint8 *) data.data, data.len);
}

static int64_t
row_of_ref(int32_t vault, const char *ref)
{
	int64_t seq = pv_journal_find(vault, ref, true);

	if (seq == 0)
		ereport(ERROR, (pv_error(NO_SUCH_REF),
						errmsg("vault %d has no event with ref \"%s\"", vault, ref)));
	return seq;
}

/* A tlog-proof of a leaf. */
static char *
leaf_proof(const PvLog *log, const PvCheckpoint *checkpoint, int64_t index, const char *extra)
{
	StringInfoData lines;
	PvProof proof;

	if (checkpoint->size > log->last.size ||
		!pv_prove_leaf(&log->tiles, &log->hasher, index, checkpoint->size, &proof))
		missing_tile(log->vault);
	initStringInfo(&lines);
	appendStringInfo(&lines, "c2sp.org/tlog-proof@v1\nextra %s\nindex " INT64_FORMAT "\n", extra,
					 index);
	append_hashes(&lines, &proof);
	appendStringInfo(&lines, "\n%s", checkpoint->note);
	return lines.data;
}

static void
check_signed(const PvCheckpoint *checkpoint, int64_t index, const char *what)
{
	if (index < 0 || index >= checkpoint->size)
		ereport(ERROR, (pv_error(NOT_SEALED), errmsg("%s in no signed checkpoint yet", what),
						errhint("The next one that is sealed, signed and stored will have it.")));
}

static char *
proof_text(int32_t vault, const char *ref)
{
	PvCheckpoint checkpoint = checkpoint_of(vault);
	int64_t seq = row_of_ref(vault, ref);
	int64_t index = pv_sealed_index(vault, seq);
	PvLog *log = pv_log_open(vault, true);
	char *lines;

	check_signed(&checkpoint, index, psprintf("the event with ref \"%s\" is", ref));
	lines = leaf_proof(log, &checkpoint, index, extra_of(log, seq, index));
	pv_log_close(log);
	return lines;
}

/*
 * A tlog-proof of a leaf that is not of a journal row, by the checkpoint stored last; its extra
 * line has the leaf behind its length.  `what` is in the log then, by an error that says it.
 */
char *
pv_kept_leaf_proof(int32_t vault, int64_t index, const char *what)
{
	PvCheckpoint checkpoint = checkpoint_of(vault);
	PvLeaf *leaf = palloc(sizeof(PvLeaf));
	StringInfoData extra;
	PvLog *log;
	char *lines;

	check_signed(&checkpoint, index, what);
	if (!pv_kept_leaf(vault, index, leaf))
		missing_tile(vault);
	initStringInfo(&extra);
	append_leaf(&extra, leaf);
	log = pv_log_open(vault, true);
	lines = leaf_proof(log, &checkpoint, index, pv_base64((const uint8 *) extra.data, extra.len));
	pv_log_close(log);
	return lines;
}

/* prove(vault, ref) */
Datum
pv_sql_prove(PG_FUNCTION_ARGS)
{
	int32_t vault = pv_arg_int(fcinfo, 0, "vault");
	const char *ref = pv_arg_text(fcinfo, 1, "ref");
	MemoryContext caller = CurrentMemoryContext;
	int spi = pv_spi_begin();
	text *result;

	pv_authorize(fcinfo, vault);
	result = kept_text(caller, proof_text(vault, ref));
	pv_spi_end(spi);
	PG_RETURN_TEXT_P(result);
}

static char *
growth_text(int32_t vault, int64_t old_size)
{
	PvCheckpoint checkpoint = checkpoint_of(vault);
	PvLog *log = pv_log_open(vault, true);
	StringInfoData lines;
	PvProof proof;

	if (old_size < 0 || old_size > checkpoint.size)
		ereport(ERROR, (pv_error(BAD_CHECKPOINT),
						errmsg("an older size must be between 0 and that of the signed "
							   "checkpoint, " INT64_FORMAT,
							   checkpoint.size)));
	if (checkpoint.size > log->last.size ||
		!pv_prove_growth(&log->tiles, &log->hasher, old_size, checkpoint.size, &proof))
		missing_tile(vault);
	initStringInfo(&lines);
	appendStringInfo(&lines, "old " INT64_FORMAT "\n", old_size);
	append_hashes(&lines, &proof);
	appendStringInfo(&lines, "\n%s", checkpoint.note);
	pv_log_close(log);
	return lines.data;
}

/* prove_growth(vault, old_size) */
Datum
pv_sql_prove_growth(PG_FUNCTION_ARGS)
{
	int32_t vault = pv_arg_int(fcinfo, 0, "vault");
	MemoryContext caller = CurrentMemoryContext;
	text *result;
	int spi;

	if (PG_ARGISNULL(1))
		pv_refuse_null("old_size");
	spi = pv_spi_begin();
	pv_authorize(fcinfo, vault);
	result = kept_text(caller, growth_text(vault, PG_GETARG_INT64(1)));
	pv_spi_end(spi);
	PG_RETURN_TEXT_P(result);
}

/* --- tiles ------------------------------------------------------------------------------- */

typedef struct Export
{
	Tuplestorestate *store;
	TupleDesc desc;
	PvLog *log;
	int64_t size; /* of the checkpoint */
} Export;

static void
put_file(const Export *export, const char *path, const void *content, Size size)
{
	bytea *bytes = palloc(VARHDRSZ + size);
	Datum values[2] = {CStringGetTextDatum(path), PointerGetDatum(bytes)};
	bool nulls[2] = {false, false};

	SET_VARSIZE(bytes, VARHDRSZ + size);
	memcpy(VARDATA(bytes), content, size);
	tuplestore_putvalues(export->store, export->desc, values, nulls);
	pfree(bytes);
	pfree(DatumGetPointer(values[0]));
}

static void
put_tiles_of(const Export *export, int level)
{
	int width;

	for (int64_t number = 0; (width = pv_tile_width(export->size, level, number)) > 0; number++)
	{
		const PvHash *hashes = export->log->tiles.find(export->log, level, number);
		char path[PV_TILE_PATH_BUFSIZE];

		CHECK_FOR_INTERRUPTS();
		if (!hashes)
			missing_tile(export->log->vault);
		pv_tile_path(path, level, number, width);
		put_file(export, path, hashes, width * sizeof(PvHash));
	}
}

static void
put_entries(const Export *export)
{
	PvLeafWalk *walk = pv_walk_open(export->log->sha, export->log->vault);
	PvLeaf *leaf = palloc(sizeof(PvLeaf));
	StringInfoData bundle;

	initStringInfo(&bundle);
	while (walk->index < export->size)
	{
		int64_t number = walk->index / PV_TILE_WIDTH;

		CHECK_FOR_INTERRUPTS();
		if (!pv_walk_next(walk, leaf))
			missing_tile(export->log->vault);
		append_leaf(&bundle, leaf);
		if (walk->index % PV_TILE_WIDTH == 0 || walk->index == export->size)
		{
			char path[PV_TILE_PATH_BUFSIZE];

			pv_tile_path(path, PV_ENTRIES, number, pv_tile_width(export->size, 0, number));
			put_file(export, path, bundle.data, bundle.len);
			resetStringInfo(&bundle);
		}
	}
	pv_walk_close(walk);
}

/* export_tiles(vault) */
Datum
pv_sql_export_tiles(PG_FUNCTION_ARGS)
{
	int32_t vault = pv_arg_int(fcinfo, 0, "vault");
	Export export = {0};
	PvCheckpoint checkpoint;
	int spi;

	export.store = pv_start_rows(fcinfo, &export.desc);
	spi = pv_spi_begin();
	pv_authorize(fcinfo, vault);
	pv_spi_read_all();
	checkpoint = checkpoint_of(vault);
	export.log = pv_log_open(vault, true);
	export.size = checkpoint.size;
	if (checkpoint.size > export.log->last.size)
		missing_tile(vault);
	for (int level = 0; level < PV_TILE_LEVELS; level++)
		put_tiles_of(&export, level);
	put_entries(&export);
	/* last: who sees it finds all that it is of */
	put_file(&export, "checkpoint", checkpoint.note, strlen(checkpoint.note));
	pv_log_close(export.log);
	pv_spi_end(spi);
	return (Datum) 0;
}
