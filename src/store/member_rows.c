/*
 * member_rows.c
 *	  The rows of members: what does not change with events, found and changed.
 *
 * They are changed under the vault's lock alone.  Enrolling takes none, and adds rows;
 * so what changes is noted as what comes in is (intake.c).
 */
#include "store/member_rows.h"

#include "base/tokens.h"
#include "store/lookup.h"
#include "store/plan.h"
#include "store/table.h"
#include "store/write.h"

#include "access/xact.h"
#include "common/hashfn.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/errcodes.h"

static PvLookup id_of_name = {.table = "member_data",
							  .index = "member_name_key",
							  .columns = "id",
							  .by = "vault, name",
							  .nkeys = 2};

/* clang-format off */

#define MEMBER_COLUMNS \
	"id, name, sponsor, region, merchant, enrolled_at, suspended, merged_into, digest "

static PvPlan read_member = {
	"SELECT " MEMBER_COLUMNS
	"FROM pointsvault.member_data "
	"WHERE vault = $1 AND id = $2",
	"il", NULL};

static PvPlan read_line = {
	"SELECT " MEMBER_COLUMNS
	"FROM pointsvault.member_data "
	"WHERE vault = $1 AND sponsor = $2",
	"il", NULL};

static PvPlan update_member = {
	"UPDATE pointsvault.member_data "
	"SET name = $3, sponsor = $4, region = $5, merchant = $6, suspended = $7, merged_into = $8, "
		"digest = $9 "
	"WHERE vault = $1 AND id = $2",
	"iltltbtll", NULL};

/* Whether ANALYZE kept a name among its samples. */
static PvPlan sampled_name = {
	"SELECT FROM pg_catalog.pg_stats "
	"WHERE schemaname = 'pointsvault' AND tablename = 'member_data' AND attname = 'name' "
	"AND ($1 = ANY (histogram_bounds::pg_catalog.text::pg_catalog.text[]) "
		"OR $1 = ANY (most_common_vals::pg_catalog.text::pg_catalog.text[]))",
	"t", NULL};

/* clang-format on */

/* Only whom they stand below is another one, of many at once. */
static PvTable line_update = {PV_UPDATE, "member_data", "vault, id, sponsor, digest", "illl", 2};

enum
{
	READ_ID,
	READ_NAME,
	READ_SPONSOR,
	READ_REGION,
	READ_MERCHANT,
	READ_ENROLLED_AT,
	READ_SUSPENDED,
	READ_MERGED_INTO,
	READ_DIGEST
};

/*
 * A hash of what a member is, for verify().
 */
int64_t
pv_member_digest(const PvMemberRow *member)
{
	const int64_t numbers[] = {member->id, member->sponsor, member->merchant, member->enrolled_at,
							   member->merged_into};
	uint64 hash = hash_bytes_extended((const unsigned char *) numbers, sizeof(numbers), 0);

	hash = pv_hash_text(member->name, hash);
	hash = pv_hash_text(member->region, hash);
	return (int64_t) pv_hash_text(member->suspended, hash);
}

/* Refuses a name that no member of the vault has. */
void
pv_no_such_member(int32_t vault, const char *name)
{
	ereport(ERROR, (pv_error(NO_SUCH_MEMBER),
					errmsg("member \"%s\" of vault %d does not exist", name, vault),
					errhint("Enroll it first with pointsvault.enroll(%d, ...).", vault)));
}

/* Refuses the name of a member that was merged into another. */
void
pv_refuse_merged(int32_t vault, const char *name, int64_t into)
{
	PvMemberRow heir = pv_member_row(vault, into, false);

	ereport(ERROR, (pv_error(MEMBER_MERGED),
					errmsg("member \"%s\" of vault %d was merged into another", name, vault),
					errhint("All it had, and the line below it, went over to \"%s\".", heir.name)));
}

/* Refuses to take anything from a member that is suspended. */
void
pv_refuse_suspended(int32_t vault, int64_t id)
{
	PvMemberRow member = pv_member_row(vault, id, false);

	ereport(ERROR, (pv_error(MEMBER_SUSPENDED),
					errmsg("member \"%s\" of vault %d is suspended", member.name, vault),
					errdetail("Reason: %s", member.suspended ? member.suspended : "unknown"),
					errhint("pointsvault.resume_member(%d, ...) ends it.", vault)));
}

