/*
 * early.c
 *	  The lock of a vault released before the log is flushed, so that one flush
 *	  serves many events of one vault.
 *
 * What is promised: nobody is told of an event, a replay or a receipt before it, and
 * all it rests on, is as durable as the teller's synchronous_commit asks for, where
 * need be on the synchronous standbys.  What is not: that what a query shows of
 * others outlives a crash of this moment.  Who acts on a query outside of the database
 * calls pointsvault.flush() before.
 *
 * How.  A transaction that locked a vault and wrote (arm) has synchronous_commit off
 * for the server while it commits.  So the commit record goes into the log and
 * nobody waits for it; others see the transaction, and its locks are released.  When
 * they are gone (at_release) the log is flushed up to that record, and standbys are
 * waited for, as the session had asked.  The client's answer comes after.
 *
 * Why that is right:
 *
 * - Whoever sees what we wrote, does so after our commit record is in the log.  So
 *   his own is behind ours, and log is flushed, sent and kept by prefix: his is not
 *   durable before ours is.  That holds of any transaction that writes, of this
 *   extension or not, prepared ones too.
 * - Who tells without writing flushes the log as far as it goes once he has looked:
 *   at the end of the transaction where the answer is that of a write (it locked a
 *   vault, or pv_early_rest_on_log), or at once where it is that of a read, which
 *   counts though its transaction fail (pv_early_tell).
 * - A crash before the flush takes us back, and with us all who saw us: they are
 *   behind us in the log.  Nobody was told.
 * - For the rest the server treats us as any transaction with synchronous_commit off:
 *   hint bits and pages of pg_xact wait for the flush, and a checkpoint does not fall
 *   between commit record and pg_xact.
 *
 * Not armed is a transaction
 *
 * - under remote_apply: its commit record asks standbys to say when they have
 *   applied it, and would not with the setting off;
 * - with early_release = local where standbys are waited for: one that hangs would
 *   let readers run ahead of it without limit;
 * - with Citus, which ends transactions of other servers by what it thinks is a
 *   durable commit here, in XACT_EVENT_COMMIT;
 * - without a commit record: nothing to wait for;
 * - that prepares: PREPARE and COMMIT PREPARED flush by themselves, lock in hand.
 *
 * The setting is the C variable alone, so that the assign hook keeps what standbys
 * are to be waited for.  It is put back in XACT_EVENT_COMMIT, before anything
 * reads it, and in XACT_EVENT_ABORT, where something else failed to commit; both
 * come before SET LOCAL is undone.
 *
 * It works by the order of CommitTransaction(): PRE_COMMIT, commit record, others see
 * it, COMMIT, locks, AFTER_LOCKS.  Callbacks run newest first, so who books in
 * PRE_COMMIT registers after pv_early_init().
 */
#include "store/early.h"

#include "base/tokens.h"

#include "access/transam.h"
#include "access/xact.h"
#include "access/xlog.h"
#include "access/xlog_internal.h"
#include "access/xloginsert.h"
#include "catalog/pg_control.h"
#include "miscadmin.h"
#include "nodes/pg_list.h"
#include "replication/syncrep.h"
#include "replication/walsender.h"
#include "replication/walsender_private.h"
#include "storage/lwlock.h"
#include "utils/guc.h"
#include "utils/resowner.h"
#include "utils/varlena.h"

typedef enum EarlyRelease
{
	EARLY_OFF,
	EARLY_LOCAL, /* where no standby is waited for */
	EARLY_ON
} EarlyRelease;

/* clang-format off */

static const struct config_enum_entry release_options[] = {
	{"off", EARLY_OFF, false},
	{"local", EARLY_LOCAL, false},
	{"on", EARLY_ON, false},
	{NULL, 0, false}};

/* clang-format on */

static int early_release = EARLY_LOCAL;

static bool has_citus;

