/*
 * other_leaves.c
 *	  Rows beside the journal as leaves of the log: docs/leaf.md has the numbers of their
 *	  fields.
 *
 * Such rows may change, so their leaves are kept, and what changes one makes another leaf
 * of it.  That the last one still is what the row says is for verify.
 */
#include "store/other_leaves.h"

#include "base/assertion.h"
#include "store/leaves.h"

#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"
#include "utils/uuid.h"

/* clang-format off */

static PvPlan vault_rows = {
	"SELECT name, currency, timezone, created_at "
	"FROM pointsvault.vault "
	"WHERE id = $1",
	"ill", NULL};

/* Up to that which a journal row set. */
static PvPlan policy_rows = {
	"SELECT version, serial, seq, document "
	"FROM pointsvault.policy_data "
	"WHERE vault = $1 AND version > $2 AND seq <= $3 "
	"ORDER BY version",
	"ill", NULL};

#define MEMBER_LEAVES \
	"SELECT m.id, m.enrolled_at, m.sponsor, m.merchant, m.name, m.region, s.salt " \
	"FROM pointsvault.member_data m " \
	"LEFT JOIN pointsvault.salt_data s ON s.vault = $1 AND s.member = m.id "

static PvPlan member_rows = {
	MEMBER_LEAVES
	"WHERE m.vault = $1 AND m.id > $2 AND m.id <= $3 "
	"ORDER BY m.id",
	"ill", NULL};

/*
 * Whose row was changed by journal rows: by rename_member, set_member and
 * erase_member that of their member, by a merge that of the heir and of those who stand below the heir now.
 */
static PvPlan changed_members = {
	MEMBER_LEAVES
	"WHERE m.vault = $1 AND m.id <= $4 AND m.id = ANY (ARRAY("
		"SELECT j.member FROM pointsvault.journal_data j "
		"WHERE j.vault = $1 AND j.seq > $2 AND j.seq <= $3 AND j.kind IN (5, 101, 107) "
		"UNION "
		"SELECT c.id FROM pointsvault.journal_data j "
		"JOIN pointsvault.member_data f ON f.vault = $1 AND f.id = j.member "
		"CROSS JOIN LATERAL ("
			"SELECT f.merged_into AS id "
			"UNION ALL "
			"SELECT b.id FROM pointsvault.member_data b "
			"WHERE b.vault = $1 AND b.sponsor = f.merged_into) c "
		"WHERE j.vault = $1 AND j.seq > $2 AND j.seq <= $3 AND j.kind = 27)) "
	"ORDER BY m.id",
	"illl", .how = PV_BY_KEY};

static PvPlan access_rows = {
	"SELECT number, role, profile, vault IS NULL, granted, at, actor "
	"FROM pointsvault.access_change_data "
	"WHERE (vault = $1 OR vault IS NULL) AND number > $2 AND number <= $3 "
	"ORDER BY number",
	"ill", NULL};

static PvPlan liabilities_rows = {
	"SELECT number, asset, day, seq, leaves, total, root, due_leaves, due_total, due_root "
	"FROM pointsvault.liability_data "
	"WHERE vault = $1 AND number > $2 AND number <= $3 "
	"ORDER BY number",
	"ill", NULL};

/* clang-format on */

/* Of each leaf the first field. */
#define FIELD_KEY 1

static void
put_vault(PvLeaf *leaf, PvSha *sha, const PvRow *row)
{
	pv_leaf_text(leaf, sha, 1, pv_row_text_or_empty(row, 0));
	pv_leaf_text(leaf, sha, 2, pv_row_text_or_empty(row, 1));
	pv_leaf_text(leaf, sha, 3, pv_row_text_or_empty(row, 2));
	pv_leaf_moment(leaf, 4, pv_row_int(row, 3));
}

static void
put_policy(PvLeaf *leaf, PvSha *sha, const PvRow *row)
{
	pv_leaf_int(leaf, FIELD_KEY, DatumGetInt32(row->values[0]));
	pv_leaf_int(leaf, 2, DatumGetInt32(row->values[1]));
	pv_leaf_int(leaf, 3, pv_row_int(row, 2));
	pv_leaf_long_text(leaf, sha, 4,
					  row->nulls[3]
						  ? ""
						  : DatumGetCString(DirectFunctionCall1(jsonb_out, row->values[3])));
}

static void
put_member(PvLeaf *leaf, PvSha *sha, const PvRow *row)
{
	static const uint8 no_salt[PV_SALT_BYTES]; /* of damaged data */
	const uint8 *salt = row->nulls[6] ? no_salt : DatumGetUUIDP(row->values[6])->data;
	int64_t id = pv_row_int(row, 0);

	pv_leaf_int(leaf, FIELD_KEY, id);
	pv_leaf_moment(leaf, 2, pv_row_int(row, 1));
	if (!row->nulls[2])
		pv_leaf_int(leaf, 3, pv_row_int(row, 2));
	pv_leaf_flag(leaf, 4, DatumGetBool(row->values[3]));
	pv_leaf_salted(leaf, sha, 90, salt, id, pv_row_text_or_empty(row, 5));
	pv_leaf_salted(leaf, sha, 93, salt, id, pv_row_text_or_empty(row, 4));
}

