/*
 * liabilities.c
 *	  What SQL calls of published balances: liabilities(), prove_balance().
 */
#include "base/compat.h"
#include "base/tokens.h"
#include "engine/sumtree.h"
#include "store/book.h"
#include "store/calendar.h"
#include "store/liabilities.h"
#include "store/liability_tiles.h"
#include "store/member_rows.h"
#include "store/plan.h"
#include "store/seals.h"
#include "store/vault.h"
#include "surface/access.h"
#include "surface/arguments.h"
#include "surface/rows.h"
#include "surface/seal.h"
#include "types/numbers.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "funcapi.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(pv_sql_liabilities);
PG_FUNCTION_INFO_V1(pv_sql_prove_balance);

#define LIABILITY_COLUMNS 8

static const char *const side_names[] = {[PV_SIDE_OWED] = "owed", [PV_SIDE_DUE] = "due"};

static const PvFigure *
arg_asset(FunctionCallInfo fcinfo, int n)
{
	const char *name = pv_arg_text(fcinfo, n, "asset");
	const PvFigure *asset = pv_liability_asset(name);
	StringInfoData known;

	if (asset)
		return asset;
	initStringInfo(&known);
	for (int i = 0; i < PV_ASSET_COUNT; i++)
		if (pv_liability_asset(pv_assets[i].column))
			appendStringInfo(&known, "%s%s", known.len > 0 ? ", " : "", pv_assets[i].column);
	ereport(ERROR, (pv_error(BAD_ASSET), errmsg("balances of \"%s\" are not published", name),
					errhint("Assets are %s.", known.data)));
}

static DateADT
arg_day(FunctionCallInfo fcinfo, int n)
{
	if (PG_ARGISNULL(n))
		pv_refuse_null("day");
	return PG_GETARG_DATEADT(n);
}

static bytea *
root_bytes(const PvHash *root)
{
	bytea *bytes = palloc(VARHDRSZ + sizeof(PvHash));

	SET_VARSIZE(bytes, VARHDRSZ + sizeof(PvHash));
	memcpy(VARDATA(bytes), root->bytes, sizeof(PvHash));
	return bytes;
}

static Datum
row_of(TupleDesc desc, const PvLiabilities *made)
{
	Datum values[LIABILITY_COLUMNS];
	bool nulls[LIABILITY_COLUMNS] = {0};

	for (int side = 0; side < PV_SIDE_COUNT; side++)
	{
		const PvSumNode *root = &made->roots[side];

		values[3 * side] = Int64GetDatum(made->leaves[side]);
		values[3 * side + 1] = NumericGetDatum(pv_to_numeric(root->sum, made->asset->scale));
		values[3 * side + 2] = PointerGetDatum(root_bytes(&root->hash));
	}
	values[6] = Int64GetDatum(made->seq);
	values[7] = Int64GetDatum(made->place);
	nulls[7] = made->place < 0;
	return HeapTupleGetDatum(heap_form_tuple(desc, values, nulls));
}

/* liabilities(vault, asset, day) */
Datum
pv_sql_liabilities(PG_FUNCTION_ARGS)
{
	int32_t vault = pv_arg_int(fcinfo, 0, "vault");
	const PvFigure *asset = arg_asset(fcinfo, 1);
	DateADT day = arg_day(fcinfo, 2);
	TupleDesc desc = pv_row_type(fcinfo);
	int spi = pv_spi_begin();
	PvLiabilities made;

	pv_authorize(fcinfo, vault);
	pv_spi_read_all();
	pv_spi_use_memory();
	pv_vault_check_writable();
	if (IsolationUsesXactSnapshot())
		ereport(ERROR, (pv_error(NEEDS_READ_COMMITTED),
						errmsg("liabilities needs the isolation level READ COMMITTED")));
	pv_liabilities_build(pv_book_open(vault, PV_BOOK_READ, NULL, NULL), asset, day, &made);
	pv_spi_end(spi);
	return row_of(desc, &made);
}

/* --- proofs ---------------------------------------------------------------------------- */

static PvLiabilities
published(int32_t vault, const PvFigure *asset, DateADT day)
{
	PvLiabilities found;

	if (!pv_liabilities_find(vault, asset, day, true, &found))
		ereport(ERROR,
				(pv_error(NOT_PUBLISHED),
				 errmsg("vault %d published no %s of %s", vault, asset->column, pv_date_text(day)),
				 errhint("pointsvault.liabilities(%d, '%s', '%s') does.", vault, asset->column,
						 pv_date_text(day))));
	return found;
}