/* Of the transaction at hand; all is as here again when it has ended. */
static bool locked;			/* it locked a vault, even if a savepoint gave that back */
static bool rests;			/* its answer counts when it has committed */
static bool armed;			/* the server is not to flush */
static int asked;			/* synchronous_commit while armed */
static XLogRecPtr rests_on; /* what its answer is of, where it wrote nothing */
static XLogRecPtr flush_to; /* what is left to do when locks are gone */

/*
 * Where the log ends.  The server names the place of the next record instead: at the
 * start of a page that is behind the page's header, which is not there to be flushed.
 */
static XLogRecPtr
end_of_log(void)
{
	XLogRecPtr lsn = GetXLogInsertRecPtr();

	if (XLogSegmentOffset(lsn, wal_segment_size) == SizeOfXLogLongPHD)
		return lsn - SizeOfXLogLongPHD;
	if (lsn % XLOG_BLCKSZ == SizeOfXLogShortPHD)
		return lsn - SizeOfXLogShortPHD;
	return lsn;
}

/* Whether a commit would wait for standbys. */
static bool
waits_for_standbys(void)
{
	return SyncRepRequested() &&
		   (pv_sync_standbys_defined() || (SyncRepStandbyNames && *SyncRepStandbyNames));
}

/*
 * All that is in the log by now, to be flushed, and waited for on standbys.  The server
 * takes those who wait to have places of their own there, as commits have; so where
 * it may come to that, a record that says nothing makes one.
 */
static XLogRecPtr
all_in_log(void)
{
	int nothing = 0;

	if (!waits_for_standbys())
		return end_of_log();
	XLogBeginInsert();
	XLogRegisterData((char *) &nothing, sizeof(nothing));
	return XLogInsert(RM_XLOG_ID, XLOG_NOOP);
}

static bool
may_release(void)
{
	if (early_release == EARLY_OFF || has_citus)
		return false;
	if (synchronous_commit >= SYNCHRONOUS_COMMIT_REMOTE_APPLY)
		return false;
	return early_release == EARLY_ON || !waits_for_standbys();
}

/*
 * Before the commit.  One that writes is waited for by the server, and rests on
 * nothing that is not before it in the log.
 */
static void
arm(void)
{
	bool writes =
		TransactionIdIsValid(GetTopTransactionIdIfAny()) && !XLogRecPtrIsInvalid(XactLastRecEnd);

	if (!rests || synchronous_commit <= SYNCHRONOUS_COMMIT_OFF)
		return;
	if (!writes)
		rests_on = all_in_log();
	else if (locked && may_release())
	{
		asked = synchronous_commit;
		armed = true;
		synchronous_commit = SYNCHRONOUS_COMMIT_OFF;
	}
}

static void
disarm(bool committed)
{
	if (committed)
		flush_to = armed ? XactLastCommitEnd : rests_on;
	if (armed)
		synchronous_commit = asked;
	armed = locked = rests = false;
	rests_on = InvalidXLogRecPtr;
}

/*
 * To be called of each transaction, at PRE_COMMIT after all that it books: what comes
 * later might lock a vault that is not seen here any more.
 */
void
pv_early_on_transaction(XactEvent event)
{
	switch (event)
	{
		case XACT_EVENT_PRE_COMMIT:
			arm();
			break;
		case XACT_EVENT_COMMIT:
			disarm(true);
			break;
		case XACT_EVENT_ABORT:
		case XACT_EVENT_PREPARE:
			disarm(false);
			break;
		default:
			break;
	}
}

/*
 * Called for each resource owner of each transaction, interrupts held.  The first of
 * a top level comes when all locks are gone.  It is too late for an error, as it is
 * in a commit that flushes by itself: the server goes down instead.
 */
