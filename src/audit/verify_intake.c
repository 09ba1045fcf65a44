/*
 * verify_intake.c
 *	  Orders that wait, and whether members and orders are those that came in and did
 *	  not go out again, see intake.c.
 */
#include "audit/verify_intake.h"

#include "audit/report.h"
#include "audit/stream.h"
#include "store/intake.h"
#include "store/plan.h"
#include "store/queue_rows.h"

#include "utils/memutils.h"

/* clang-format off */

static PvPlan queued_orders = {
	"SELECT " PV_QUEUE_COLUMNS " "
	"FROM pointsvault.queue_data "
	"WHERE vault = $1",
	"i", NULL};

static PvPlan notes = {
	"SELECT rows, change, digest, at, kind, actor, ref "
	"FROM pointsvault.intake_data "
	"WHERE vault = $1",
	"i", NULL};

/* clang-format on */

/* The columns of a queued order that always have a value. */
#define QUEUE_REQUIRED                                                                 \
	(PV_REQUIRE_FROM(PV_QUEUE_NUMBER, PV_QUEUE_AMOUNT) | PV_REQUIRE(PV_QUEUE_DUE_AT) | \
	 PV_REQUIRE(PV_QUEUE_ACTOR) | PV_REQUIRE_FROM(PV_QUEUE_DIGEST, PV_QUEUE_BEYOND_RATE))

enum
{
	NOTE_ROWS,
	NOTE_CHANGE,
	NOTE_DIGEST,
	NOTE_AT,
	NOTE_KIND,
	NOTE_ACTOR,
	NOTE_REF
};

/* For what a row takes while it is looked at. */
static MemoryContext
row_context(void)
{
	return AllocSetContextCreate(CurrentMemoryContext, "pointsvault verify row",
								 ALLOCSET_DEFAULT_SIZES);
}

static void
take_order(PvVerify *verify, const PvRow *row)
{
	PvQueued queued;

	pv_checked(&verify->report, PV_CHECK_QUEUE);
	pv_queue_read(verify->book->vault, row, &queued);
	if (queued.altered)
		pv_failed(&verify->report, PV_CHECK_QUEUE, psprintf("order \"%s\"", queued.order.ref),
				  "as it was submitted", "changed");
	verify->orders.rows++;
	verify->orders.digests += pv_queue_fingerprint(&queued);
}

/*
 * H1: orders that wait, or were set aside, which nobody but the vault may have
 * changed.
 */
void
pv_verify_queue(PvVerify *verify)
{
	MemoryContext row = row_context();
	PvStream rows;

	pv_stream_open(&rows, &queued_orders, verify->book->vault);
	pv_stream_require(&rows, &verify->report, PV_CHECK_QUEUE, QUEUE_REQUIRED);
	for (pv_stream_next(&rows); !rows.ended; pv_stream_next(&rows))
	{
		MemoryContext old = MemoryContextSwitchTo(row);

		take_order(verify, &rows.row);
		MemoryContextSwitchTo(old);
		MemoryContextReset(row);
		pv_verify_progress(&verify->report, "queued orders", rows.read);
	}
	pv_stream_close(&rows);
}

/* Adds up a note, after a look at its own digest. */
static void
take_note(PvVerify *verify, const PvRow *row, PvSum *members, PvSum *orders)
{
	PvIntake note = {.kind = DatumGetInt16(row->values[NOTE_KIND]),
					 .rows = DatumGetInt32(row->values[NOTE_ROWS]),
					 .change = pv_row_int(row, NOTE_CHANGE),
					 .at = pv_row_int(row, NOTE_AT),
					 .actor = pv_row_text(row, NOTE_ACTOR),
					 .ref = pv_row_text(row, NOTE_REF)};
	PvSum *sum = (int) note.kind < PV_INTAKE_SUBMITTED ? members : orders;

	pv_checked(&verify->report, PV_CHECK_INTAKE);
	pv_compare(&verify->report, PV_CHECK_INTAKE, "digest, note of kind", note.kind,
			   pv_intake_digest(verify->book->vault, &note), pv_row_int(row, NOTE_DIGEST), 0);
	sum->rows += note.rows;
	sum->digests += (uint64) note.change;
}

static void
compare_sum(PvVerify *verify, const char *what, const PvSum *expected, const PvSum *found)
{
	pv_compare(&verify->report, PV_CHECK_INTAKE, what, 0, expected->rows, found->rows, 0);
	if (expected->rows == found->rows && expected->digests != found->digests)
		pv_failed(&verify->report, PV_CHECK_INTAKE, what, "those that came in", "changed");
}

/*
 * Members and orders there are, which the passes before added up, against what came
 * in less what went out.
 */
void
pv_verify_intake(PvVerify *verify)
{
	PvSum members = {0};
	PvSum orders = {0};
	MemoryContext row = row_context();
	PvStream rows;

	pv_stream_open(&rows, &notes, verify->book->vault);
	pv_stream_require(&rows, &verify->report, PV_CHECK_INTAKE,
					  PV_REQUIRE_FROM(NOTE_ROWS, NOTE_ACTOR));
	for (pv_stream_next(&rows); !rows.ended; pv_stream_next(&rows))
	{
		MemoryContext old = MemoryContextSwitchTo(row);

		take_note(verify, &rows.row, &members, &orders);
		MemoryContextSwitchTo(old);
		MemoryContextReset(row);
		pv_verify_progress(&verify->report, "notes of members and orders", rows.read);
	}
	pv_stream_close(&rows);
	compare_sum(verify, "members", &members, &verify->members);
	compare_sum(verify, "queued orders", &orders, &verify->orders);
}
