/*
 * verify_seals.c
 *	  The check of verify(vault) that what is sealed is as it was sealed.
 *
 * All leaves are made again and put into a tree again; what does not come to the tiles
 * and the roots that are stored was changed.  Who could change those too has to be met
 * with a checkpoint that was kept elsewhere.
 */
#include "audit/verify_seals.h"

#include "audit/report.h"
#include "engine/merkle.h"
#include "store/plan.h"
#include "store/seals.h"

#include "miscadmin.h"
#include "utils/builtins.h"

typedef struct SealPass
{
	PvVerify *verify;
	PvLog *log;	  /* as it is stored */
	PvEdge *edge; /* as it is made again */
	PvLeafWalk *walk;
	PvLeaf *leaf;
	bool met; /* the size of the checkpoint from outside was come by */
} SealPass;

static char *
hash_text(const PvHash *hash)
{
	return hash ? pv_base64(hash->bytes, sizeof(hash->bytes)) : "none";
}

static void
fail(SealPass *pass, const char *detail, const PvHash *expected, const PvHash *found)
{
	pv_failed(&pass->verify->report, PV_CHECK_SEALED, detail, hash_text(expected),
			  hash_text(found));
}

static bool
is_same(const PvHash *a, const PvHash *b)
{
	return a && b && memcmp(a, b, sizeof(*a)) == 0;
}

/* For PvTileSink: tiles of leaves are compared leaf by leaf, by their names. */
static void
compare_tile(void *arg, int level, int64_t number, const PvHash *hashes)
{
	SealPass *pass = arg;
	const PvHash *stored;

	if (level == 0)
		return;
	stored = pass->log->tiles.find(pass->log, level, number);
	if (!stored || memcmp(stored, hashes, PV_TILE_BYTES) != 0)
		fail(pass, psprintf("tile " INT64_FORMAT " of level %d", number, level),
			 stored, hashes);
}

static char *
name_of_leaf(const SealPass *pass, int64_t index)
{
	if (pass->walk->seq > 0)
		return psprintf("journal row " INT64_FORMAT ", leaf " INT64_FORMAT, pass->walk->seq, index);
	return psprintf("leaf " INT64_FORMAT, index);
}

static void
compare_leaf(SealPass *pass, const PvTileSink *sink)
{
	int64_t index = pass->walk->index - 1;
	const PvHash *tile = NULL;
	PvHash hash;

	pv_checked(&pass->verify->report, PV_CHECK_SEALED);
	pv_leaf_hash(pass->log->sha, pass->leaf, &hash);
	if (index < pass->log->last.size)
		tile = pass->log->tiles.find(pass->log, 0, index / PV_TILE_WIDTH);
	if (!tile || !is_same(&tile[index % PV_TILE_WIDTH], &hash))
		fail(pass, name_of_leaf(pass, index), tile ? &tile[index % PV_TILE_WIDTH] : NULL, &hash);
	pv_edge_append(pass->edge, &pass->log->hasher, &hash, sink);
}

/* A checkpoint that was kept elsewhere, at the size that it is of. */
static void
meet_checkpoint(SealPass *pass, const PvSeal *seal)
{
	const char *note = pass->verify->checkpoint;
	char *body;

	if (!note || pass->verify->checkpoint_size != seal->size)
		return;
	pass->met = true;
	body = pv_checkpoint_text(seal);
	if (strncmp(note, body, strlen(body)) != 0)
		pv_failed(&pass->verify->report, PV_CHECK_SEALED, "the checkpoint from outside",
				  pnstrdup(note, strcspn(note, "\n")), pnstrdup(body, strlen(body) - 1));
}

static void
compare_seal(SealPass *pass)
{
	PvSeal seal = pass->walk->seal;
	PvHash root;

	pv_edge_root(pass->edge, &pass->log->hasher, &root);
	if (!is_same(&root, &seal.root))
		fail(pass, psprintf("the root at size " INT64_FORMAT, seal.size), &seal.root, &root);
	seal.root = root; /* what the rows say is what the checkpoint has to be of */
	meet_checkpoint(pass, &seal);
}

/* All leaves were come by, and the last tiles are those of the last seal. */
static void
compare_end(SealPass *pass)
{
	const PvLog *log = pass->log;
	PvVerify *verify = pass->verify;

	if (!pass->walk->seals.ended)
		pv_failed(&verify->report, PV_CHECK_SEALED, name_of_leaf(pass, pass->walk->index), "a row",
				  "none");
	for (int level = 1; level < PV_TILE_LEVELS && pass->edge->size == log->last.size; level++)
	{
		int64_t number = log->last.size >> (PV_TILE_HEIGHT * (level + 1));
		int width = pv_tile_width(log->last.size, level, number);

		if (memcmp(log->edge->hashes[level], pass->edge->hashes[level], width * sizeof(PvHash)) !=
			0)
			fail(pass, psprintf("the last tile of level %d", level), log->edge->hashes[level],
				 pass->edge->hashes[level]);
	}
	if (verify->checkpoint && !pass->met)
		pv_failed(&verify->report, PV_CHECK_SEALED, "the checkpoint from outside",
				  psprintf("sealed at size " INT64_FORMAT, verify->checkpoint_size),
				  psprintf("sealed up to size " INT64_FORMAT, log->last.size));
}

/* Makes all that is sealed again. */
void
pv_verify_seals(PvVerify *verify)
{
	SealPass pass = {.verify = verify};
	PvTileSink sink = {compare_tile, &pass};

	pass.log = pv_log_open(verify->book->vault, true);
	pass.edge = palloc0(sizeof(PvEdge));
	pass.leaf = palloc(sizeof(PvLeaf));
	pass.walk = pv_walk_open(pass.log->sha, verify->book->vault);
	while (pv_walk_next(pass.walk, pass.leaf))
	{
		compare_leaf(&pass, &sink);
		if (pass.walk->ends_seal)
			compare_seal(&pass);
		pv_verify_progress(&verify->report, "leaves", pass.walk->index);
	}
	compare_end(&pass);
	pv_walk_close(pass.walk);
	pv_log_close(pass.log);
}
