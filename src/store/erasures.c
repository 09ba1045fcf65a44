/*
 * erasures.c
 *	  What is kept of texts that were erased from rows of the journal.
 *
 * Of a text its hash stays, as it stands in the leaf, so that the leaf can be made again.
 * The digest that the row was booked with cannot be: the chain goes on from it, and another
 * one is of the row as it is since.  The journal row of the erasure has a hash over all of
 * that, and is a leaf itself, so that nobody can say of a text later that it was erased.
 */
#include "store/erasures.h"

#include "engine/leaf.h"
#include "store/journal.h"

#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

#define BALANCES_MARK "published balances up to "

/* clang-format off */

static PvPlan erasure_of = {
	"SELECT " PV_ERASURE_COLUMNS " "
	"FROM pointsvault.erasure_data "
	"WHERE vault = $1 AND seq = $2",
	"il", NULL};

/* clang-format on */

enum
{
	ERASURE_SEQ,
	ERASURE_BY,
	ERASURE_DIGEST,
	ERASURE_HASHES
};

/* From a row of PV_ERASURE_COLUMNS. */
void
pv_erasure_read(const PvRow *row, PvErasure *erasure)
{
	erasure->seq = pv_row_int(row, ERASURE_SEQ);
	erasure->erased_by = pv_row_int(row, ERASURE_BY);
	erasure->digest = pv_row_int(row, ERASURE_DIGEST);
	for (int i = 0; i < PV_ERASABLE_COUNT; i++)
	{
		bytea *hash = row->nulls[ERASURE_HASHES + i]
						  ? NULL
						  : DatumGetByteaPP(row->values[ERASURE_HASHES + i]);

		memset(&erasure->hashes[i], 0, sizeof(PvHash));
		erasure->had[i] = hash != NULL;
		if (hash && VARSIZE_ANY_EXHDR(hash) == sizeof(PvHash)) /* else of damaged data */
			memcpy(&erasure->hashes[i], VARDATA_ANY(hash), sizeof(PvHash));
	}
}

/* Whether a row had a text, in a column of the journal, when its texts were erased. */
bool
pv_was_erased(int32_t vault, int64_t seq, int column)
{
	Datum values[2] = {Int32GetDatum(vault), Int64GetDatum(seq)};
	PvErasure erasure;
	PvRow row;

	if (pv_is_release_0_1() || pv_run(&erasure_of, values, NULL, false) == 0)
		return false;
	row = pv_result_row(0);
	pv_erasure_read(&row, &erasure);
	return erasure.had[column - PV_JOURNAL_region];
}

/* Of a row of the journal as it is since, which goes on from the digest it was booked with. */
int64_t
pv_erased_digest(const Datum *values, const bool *nulls, int64_t movements)
{
	return pv_journal_digest(values, nulls, movements,
							 nulls[PV_JOURNAL_digest] ? 0
													  : DatumGetInt64(values[PV_JOURNAL_digest]));
}

/* A text that stayed: that there is one, and its hash. */
static void
append_text(StringInfo data, PvSha *sha, const PvRow *journal, int column)
{
	PvHash hash;
	char *said;

	appendStringInfoChar(data, journal->nulls[column] ? 0 : 1);
	if (journal->nulls[column])
		return;
	said = pv_journal_table.types[column] == 'j'
			   ? DatumGetCString(DirectFunctionCall1(jsonb_out, journal->values[column]))
			   : TextDatumGetCString(journal->values[column]);
	pv_sha256(sha, (const uint8 *) said, strlen(said), hash.bytes);
	appendBinaryStringInfo(data, (const char *) hash.bytes, sizeof(hash.bytes));
}

static void
append_number(StringInfo data, int64_t number)
{
	uint8 bytes[8];

	pv_put_int64(bytes, number);
	appendBinaryStringInfo(data, (const char *) bytes, sizeof(bytes));
}

/* Adds a row to those that an erasure changed: what is kept of it, and the texts that stayed. */
void
pv_erased_add(PvErased *erased, PvSha *sha, const PvErasure *erasure, const PvRow *journal)
{
	StringInfoData data;

	initStringInfo(&data);
	appendBinaryStringInfo(&data, (const char *) erased->hash.bytes, sizeof(PvHash));
	append_number(&data, erasure->seq);
	append_number(&data, erasure->digest);
	for (int i = 0; i < PV_ERASABLE_COUNT; i++)
	{
		appendStringInfoChar(&data, erasure->had[i] ? 1 : 0);
		appendBinaryStringInfo(&data, (const char *) erasure->hashes[i].bytes, sizeof(PvHash));
		append_text(&data, sha, journal, PV_JOURNAL_region + i);
	}
	pv_sha256(sha, (const uint8 *) data.data, data.len, erased->hash.bytes);
	erased->rows++;
	pfree(data.data);
}

/* The note of the journal row that says so; balances: the number of those published last. */
char *
pv_erased_note(const PvErased *erased, int64_t balances)
{
	StringInfoData note;

	initStringInfo(&note);
	appendStringInfo(&note, "texts of " INT64_FORMAT " rows, " BALANCES_MARK INT64_FORMAT ", ",
					 erased->rows, balances);
	for (int i = 0; i < (int) sizeof(PvHash); i++)
		appendStringInfo(&note, "%02x", erased->hash.bytes[i]);
	return note.data;
}

/* The number of the balances published last, by such a note; of damaged data 0. */
int64_t
pv_erased_balances(const char *note)
{
	const char *at = note ? strstr(note, BALANCES_MARK) : NULL;

	return at ? strtoll(at + strlen(BALANCES_MARK), NULL, 10) : 0;
}
