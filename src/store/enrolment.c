/*
 * enrolment.c
 *	  Enrolling members: one or many, the same way.
 */
#include "store/enrolment.h"

#include "base/assertion.h"
#include "base/tokens.h"
#include "store/holdings.h"
#include "store/intake.h"
#include "store/lookup.h"
#include "store/member_rows.h"
#include "store/numbers.h"
#include "store/plan.h"
#include "store/write.h"

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/timestamp.h"

#define NAME_SIZE 256

static PvTable member_insert = {PV_INSERT, "member_data",
								"vault, id, name, sponsor, region, merchant, digest, enrolled_at",
								"iltltblz"};

static PvLookup member_of_name = {.table = "member_data",
								  .index = "member_name_key",
								  .columns = "id, sponsor, region, merchant, merged_into",
								  .by = "vault, name",
								  .nkeys = 2};

/* clang-format off */

static PvPlan draw_ids = {
	"SELECT pg_catalog.nextval('pointsvault.member_data_id_seq') "
	"FROM pg_catalog.generate_series(1, $1)",
	"i", NULL};

/* clang-format on */

/* A member as it is stored, or will be. */
typedef struct KnownMember
{
	char name[NAME_SIZE];
	int64_t id;
	int64_t sponsor;
	const char *region;
	bool merchant;
	int64_t merged_into; /* 0 = none */
	bool is_new;
} KnownMember;

static HTAB *
create_known(int count)
{
	HASHCTL control = {0};

	control.keysize = NAME_SIZE;
	control.entrysize = sizeof(KnownMember);
	control.hcxt = CurrentMemoryContext;
	return hash_create("pointsvault members", count, &control,
					   HASH_ELEM | HASH_STRINGS | HASH_CONTEXT);
}

/* Adds the member of a name, if it is enrolled already. */
static void
add_known(HTAB *known, PvScan *scan, int32_t vault, const char *name)
{
	KnownMember *member;
	PvRow row;

	if (!name || hash_search(known, name, HASH_FIND, NULL))
		return;
	pv_scan_by(scan, (Datum[]){Int32GetDatum(vault), CStringGetTextDatum(name)});
	if (!pv_scan_next(scan, &row))
		return;
	member = hash_search(known, name, HASH_ENTER, NULL);
	member->id = DatumGetInt64(row.values[0]);
	member->sponsor = pv_row_int(&row, 1);
	member->region = pv_row_text(&row, 2);
	member->merchant = DatumGetBool(row.values[3]);
	member->merged_into = pv_row_int(&row, 4);
	member->is_new = false;
}

/*
 * All of the list, and of their sponsors, that are enrolled already.
 */
static HTAB *
read_known(int32_t vault, const PvEnrolment *list, int count)
{
	HTAB *known = create_known(2 * count);
	PvScan scan;

	pv_scan_open(&scan, &member_of_name, PV_SEE_NOW);
	for (int i = 0; i < count; i++)
	{
		add_known(known, &scan, vault, list[i].name);
		add_known(known, &scan, vault, list[i].sponsor);
	}
	pv_scan_close(&scan);
	return known;
}

/*
 * M2: a sponsor is enrolled before the members it brings, so no ring can form.
 */
static int64_t
sponsor_id(int32_t vault, HTAB *known, const PvEnrolment *enrolment)
{
	KnownMember *sponsor;

	if (!enrolment->sponsor)
		return 0;
	if (strcmp(enrolment->sponsor, enrolment->name) == 0)
		ereport(ERROR, (pv_error(OWN_SPONSOR),
						errmsg("member \"%s\" cannot be its own sponsor", enrolment->name)));
	sponsor = hash_search(known, enrolment->sponsor, HASH_FIND, NULL);
	if (!sponsor)
		ereport(ERROR, (pv_error(NO_SUCH_SPONSOR),
						errmsg("sponsor \"%s\" of member \"%s\" does not exist in vault %d",
							   enrolment->sponsor, enrolment->name, vault),
						errhint("A sponsor is enrolled before the members it brings.")));
	if (sponsor->merged_into != 0)
		pv_refuse_merged(vault, sponsor->name, sponsor->merged_into);
	return sponsor->id;
}

/* The same sponsor, or who took over from it. */
static bool
is_same_sponsor(int32_t vault, const KnownMember *member, int64_t sponsor)
{
	return member->sponsor == sponsor ||
		   (member->sponsor != 0 && sponsor != 0 &&
			pv_member_row(vault, member->sponsor, false).merged_into == sponsor);
}

static void
check_same(int32_t vault, const KnownMember *member, const PvEnrolment *enrolment, int64_t sponsor)
{
	if (member->merged_into != 0)
		pv_refuse_merged(vault, member->name, member->merged_into);
	if (is_same_sponsor(vault, member, sponsor) && member->merchant == enrolment->merchant &&
		pv_same_text(member->region, enrolment->region))
		return;
	ereport(ERROR, (pv_error(MEMBER_DIFFERS),
					errmsg("member \"%s\" is enrolled already, with another sponsor, region or "
						   "merchant mark",
						   enrolment->name)));
}

static int64_t *
draw_member_ids(int count)
{
	int64_t *ids = palloc(sizeof(int64_t) * Max(count, 1));
	Datum values[1] = {Int32GetDatum(count)};
	uint64 drawn;

	if (count == 0)
		return ids;
	pv_check_numbers();
	drawn = pv_run(&draw_ids, values, NULL, false);
	(void) drawn;
	PV_ASSERT(drawn == (uint64) count);
	for (int i = 0; i < count; i++)
		ids[i] = DatumGetInt64(pv_result_row(i).values[0]);
	return ids;
}

