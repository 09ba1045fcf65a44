/*
 * erasing.c
 *	  A member of whom nothing is left but numbers.
 *
 * What names a person, or may, goes: its name, in all tables; the texts of its own rows of
 * the journal, and of those in which it was the other one, who was paid, sold or took
 * over; and the salt that these texts are hashed with.  What the vault computes by stays.
 *
 * The journal refuses changes by a trigger, which the executor alone runs; this is the one
 * place that writes over rows of it.  The caller holds the lock of seals too: a leaf is made
 * of a text, or of what is kept of it, never of half of each.
 */
#include "store/erasing.h"

#include "base/pace.h"
#include "engine/kinds.h"
#include "store/book.h"
#include "store/erasures.h"
#include "store/job_log.h"
#include "store/journal.h"
#include "store/leaves.h"
#include "store/member_rows.h"
#include "store/queue_rows.h"
#include "store/stream.h"
#include "store/write.h"

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

#define ROWS_AT_ONCE 500

/* clang-format off */

/* Those that were not erased before; the roles are payee, heir and seller. */
static PvPlan rows_with_texts = {
	"SELECT " PV_JOURNAL(PV_FIRST_OF_J, PV_NEXT_OF_J) " "
	"FROM ("
		"SELECT seq FROM pointsvault.journal_data WHERE vault = $1 AND member = $2 "
		"UNION "
		"SELECT seq FROM pointsvault.movement_data WHERE vault = $1 AND member = $2 AND role IN (2, 3, 5)) o "
	"CROSS JOIN LATERAL ("
		"SELECT * FROM pointsvault.journal_data WHERE vault = $1 AND seq = o.seq OFFSET 0) j "
	"WHERE (j.region IS NOT NULL OR j.note IS NOT NULL OR j.meta IS NOT NULL) "
	"AND NOT EXISTS (SELECT FROM pointsvault.erasure_data e WHERE e.vault = $1 AND e.seq = j.seq) "
	"ORDER BY j.seq",
	"il", .how = PV_BY_KEY};

static PvPlan salt_of = {
	"SELECT salt FROM pointsvault.salt_data WHERE vault = $1 AND member = $2", "il", NULL};

static PvPlan make_salt = {
	"INSERT INTO pointsvault.salt_data (vault, member) VALUES ($1, $2) RETURNING salt", "il", NULL};

static PvPlan renew_salt = {
	"UPDATE pointsvault.salt_data SET salt = pg_catalog.gen_random_uuid() "
	"WHERE vault = $1 AND member = $2",
	"il", NULL};

static PvPlan last_balances = {
	"SELECT pg_catalog.max(number) FROM pointsvault.liability_data WHERE vault = $1", "i", NULL};

/* clang-format on */

static PvTable journal_update = {PV_UPDATE, "journal_data", "vault, seq, region, note, meta",
								 "ilttj", 2};

static PvTable erasure_insert = {PV_INSERT, "erasure_data", "vault, " PV_ERASURE_COLUMNS,
								 "illlyyy"};

typedef struct Erasing
{
	PvBook *book;
	PvSha *sha;
	PvErased erased;
	MemoryContext memory; /* of some rows */
	PvRows changed;
	PvRows kept;
	int64_t salted; /* the member that the salt is of, -1 = none */
	uint8 salt[PV_SALT_BYTES];
	TimestampTz told_at;
} Erasing;

/* The salt that texts of a row of a member are hashed with. */
static const uint8 *
find_salt(Erasing *erasing, int64_t member)
{
	Datum values[2] = {Int32GetDatum(erasing->book->vault), Int64GetDatum(member)};
	PvRow row;

	if (erasing->salted == member)
		return erasing->salt;
	if (pv_run(&salt_of, values, NULL, false) == 0)
		(void) pv_run(&make_salt, values, NULL, false);
	row = pv_result_row(0);
	memset(erasing->salt, 0, sizeof(erasing->salt));
	if (!row.nulls[0]) /* else of damaged data */
		memcpy(erasing->salt, DatumGetUUIDP(row.values[0])->data, UUID_LEN);
	erasing->salted = member;
	return erasing->salt;
}

/* Whether the vault goes by a text of a row. */
static bool
stays(const PvRow *row, int column)
{
	PvKind kind = (PvKind) DatumGetInt16(row->values[PV_JOURNAL_kind]);

	return (column == PV_JOURNAL_note && pv_keeps_note(kind)) ||
		   (column == PV_JOURNAL_region && pv_keeps_region(kind));
}

/* What is kept of the texts of a row, which then has them no more. */
static void
forget_texts(Erasing *erasing, PvRow *row, PvErasure *erasure)
{
	const uint8 *salt = find_salt(erasing, pv_row_int(row, PV_JOURNAL_member));

	for (int i = 0; i < PV_ERASABLE_COUNT; i++)
	{
		int column = PV_JOURNAL_region + i;

		memset(&erasure->hashes[i], 0, sizeof(PvHash));
		erasure->had[i] = !row->nulls[column];
		if (!erasure->had[i])
			continue;
		pv_hash_journal_text(erasing->sha, salt, row, column, &erasure->hashes[i]);
		row->nulls[column] = !stays(row, column);
		if (!row->nulls[column]) /* outlives what was fetched with it */
			row->values[column] = PointerGetDatum(PG_DETOAST_DATUM_COPY(row->values[column]));
	}
}