/* Refuses a name unless a member has it that is one by itself. */
void
pv_member_check(int32_t vault, const char *name, const PvMember *member)
{
	if (!member)
		pv_no_such_member(vault, name);
	if (member->merged_into != 0)
		pv_refuse_merged(vault, name, member->merged_into);
}

/* The number of a member, 0 = none. */
int64_t
pv_member_find(int32_t vault, const char *name)
{
	PvRow row;

	if (!pv_look_up(&id_of_name, (Datum[]){Int32GetDatum(vault), CStringGetTextDatum(name)},
					PV_SEE_CALLERS, &row))
		return 0;
	return pv_row_int(&row, 0);
}

/* A member from a row of MEMBER_COLUMNS. */
static PvMemberRow
read_row(const PvRow *row)
{
	return (PvMemberRow){.id = pv_row_int(row, READ_ID),
						 .name = pv_row_text_or_empty(row, READ_NAME),
						 .sponsor = pv_row_int(row, READ_SPONSOR),
						 .region = pv_row_text(row, READ_REGION),
						 .merchant =
							 !row->nulls[READ_MERCHANT] && DatumGetBool(row->values[READ_MERCHANT]),
						 .enrolled_at = pv_row_int(row, READ_ENROLLED_AT),
						 .suspended = pv_row_text(row, READ_SUSPENDED),
						 .merged_into = pv_row_int(row, READ_MERGED_INTO),
						 .digest = pv_row_int(row, READ_DIGEST)};
}

/* A member's row, which must be there. */
PvMemberRow
pv_member_row(int32_t vault, int64_t id, bool read_only)
{
	Datum key[2] = {Int32GetDatum(vault), Int64GetDatum(id)};
	PvMemberRow member;
	PvRow row;

	if (pv_run(&read_member, key, NULL, read_only) == 0)
		ereport(ERROR, (pv_error(DAMAGED_DATA),
						errmsg("member " INT64_FORMAT " of vault %d is missing", id, vault)));
	row = pv_result_row(0);
	member = read_row(&row);
	SPI_freetuptable(SPI_tuptable);
	return member;
}

/* A member's number, or that of who took over from it. */
int64_t
pv_member_now(int32_t vault, int64_t id)
{
	int64_t into = pv_member_row(vault, id, false).merged_into;

	return into != 0 ? into : id;
}

/* A member's row on its way to its table. */
typedef struct Change
{
	Datum values[9];
	bool nulls[9];
	int64_t digest;
} Change;

static void
put_text(Change *change, int column, const char *text)
{
	change->values[column] = text ? CStringGetTextDatum(text) : (Datum) 0;
	change->nulls[column] = text == NULL;
}

static void
put_number(Change *change, int column, int64_t number)
{
	change->values[column] = Int64GetDatum(number);
	change->nulls[column] = number == 0;
}

/* One that was changed stays one that was changed. */
static int64_t
digest_after(const PvMemberRow *before, const PvMemberRow *after)
{
	return pv_member_digest(after) + (pv_member_digest(before) != before->digest);
}

static Change
change_of(int32_t vault, const PvMemberRow *before, const PvMemberRow *after)
{
	Change change = {{Int32GetDatum(vault), Int64GetDatum(after->id)}, {0}};

	change.digest = digest_after(before, after);
	put_text(&change, 2, after->name);
	put_number(&change, 3, after->sponsor);
	put_text(&change, 4, after->region);
	change.values[5] = BoolGetDatum(after->merchant);
	put_text(&change, 6, after->suspended);
	put_number(&change, 7, after->merged_into);
	change.values[8] = Int64GetDatum(change.digest);
	return change;
}

static bool
write_change(void *arg)
{
	Change *change = arg;

	return pv_run(&update_member, change->values, change->nulls, false) > 0;
}

/*
 * Makes a member's row another one, of the same name; returns by how much its digest moves,
 * which the caller notes.
 */
uint64
pv_member_write(int32_t vault, const PvMemberRow *before, const PvMemberRow *after)
{
	Change change = change_of(vault, before, after);

	(void) write_change(&change);
	return (uint64) change.digest - (uint64) before->digest;
}

/* Makes a member's row another one, and notes that change by itself. */
void
pv_member_change(int32_t vault, PvIntakeKind kind, const PvMemberRow *before,
				 const PvMemberRow *after)
{
	pv_intake_note(vault, kind, 0, pv_member_write(vault, before, after), NULL);
}

/*
 * M2: hands the line directly below one member over to another; returns by how much the
 * digests move, which the caller notes.
 */