static int
count_unknown(HTAB *known, const PvEnrolment *list, int count)
{
	int unknown = 0;

	for (int i = 0; i < count; i++)
		unknown += hash_search(known, list[i].name, HASH_FIND, NULL) == NULL;
	return unknown;
}

/*
 * Finds or makes the member of each enrolment, in the order of the list, so
 * that a sponsor may stand in the same list before those it brings.  Returns
 * how many are to be inserted.
 */
static int
resolve(int32_t vault, HTAB *known, PvEnrolment *list, int count)
{
	int unknown = count_unknown(known, list, count);
	int64_t *ids = draw_member_ids(unknown);
	int added = 0;

	for (int i = 0; i < count; i++)
	{
		int64_t sponsor = sponsor_id(vault, known, &list[i]);
		bool found;
		KnownMember *member = hash_search(known, list[i].name, HASH_ENTER, &found);

		if (found)
			check_same(vault, member, &list[i], sponsor);
		else
		{
			PV_ASSERT(added < unknown);
			member->id = ids[added++];
			member->sponsor = sponsor;
			member->region = list[i].region;
			member->merchant = list[i].merchant;
			member->merged_into = 0;
			member->is_new = true;
		}
		list[i].id = member->id;
		CHECK_FOR_INTERRUPTS();
	}
	return added;
}

typedef struct NewMembers
{
	int32_t vault;
	HTAB *known;
	int count;
	uint64 digests; /* their sum */
} NewMembers;

static int
compare_names(const void *a, const void *b)
{
	return strcmp((*(const KnownMember *const *) a)->name, (*(const KnownMember *const *) b)->name);
}

/* The new members in the order of names, so that two callers cannot deadlock. */
static KnownMember **
sorted_new(const NewMembers *new)
{
	KnownMember **members = palloc(sizeof(KnownMember *) * new->count);
	HASH_SEQ_STATUS scan;
	KnownMember *member;
	int count = 0;

	hash_seq_init(&scan, new->known);
	while ((member = hash_seq_search(&scan)) != NULL)
		if (member->is_new)
			members[count++] = member;
	PV_ASSERT(count == new->count);
	qsort(members, count, sizeof(KnownMember *), compare_names);
	return members;
}

/* The digest of a new member is in `digests` too. */
static void
add_member_row(PvRows *rows, NewMembers *new, const KnownMember *member, TimestampTz now)
{
	PvMemberRow row = {.id = member->id,
					   .name = member->name,
					   .sponsor = member->sponsor,
					   .region = member->region,
					   .merchant = member->merchant,
					   .enrolled_at = now};
	int64_t digest = pv_member_digest(&row);
	Datum values[8] = {Int32GetDatum(new->vault),
					   Int64GetDatum(member->id),
					   CStringGetTextDatum(member->name),
					   Int64GetDatum(member->sponsor),
					   member->region ? CStringGetTextDatum(member->region) : (Datum) 0,
					   BoolGetDatum(member->merchant),
					   Int64GetDatum(digest),
					   TimestampTzGetDatum(now)};
	bool nulls[8] = {[3] = member->sponsor == 0, [4] = member->region == NULL};

	pv_add_row(rows, values, nulls, lengthof(values));
	new->digests += (uint64) digest;
}

/*
 * Inserts the new members, and their empty holdings once it is known that all of
 * them went in; false where somebody else enrolled one meanwhile.
 */
static bool
insert_new(void *arg)
{
	NewMembers *new = arg;
	PvRows members = {.table = &member_insert};
	PvRows holdings = {0};
	bool *is_new = palloc(sizeof(bool) * Max(new->count, 1));
	TimestampTz now = GetCurrentTimestamp();
	KnownMember **sorted;

	if (new->count == 0)
		return true;
	sorted = sorted_new(new);
	for (int i = 0; i < new->count; i++)
	{
		add_member_row(&members, new, sorted[i], now);
		pv_gather_empty_holding(&holdings, new->vault, sorted[i]->id);
	}
	if (pv_insert_new(&members, "vault, name", is_new) < new->count)
		return false;
	pv_write_rows((PvRows *[]){&holdings}, 1);
	return true;
}

/*
 * Inserts the new members of a list, or none of them where somebody else
 * enrolled one meanwhile, on whose number others of the list may hang.
 */
static bool
try_insert(NewMembers *new)
{
	bool all;
	ErrorData *error = pv_try(insert_new, new, &all);

	if (error)
		ReThrowError(error);
	return all;
}

/*
 * Enrolls the members of a list; those enrolled already, with the same
 * arguments, are left as they are.  Sets their ids and returns how many were
 * new.  Enrolling takes no lock that events wait for.
 */
int64_t
pv_members_add(int32_t vault, PvEnrolment *list, int count)
{
	for (int i = 0; i < count; i++)
		pv_check_not_erased_name(list[i].name);
	for (;;)
	{
		HTAB *known = read_known(vault, list, count);
		NewMembers new = {vault, known, resolve(vault, known, list, count), 0};

		if (count == 1 ? insert_new(&new) : try_insert(&new))
		{
			if (new.count > 0)
				pv_intake_note(vault, PV_INTAKE_ENROLLED, new.count, new.digests, NULL);
			return new.count;
		}
		/* somebody enrolled one of them meanwhile: look again */
		CHECK_FOR_INTERRUPTS();
	}
}