static Datum
hash_datum(const PvErasure *erasure, int i)
{
	bytea *bytes = palloc(VARHDRSZ + sizeof(PvHash));

	SET_VARSIZE(bytes, VARHDRSZ + sizeof(PvHash));
	memcpy(VARDATA(bytes), &erasure->hashes[i], sizeof(PvHash));
	return PointerGetDatum(bytes);
}

static void
add_kept(Erasing *erasing, const PvErasure *erasure)
{
	Datum values[4 + PV_ERASABLE_COUNT] = {Int32GetDatum(erasing->book->vault),
										   Int64GetDatum(erasure->seq),
										   Int64GetDatum(erasure->erased_by),
										   Int64GetDatum(erasure->digest)};
	bool nulls[4 + PV_ERASABLE_COUNT] = {false};

	for (int i = 0; i < PV_ERASABLE_COUNT; i++)
	{
		values[4 + i] = hash_datum(erasure, i);
		nulls[4 + i] = !erasure->had[i];
	}
	pv_add_row(&erasing->kept, values, nulls, lengthof(values));
}

static void
add_changed(Erasing *erasing, const PvRow *row)
{
	static const int columns[] = {PV_JOURNAL_vault, PV_JOURNAL_seq, PV_JOURNAL_region,
								  PV_JOURNAL_note, PV_JOURNAL_meta};
	Datum values[lengthof(columns)];
	bool nulls[lengthof(columns)];

	for (int i = 0; i < (int) lengthof(columns); i++)
	{
		values[i] = row->values[columns[i]];
		nulls[i] = row->nulls[columns[i]];
	}
	pv_add_row(&erasing->changed, values, nulls, lengthof(values));
}

static void
erase_row(Erasing *erasing, PvRow *row)
{
	int32_t vault = erasing->book->vault;
	PvErasure erasure = {.seq = pv_row_int(row, PV_JOURNAL_seq),
						 .erased_by = erasing->book->seq + 1};

	forget_texts(erasing, row, &erasure);
	erasure.digest =
		pv_erased_digest(row->values, row->nulls, pv_journal_movements_digest(vault, erasure.seq));
	pv_erased_add(&erasing->erased, erasing->sha, &erasure, row);
	add_kept(erasing, &erasure);
	add_changed(erasing, row);
}

static void
write_some(Erasing *erasing)
{
	pv_write_rows((PvRows *[]){&erasing->changed, &erasing->kept}, 2);
	MemoryContextReset(erasing->memory);
	CHECK_FOR_INTERRUPTS();
	if (pv_is_time_to_tell(&erasing->told_at))
		ereport(NOTICE, (errmsg("erase_member: vault %d, texts of " INT64_FORMAT " rows erased",
								erasing->book->vault, erasing->erased.rows)));
}

/* Of all rows of the journal that speak of the member. */
static void
erase_texts(Erasing *erasing, int64_t member)
{
	Datum values[2] = {Int32GetDatum(erasing->book->vault), Int64GetDatum(member)};
	MemoryContext caller = CurrentMemoryContext;
	PvStream rows;

	erasing->memory =
		AllocSetContextCreate(caller, "pointsvault erased rows", ALLOCSET_DEFAULT_SIZES);
	pv_stream_open_with(&rows, &rows_with_texts, values, false);
	for (pv_stream_next(&rows); !rows.ended; pv_stream_next(&rows))
	{
		MemoryContextSwitchTo(erasing->memory);
		erase_row(erasing, &rows.row);
		if (erasing->kept.count == ROWS_AT_ONCE)
			write_some(erasing);
		MemoryContextSwitchTo(caller);
	}
	MemoryContextSwitchTo(erasing->memory);
	write_some(erasing);
	MemoryContextSwitchTo(caller);
	pv_stream_close(&rows);
	MemoryContextDelete(erasing->memory);
}

static int64_t
last_published(int32_t vault)
{
	Datum values[1] = {Int32GetDatum(vault)};
	PvRow row;

	(void) pv_run(&last_balances, values, NULL, false);
	row = pv_result_row(0);
	return pv_row_int(&row, 0);
}

/*
 * Erases the member whom a book was opened for by its name, and notes it; returns the name
 * that its row has from then on.
 */
const char *
pv_erase(PvBook *book, const char *name)
{
	Erasing erasing = {.book = book,
					   .salted = -1,
					   .changed.table = &journal_update,
					   .kept.table = &erasure_insert,
					   .told_at = GetCurrentTimestamp()};
	PvEntry entry = {.kind = PV_KIND_ERASE_MEMBER, .member = book->member->id};
	Datum values[2] = {Int32GetDatum(book->vault), Int64GetDatum(entry.member)};
	const char *erased_name = pv_erased_name(entry.member);

	erasing.sha = pv_sha_open();
	erase_texts(&erasing, entry.member);
	pv_sha_close(erasing.sha);
	(void) pv_run(&renew_salt, values, NULL, false);
	pv_queue_erase(book->vault, name, erased_name);
	pv_job_rename(book->vault, name, erased_name);
	pv_member_erase(book->vault, entry.member);
	entry.note = pv_erased_note(&erasing.erased, last_published(book->vault));
	pv_book_note(book, &entry);
	pv_book_write(book);
	return erased_name;
}