static void
put_access(PvLeaf *leaf, PvSha *sha, const PvRow *row)
{
	pv_leaf_int(leaf, FIELD_KEY, pv_row_int(row, 0));
	pv_leaf_text(leaf, sha, 2, pv_row_text_or_empty(row, 1));
	pv_leaf_text(leaf, sha, 3, pv_row_text_or_empty(row, 2));
	pv_leaf_flag(leaf, 4, DatumGetBool(row->values[3]));
	if (!row->nulls[4]) /* of damaged data */
		pv_leaf_flag(leaf, 5, DatumGetBool(row->values[4]));
	pv_leaf_moment(leaf, 6, pv_row_int(row, 5));
	pv_leaf_text(leaf, sha, 7, pv_row_text_or_empty(row, 6));
}

static void
put_root(PvLeaf *leaf, int field, const PvRow *row, int column)
{
	bytea *root = row->nulls[column] ? NULL : DatumGetByteaPP(row->values[column]);

	if (root && VARSIZE_ANY_EXHDR(root) == sizeof(PvHash)) /* else of damaged data */
		pv_leaf_bytes(leaf, field, VARDATA_ANY(root), sizeof(PvHash));
}

/* Balances that were published: leaves, total and root of both trees. */
static void
put_liabilities(PvLeaf *leaf, PvSha *sha, const PvRow *row)
{
	pv_leaf_int(leaf, FIELD_KEY, pv_row_int(row, 0));
	pv_leaf_text(leaf, sha, 2, pv_row_text_or_empty(row, 1));
	pv_leaf_day(leaf, 3, DatumGetDateADT(row->values[2]));
	pv_leaf_int(leaf, 4, pv_row_int(row, 3));
	for (int side = 0; side < 2; side++)
	{
		pv_leaf_int(leaf, 5 + 3 * side, pv_row_int(row, 4 + 3 * side));
		pv_leaf_int(leaf, 6 + 3 * side, pv_row_int(row, 5 + 3 * side));
		put_root(leaf, 7 + 3 * side, row, 6 + 3 * side);
	}
}

static const struct
{
	PvPlan *plan;
	void (*put)(PvLeaf *leaf, PvSha *sha, const PvRow *row);
} types[] = {[PV_LEAF_VAULT] = {&vault_rows, put_vault},
			 [PV_LEAF_POLICY] = {&policy_rows, put_policy},
			 [PV_LEAF_MEMBER] = {&member_rows, put_member},
			 [PV_LEAF_ACCESS] = {&access_rows, put_access},
			 [PV_LEAF_LIABILITIES] = {&liabilities_rows, put_liabilities}};

static void
open_rows(PvOtherLeaves *leaves, PvSha *sha, PvLeafType type, PvPlan *plan, Datum *values,
		  bool read_only)
{
	leaves->sha = sha;
	leaves->type = type;
	leaves->memory =
		AllocSetContextCreate(CurrentMemoryContext, "pointsvault leaf", ALLOCSET_DEFAULT_SIZES);
	pv_stream_open_with(&leaves->rows, plan, values, read_only);
	pv_stream_next(&leaves->rows);
}

/*
 * Opens the rows of a type after one, by version, id or number, up to another; of policies
 * up to what a journal row set.
 */
void
pv_other_leaves_open(PvOtherLeaves *leaves, PvSha *sha, PvLeafType type, int32_t vault,
					 int64_t after, int64_t upto, bool read_only)
{
	Datum values[3] = {Int32GetDatum(vault), Int64GetDatum(after), Int64GetDatum(upto)};

	PV_ASSERT((int) type < (int) lengthof(types) && types[type].put);
	open_rows(leaves, sha, type, types[type].plan, values, read_only);
}

/* Opens the members up to one whom journal rows after one, up to another, changed. */
void
pv_changed_members_open(PvOtherLeaves *leaves, PvSha *sha, int32_t vault, int64_t after,
						int64_t upto, int64_t member_upto, bool read_only)
{
	Datum values[4] = {Int32GetDatum(vault), Int64GetDatum(after), Int64GetDatum(upto),
					   Int64GetDatum(member_upto)};

	open_rows(leaves, sha, PV_LEAF_MEMBER, &changed_members, values, read_only);
}

/* Makes the leaf of the next row; false where there is none. */
bool
pv_other_leaves_next(PvOtherLeaves *leaves, PvLeaf *leaf)
{
	MemoryContext caller = CurrentMemoryContext;

	if (leaves->rows.ended)
		return false;
	MemoryContextSwitchTo(leaves->memory);
	pv_leaf_begin(leaf, leaves->type);
	types[leaves->type].put(leaf, leaves->sha, &leaves->rows.row);
	MemoryContextSwitchTo(caller);
	MemoryContextReset(leaves->memory);
	pv_stream_next(&leaves->rows);
	return true;
}

/* Ends what was opened. */
void
pv_other_leaves_close(PvOtherLeaves *leaves)
{
	pv_stream_close(&leaves->rows);
	MemoryContextDelete(leaves->memory);
}

/* The version, id or number that is its first field; 0: it is the vault's. */
int64_t
pv_leaf_key(const PvLeaf *leaf)
{
	return pv_leaf_first_int(leaf, FIELD_KEY);
}
