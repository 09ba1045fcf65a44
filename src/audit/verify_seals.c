/*
 * verify_seals.c
 *	  The check of verify(vault) that what is sealed is as it was sealed.
 *
 * All leaves are made again and put into a tree again; what does not come to the tiles
 * and the roots that are stored was changed.  Who could change those too has to be met
 * with a checkpoint that was kept elsewhere.
 *
 * Leaves beside the journal are kept, so they are compared with the rows as well: each of
 * the vault, of policies and of access, the last one of each member.  What else a seal
 * says of itself follows from its leaves.
 */
#include "audit/verify_seals.h"

#include "audit/report.h"
#include "engine/merkle.h"
#include "store/other_leaves.h"
#include "store/seals.h"

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"

/* The rows of a type, one ahead. */
typedef struct Ahead
{
	PvOtherLeaves rows;
	PvLeaf *leaf;
	bool is_made; /* else they are at their end */
	const char *what;
} Ahead;

/* A member whose last leaf so far is not what its row says. */
typedef struct Differing
{
	int64_t member; /* the key */
	int64_t index;
	PvHash expected;
	PvHash found;
	bool has_row;
} Differing;

typedef struct SealPass
{
	PvVerify *verify;
	PvLog *log;	  /* as it is stored */
	PvEdge *edge; /* as it is made again */
	PvLeafWalk *walk;
	PvLeaf *leaf;
	bool met; /* the size of the checkpoint from outside was come by */
	Ahead ahead[PV_LEAF_ACCESS + 1];
	int64_t keys[PV_LEAF_ACCESS + 1]; /* the highest that has a leaf */
	PvLeaf *incarnation;			  /* the last one */
	HTAB *differing;
	PvStream checkpoints; /* that are stored */
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
		fail(pass, psprintf("tile " INT64_FORMAT " of level %d", number, level), stored, hashes);
}

static char *
name_of_leaf(const SealPass *pass, int64_t index)
{
	if (pass->walk->seq > 0)
		return psprintf("journal row " INT64_FORMAT ", leaf " INT64_FORMAT, pass->walk->seq, index);
	return psprintf("leaf " INT64_FORMAT, index);
}

/* --- rows beside the journal ----------------------------------------------------------- */

static void
step_ahead(Ahead *ahead)
{
	ahead->is_made = pv_other_leaves_next(&ahead->rows, ahead->leaf);
}

static void
open_ahead(SealPass *pass, PvLeafType type, const char *what, int64_t upto)
{
	Ahead *ahead = &pass->ahead[type];

	ahead->what = what;
	ahead->leaf = palloc(sizeof(PvLeaf));
	pv_other_leaves_open(&ahead->rows, pass->log->sha, type, pass->verify->book->vault,
						 PG_INT64_MIN, upto, true);
	step_ahead(ahead);
}