/* What leads to the member's leaf. */
static PvSumKey
key_of(const PvHasher *hasher, const PvLiabilities *from, const char *member)
{
	int64_t id = pv_member_find(from->vault, member);
	uint8 secret[PV_SUM_SALT_BYTES];
	PvSumKey key;

	if (id == 0)
		pv_no_such_member(from->vault, member);
	if (!pv_liability_secret(from, secret))
		ereport(ERROR, (pv_error(NOT_PUBLISHED),
						errmsg("whose leaf is whose of the %s of %s was forgotten",
							   from->asset->column, pv_date_text(from->day)),
						errdetail("The secret of the tree was deleted.")));
	pv_liability_key(hasher, from->vault, id, secret, &key);
	return key;
}

/*
 * The lines of a member's leaf and of its way to the root; NULL: it has none on that side.
 * What the tiles say is checked as the member will.
 */
static char *
balance_lines(const PvHasher *hasher, const PvLiabilities *from, PvLiabilitySide side,
			  const PvSumKey *key)
{
	PvLiabilityTree tree = pv_liability_tree(from, side);
	PvLiabilityReader *reader = pv_liability_reader(hasher, &tree);
	StringInfoData lines;
	PvSumProof proof;
	PvSumNode leaf;
	int64_t index;

	if (!pv_liability_find(reader, key, &index))
		return NULL;
	leaf = reader->nodes[0][index % PV_TILE_WIDTH];
	if (!pv_sum_prove(&reader->tiles, hasher, index, tree.leaves, &proof) ||
		!pv_sum_holds(hasher, &leaf, index, tree.leaves, &proof, &from->roots[side]))
		ereport(ERROR, (pv_error(DAMAGED_DATA),
						errmsg("the %s of %s of vault %d are not as they were published",
							   from->asset->column, pv_date_text(from->day), from->vault),
						errhint("pointsvault.verify(%d) names what was changed.", from->vault)));
	initStringInfo(&lines);
	appendStringInfo(
		&lines,
		"pointsvault-balance@v1\nasset %s\nday %s\nside %s\nsalt %s\nbalance " INT64_FORMAT
		"\nleaf " INT64_FORMAT "\n",
		from->asset->column, pv_date_text(from->day), side_names[side],
		pv_base64(key->salt, sizeof(key->salt)), leaf.sum, index);
	for (int i = 0; i < proof.count; i++)
		appendStringInfo(&lines, "node " INT64_FORMAT " %s\n", proof.nodes[i].sum,
						 pv_base64(proof.nodes[i].hash.bytes, sizeof(PvHash)));
	return lines.data;
}

static char *
balance_text(int32_t vault, const char *member, const PvFigure *asset, DateADT day)
{
	PvSha *sha = pv_sha_open();
	PvHasher hasher = pv_hasher(sha);
	PvLiabilities from = published(vault, asset, day);
	PvSumKey key = key_of(&hasher, &from, member);
	char *lines = balance_lines(&hasher, &from, PV_SIDE_OWED, &key);

	if (!lines)
		lines = balance_lines(&hasher, &from, PV_SIDE_DUE, &key);
	if (!lines)
		ereport(ERROR,
				(pv_error(NO_BALANCE),
				 errmsg("member \"%s\" of vault %d has no leaf among the %s of %s", member, vault,
						asset->column, pv_date_text(day)),
				 errdetail("Who had nothing has none, nor is that of who was forgotten found.")));
	pv_sha_close(sha);
	return psprintf("%s\n%s", lines,
					pv_kept_leaf_proof(vault, from.place,
									   psprintf("the %s of %s are", asset->column,
												pv_date_text(day))));
}

/* prove_balance(vault, member, day, asset) */
Datum
pv_sql_prove_balance(PG_FUNCTION_ARGS)
{
	int32_t vault = pv_arg_int(fcinfo, 0, "vault");
	const char *member = pv_arg_text(fcinfo, 1, "member");
	DateADT day = arg_day(fcinfo, 2);
	const PvFigure *asset = arg_asset(fcinfo, 3);
	MemoryContext caller = CurrentMemoryContext;
	int spi = pv_spi_begin();
	char *result;

	pv_authorize(fcinfo, vault);
	pv_vault_check_exists(vault, true);
	result = pv_keep_text(caller, balance_text(vault, member, asset, day));
	pv_spi_end(spi);
	PG_RETURN_TEXT_P(cstring_to_text(result));
}
