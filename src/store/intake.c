/*
 * intake.c
 *	  What came into the tables of members and orders, and what went out.
 *
 * Enrolling and submitting take no lock that others wait for, so they cannot be
 * chained through a vault's last row as events are.  Instead each transaction that
 * changes rows of these tables notes by how much that moves the sum of their digests,
 * modulo 2^64.  Sums do not depend on any order, and a snapshot shows the rows and
 * the notes of the same transactions: so what verify() adds up on both sides agrees,
 * unless somebody changed a row, or a note, behind the vault's back.
 */
#include "store/intake.h"

#include "store/actor.h"
#include "store/write.h"

#include "common/hashfn.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

static PvTable note_insert = {PV_INSERT, "intake_data",
							  "vault, rows, change, digest, at, kind, actor, ref", "iillzstt"};

/* Of a text that may be missing. */
uint64
pv_hash_text(const char *text, uint64 seed)
{
	return text ? hash_bytes_extended((const unsigned char *) text, strlen(text), seed) : seed + 1;
}

/*
 * A hash of all that a note says.
 */
int64_t
pv_intake_digest(int32_t vault, const PvIntake *note)
{
	const int64_t fixed[] = {vault, note->kind, note->rows, note->change, note->at};
	uint64 hash = hash_bytes_extended((const unsigned char *) fixed, sizeof(fixed), 0);

	hash = pv_hash_text(note->actor, hash);
	return (int64_t) pv_hash_text(note->ref, hash);
}

/*
 * Notes a change of so many rows more (or less), by which the sum of the digests
 * moved.  `ref` names the order where it is about one that did not go its usual way.
 */
void
pv_intake_note(int32_t vault, PvIntakeKind kind, int32_t rows, uint64 change, const char *ref)
{
	PvIntake note = {.kind = kind,
					 .rows = rows,
					 .change = (int64_t) change,
					 .at = GetCurrentTimestamp(),
					 .actor = pv_actor(),
					 .ref = ref};
	Datum values[8] = {Int32GetDatum(vault),
					   Int32GetDatum(rows),
					   Int64GetDatum(note.change),
					   Int64GetDatum(pv_intake_digest(vault, &note)),
					   TimestampTzGetDatum(note.at),
					   Int16GetDatum(kind),
					   CStringGetTextDatum(note.actor),
					   ref ? CStringGetTextDatum(ref) : (Datum) 0};
	bool nulls[8] = {[7] = ref == NULL};
	PvRows set = {.table = &note_insert};

	pv_add_row(&set, values, nulls, lengthof(values));
	pv_write_rows((PvRows *[]){&set}, 1);
}