static void
at_release(ResourceReleasePhase phase, bool is_commit, bool is_top_level, void *arg)
{
	XLogRecPtr lsn = flush_to;

	(void) arg;
	if (XLogRecPtrIsInvalid(lsn) || phase != RESOURCE_RELEASE_AFTER_LOCKS || !is_top_level)
		return;
	flush_to = InvalidXLogRecPtr;
	if (!is_commit)
		return;
	START_CRIT_SECTION();
	XLogFlush(lsn);
	END_CRIT_SECTION();
	/* no commit as for remote_apply: standbys say at once how far they wrote and flushed */
	SyncRepWaitForLSN(lsn, false);
}

/*
 * The transaction at hand has locked a vault: it may release it early, and what it
 * answers is told when it has committed.
 */
void
pv_early_locked(void)
{
	locked = true;
	pv_early_rest_on_log();
}

/*
 * What the transaction at hand found and answers is told when it has committed,
 * maybe without a write: such as a ref that is queued already.
 */
void
pv_early_rest_on_log(void)
{
	rests = !RecoveryInProgress();
}

/* Whether standbys lack what they were waited for: somebody cancelled the wait. */
static bool
is_missing_on_standbys(XLogRecPtr lsn)
{
	int mode = synchronous_commit == SYNCHRONOUS_COMMIT_REMOTE_WRITE ? SYNC_REP_WAIT_WRITE
																	 : SYNC_REP_WAIT_FLUSH;
	bool missing;

	if (!SyncRepRequested())
		return false;
	LWLockAcquire(SyncRepLock, LW_SHARED);
	missing = pv_sync_standbys_defined() && WalSndCtl->lsn[mode] < lsn;
	LWLockRelease(SyncRepLock);
	return missing;
}

/*
 * Returns when all that anybody can see by now is durable: here, and on the standbys
 * that synchronous_commit asks for, to whom under remote_apply it need not be visible.
 */
void
pv_early_flush(void)
{
	XLogRecPtr lsn;

	if (RecoveryInProgress())
		return; /* a standby shows nothing that was not flushed where it came from */
	lsn = all_in_log();
	XLogFlush(lsn);
	HOLD_INTERRUPTS();
	SyncRepWaitForLSN(lsn, false);
	RESUME_INTERRUPTS();
	CHECK_FOR_INTERRUPTS();
	if (is_missing_on_standbys(lsn))
		ereport(ERROR, (pv_error(NOT_REPLICATED),
						errmsg("canceling wait for synchronous standbys due to user request"),
						errdetail("What was asked for is booked on this server, and may not be on "
								  "a standby."),
						errhint("Ask again when a synchronous standby is connected.")));
}

/*
 * What was found is about to be told by a read, or by an error: it is made as
 * durable first as the session asks of its own events.
 */
void
pv_early_tell(void)
{
	if (synchronous_commit > SYNCHRONOUS_COMMIT_OFF)
		pv_early_flush();
}

/* Whether a library of that name, or of one that begins so, is preloaded. */
static bool
is_preloaded(const char *name)
{
	List *libraries = NIL;
	ListCell *cell;

	if (!shared_preload_libraries_string ||
		!SplitDirectoriesString(pstrdup(shared_preload_libraries_string), ',', &libraries))
		return false;
	foreach (cell, libraries)
	{
		const char *path = lfirst(cell);
		const char *slash = strrchr(path, '/');

		if (strncmp(slash ? slash + 1 : path, name, strlen(name)) == 0)
			return true;
	}
	return false;
}

/*
 * Called as the library is loaded, before the prefix of settings is reserved.
 */
void
pv_early_init(void)
{
	DefineCustomEnumVariable("pointsvault.early_release",
							 "Releases the lock of a vault before the log is flushed.",
							 "local: unless synchronous standbys are waited for.", &early_release,
							 EARLY_LOCAL, release_options, PGC_SIGHUP, 0, NULL, NULL, NULL);
	has_citus = is_preloaded("citus"); /* which refuses to be loaded later */
	RegisterResourceReleaseCallback(at_release, NULL);
}