uint64
pv_member_hand_line(int32_t vault, int64_t from, int64_t into)
{
	Datum key[2] = {Int32GetDatum(vault), Int64GetDatum(from)};
	uint64 count = pv_run(&read_line, key, NULL, false);
	SPITupleTable *found = SPI_tuptable;
	PvRows rows = {.table = &line_update};
	uint64 change = 0;

	for (uint64 i = 0; i < count; i++)
	{
		PvRow row = pv_table_row(found, i);
		PvMemberRow before = read_row(&row);
		PvMemberRow after = before;
		int64_t digest;

		CHECK_FOR_INTERRUPTS();
		after.sponsor = into;
		digest = digest_after(&before, &after);
		change += (uint64) digest - (uint64) before.digest;
		pv_add_row(&rows,
				   (Datum[]){key[0], Int64GetDatum(before.id), Int64GetDatum(into),
							 Int64GetDatum(digest)},
				   (bool[4]){false}, 4);
	}
	if (count > 0)
		pv_write_rows((PvRows *[]){&rows}, 1);
	SPI_freetuptable(found);
	return change;
}

static void
report_name_taken(int32_t vault, const char *name)
{
	ereport(ERROR, (pv_error(MEMBER_EXISTS),
					errmsg("member \"%s\" of vault %d exists already", name, vault)));
}

/* A name that goes is not to stay in the server's statistics. */
static void
forget_sample(const char *name)
{
	Datum values[1] = {CStringGetTextDatum(name)};

	if (pv_run(&sampled_name, values, NULL, false) > 0)
		pv_run_utility("ANALYZE pointsvault.member_data (name)");
}

/*
 * Makes a member's row one of another name, unless another session took that meanwhile.
 */
static void
write_renamed(int32_t vault, PvIntakeKind kind, const PvMemberRow *before, const PvMemberRow *after)
{
	Change change = change_of(vault, before, after);
	ErrorData *error;
	bool done;

	if (strcmp(before->name, after->name) != 0 && pv_member_find(vault, after->name) != 0)
		report_name_taken(vault, after->name);
	error = pv_try(write_change, &change, &done);
	if (error && error->sqlerrcode != ERRCODE_UNIQUE_VIOLATION)
		ReThrowError(error);
	if (!done && IsolationUsesXactSnapshot())
		ereport(ERROR, (pv_error(LOST_RACE),
						errmsg("could not serialize access due to concurrent enrolment"),
						errhint("The transaction might succeed if retried.")));
	if (!done)
		report_name_taken(vault, after->name);
	pv_intake_note(vault, kind, 0, (uint64) change.digest - (uint64) before->digest, NULL);
	if (strcmp(before->name, after->name) != 0)
		forget_sample(before->name);
}

/*
 * Gives a member another name; the journal knows the member by its number.
 */
void
pv_member_rename(int32_t vault, int64_t id, const char *name)
{
	PvMemberRow before = pv_member_row(vault, id, false);
	PvMemberRow after = before;

	after.name = name;
	write_renamed(vault, PV_INTAKE_RENAMED, &before, &after);
}

/* --- who was erased ------------------------------------------------------------------ */

#define ERASED_PREFIX "erased-"

/* The name that is left of a member: its number. */
const char *
pv_erased_name(int64_t id)
{
	return psprintf(ERASED_PREFIX INT64_FORMAT, id);
}

/* Refuses a name that is kept for who was erased: nobody else may seem to be that one. */
void
pv_check_not_erased_name(const char *name)
{
	size_t length = strlen(ERASED_PREFIX);

	if (strncmp(name, ERASED_PREFIX, length) != 0 || name[length] == '\0' ||
		name[length + strspn(name + length, "0123456789")] != '\0')
		return;
	ereport(ERROR, (pv_error(RESERVED_NAME),
					errmsg("the name \"%s\" is kept for a member that is erased", name),
					errhint("Enroll the person anew, by another name.")));
}

/* Leaves of a member's row what it takes part by. */
void
pv_member_erase(int32_t vault, int64_t id)
{
	PvMemberRow before = pv_member_row(vault, id, false);
	PvMemberRow after = before;

	after.name = pv_erased_name(id);
	after.region = NULL;
	if (before.suspended)
		after.suspended = "erased"; /* the reason, not that it is suspended */
	write_renamed(vault, PV_INTAKE_ERASED, &before, &after);
}