static void
open_others(SealPass *pass)
{
	const PvSeal *last = &pass->log->last;
	HASHCTL control = {.keysize = sizeof(int64_t),
					   .entrysize = sizeof(Differing),
					   .hcxt = CurrentMemoryContext};

	open_ahead(pass, PV_LEAF_VAULT, "vault", 0);
	open_ahead(pass, PV_LEAF_POLICY, "policy version", last->journal_upto);
	open_ahead(pass, PV_LEAF_MEMBER, "member", last->member_upto);
	open_ahead(pass, PV_LEAF_ACCESS, "change of access", last->access_upto);
	pass->differing = hash_create("pointsvault members that are not as sealed", 16, &control,
								  HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

static void
fail_other(SealPass *pass, const char *what, int64_t key, int64_t index, const PvHash *expected,
		   const PvHash *found)
{
	const char *name = key != 0 ? psprintf("%s " INT64_FORMAT, what, key) : what;

	fail(pass, index < 0 ? name : psprintf("%s, leaf " INT64_FORMAT, name, index), expected, found);
}

/* Rows before one, or all that are left, have no leaf. */
static void
skip_unsealed(SealPass *pass, Ahead *ahead, int64_t before)
{
	for (; ahead->is_made && pv_leaf_key(ahead->leaf) < before; step_ahead(ahead))
	{
		PvHash found;

		pv_leaf_hash(pass->log->sha, ahead->leaf, &found);
		fail_other(pass, ahead->what, pv_leaf_key(ahead->leaf), -1, NULL, &found);
	}
}

/* Takes the row of the leaf that the walk is at, if there is one. */
static bool
take_row(SealPass *pass, Ahead *ahead, int64_t key, PvHash *found)
{
	skip_unsealed(pass, ahead, key);
	if (!ahead->is_made || pv_leaf_key(ahead->leaf) != key)
		return false;
	pv_leaf_hash(pass->log->sha, ahead->leaf, found);
	step_ahead(ahead);
	return true;
}

/* The row of a member who had a leaf before; rows of its type are further on. */
static bool
find_member(SealPass *pass, int64_t member, PvHash *found)
{
	PvLeaf *leaf = palloc(sizeof(PvLeaf));
	PvOtherLeaves row;
	bool has_row;

	pv_other_leaves_open(&row, pass->log->sha, PV_LEAF_MEMBER, pass->verify->book->vault,
						 member - 1, member, true);
	has_row = pv_other_leaves_next(&row, leaf);
	if (has_row)
		pv_leaf_hash(pass->log->sha, leaf, found);
	pv_other_leaves_close(&row);
	pfree(leaf);
	return has_row;
}

/* Another leaf may follow, so a difference is kept until the end. */
static void
compare_member(SealPass *pass, int64_t member, int64_t index, const PvHash *hash)
{
	bool is_new = member > pass->keys[PV_LEAF_MEMBER];
	Differing differing = {.member = member, .index = index, .expected = *hash};

	if (is_new)
	{
		differing.has_row = take_row(pass, &pass->ahead[PV_LEAF_MEMBER], member, &differing.found);
		pass->keys[PV_LEAF_MEMBER] = member;
	}
	else
		differing.has_row = find_member(pass, member, &differing.found);
	if (differing.has_row && is_same(hash, &differing.found))
		(void) hash_search(pass->differing, &member, HASH_REMOVE, NULL);
	else
		*(Differing *) hash_search(pass->differing, &member, HASH_ENTER, NULL) = differing;
}

/* Compares the leaf that the walk is at with the row that it was made of. */
static void
compare_other(SealPass *pass, int64_t index, const PvHash *hash)
{
	int type = pv_leaf_type(pass->leaf);
	int64_t key = pv_leaf_key(pass->leaf);
	PvHash found;

	if (type == PV_LEAF_MEMBER)
		compare_member(pass, key, index, hash);
	else if (type == PV_LEAF_VAULT || type == PV_LEAF_POLICY || type == PV_LEAF_ACCESS)
	{
		Ahead *ahead = &pass->ahead[type];

		pass->keys[type] = key;
		if (!take_row(pass, ahead, key, &found))
			fail_other(pass, ahead->what, key, index, hash, NULL);
		else if (!is_same(hash, &found))
			fail_other(pass, ahead->what, key, index, hash, &found);
	}
	else if (type == PV_LEAF_INCARNATION)
		memcpy(pass->incarnation, pass->leaf, offsetof(PvLeaf, hashed) + 1 + pass->leaf->size);
}

/* Members whose change is not sealed yet may differ. */
static void
forget_changed(SealPass *pass)
{
	const PvSeal *last = &pass->log->last;
	PvOtherLeaves changed;

	pv_changed_members_open(&changed, pass->log->sha, pass->verify->book->vault, last->journal_upto,
							PG_INT64_MAX, last->member_upto, true);
	while (pv_other_leaves_next(&changed, pass->leaf))
	{
		int64_t member = pv_leaf_key(pass->leaf);

		(void) hash_search(pass->differing, &member, HASH_REMOVE, NULL);
	}
	pv_other_leaves_close(&changed);
}

static void
close_others(SealPass *pass)
{
	HASH_SEQ_STATUS all;
	Differing *differing;

	for (int type = PV_LEAF_VAULT; type <= PV_LEAF_ACCESS; type++)
	{
		if (pass->walk->seals.ended) /* else leaves are missing, which was said */
			skip_unsealed(pass, &pass->ahead[type], PG_INT64_MAX);
		pv_other_leaves_close(&pass->ahead[type].rows);
	}
	forget_changed(pass);
	hash_seq_init(&all, pass->differing);
	while ((differing = hash_seq_search(&all)))
		fail_other(pass, "member", differing->member, differing->index, &differing->expected,
				   differing->has_row ? &differing->found : NULL);
}

/* --- the tree ------------------------------------------------------------------------------ */

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
	else if (pass->walk->seq == 0)
		compare_other(pass, index, &hash);
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

/* Those that are stored are of the log too. */
static void
meet_stored(SealPass *pass, const PvSeal *seal)
{
	PvStream *rows = &pass->checkpoints;

	for (; !rows->ended && pv_stream_int(rows, 0) <= seal->size; pv_stream_next(rows))
	{
		PvCheckpoint checkpoint = pv_checkpoint_read(&rows->row);
		const char *why = checkpoint.size == seal->size ? pv_checkpoint_fault(seal, checkpoint.note)
														: "the log was not sealed at that size";

		if (why)
			pv_failed(&pass->verify->report, PV_CHECK_SEALED,
					  psprintf("a stored checkpoint of size " INT64_FORMAT, checkpoint.size),
					  "of this log", why);
	}
}

/* Its origin is that of the incarnation it is of. */
static bool
is_of_incarnation(SealPass *pass, const PvSeal *seal)
{
	PvLeaf *expected = palloc(sizeof(PvLeaf));
	bool is_same;

	pv_leaf_begin(expected, PV_LEAF_INCARNATION);
	pv_leaf_text(expected, pass->log->sha, 1, seal->origin);
	is_same = expected->size <= pass->incarnation->size &&
			  memcmp(expected->hashed, pass->incarnation->hashed, 1 + expected->size) == 0;
	pfree(expected);
	return is_same;
}

static void
compare_number(SealPass *pass, const PvSeal *seal, const char *what, int64_t expected,
			   int64_t found)
{
	if (expected != found)
		pv_failed(&pass->verify->report, PV_CHECK_SEALED,
				  psprintf("%s of the seal at size " INT64_FORMAT, what, seal->size),
				  psprintf(INT64_FORMAT, expected), psprintf(INT64_FORMAT, found));
}

/* How far it says that it went. */
static void
compare_reach(SealPass *pass, const PvSeal *seal)
{
	compare_number(pass, seal, "journal_upto", pass->walk->journal.seq, seal->journal_upto);
	compare_number(pass, seal, "policy_upto", pass->keys[PV_LEAF_POLICY], seal->policy_upto);
	compare_number(pass, seal, "access_upto", pass->keys[PV_LEAF_ACCESS], seal->access_upto);
	/* members of other vaults have numbers too */
	if (seal->member_upto < pass->keys[PV_LEAF_MEMBER])
		compare_number(pass, seal, "member_upto", pass->keys[PV_LEAF_MEMBER], seal->member_upto);
	if (!is_of_incarnation(pass, seal))
		pv_failed(&pass->verify->report, PV_CHECK_SEALED,
				  psprintf("origin of the seal at size " INT64_FORMAT, seal->size),
				  "that of its incarnation", seal->origin);
}

static void
compare_seal(SealPass *pass)
{
	PvSeal seal = pass->walk->seal;
	PvHash root;

	pv_edge_root(pass->edge, &pass->log->hasher, &root);
	if (!is_same(&root, &seal.root))
		fail(pass, psprintf("the root at size " INT64_FORMAT, seal.size), &seal.root, &root);
	compare_reach(pass, &seal);
	seal.root = root; /* what the rows say is what the checkpoint has to be of */
	meet_checkpoint(pass, &seal);
	meet_stored(pass, &seal);
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
	else if (!pass->walk->others.ended)
		pv_failed(&verify->report, PV_CHECK_SEALED,
				  psprintf("leaf " INT64_FORMAT, pv_stream_int(&pass->walk->others, 0)), "none",
				  "a row beyond the last seal");
	if (!pass->checkpoints.ended && pass->walk->seals.ended)
		pv_failed(&verify->report, PV_CHECK_SEALED,
				  psprintf("a stored checkpoint of size " INT64_FORMAT,
						   pv_stream_int(&pass->checkpoints, 0)),
				  "none", "one beyond the last seal");
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
	pass.incarnation = palloc0(sizeof(PvLeaf));
	pass.walk = pv_walk_open(pass.log->sha, verify->book->vault);
	pv_checkpoints_open(&pass.checkpoints, verify->book->vault);
	pv_stream_next(&pass.checkpoints);
	if (pass.log->last.size > 0)
		open_others(&pass);
	while (pv_walk_next(pass.walk, pass.leaf))
	{
		compare_leaf(&pass, &sink);
		if (pass.walk->ends_seal)
			compare_seal(&pass);
		pv_verify_progress(&verify->report, "leaves", pass.walk->index);
	}
	compare_end(&pass);
	if (pass.log->last.size > 0)
		close_others(&pass);
	pv_stream_close(&pass.checkpoints);
	pv_walk_close(pass.walk);
	pv_log_close(pass.log);
}
