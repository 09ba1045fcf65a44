/*
 * report.h
 *	  The report of verify(vault): what was looked at, and the first of each check that
 *	  failed.
 */
#ifndef PV_AUDIT_REPORT_H
#define PV_AUDIT_REPORT_H

#include "base/compat.h"

#include "datatype/timestamp.h"
#include "utils/tuplestore.h"

typedef enum PvCheckId
{
	PV_CHECK_SEQUENCE,
	PV_CHECK_DIGEST,
	PV_CHECK_DAYS,
	PV_CHECK_REFS,
	PV_CHECK_POLICIES,
	PV_CHECK_EVENTS,
	PV_CHECK_STATES,
	PV_CHECK_PRICE,
	PV_CHECK_POOL,
	PV_CHECK_ISSUED,
	PV_CHECK_COVERED,
	PV_CHECK_POSTINGS,
	PV_CHECK_CIRCULATING,
	PV_CHECK_CREDITS,
	PV_CHECK_CASH,
	PV_CHECK_DEBTS,
	PV_CHECK_REDEEMABLE,
	PV_CHECK_BALANCES,
	PV_CHECK_LOTS,
	PV_CHECK_EXITS,
	PV_CHECK_CLOSES,
	PV_CHECK_DIVIDENDS,
	PV_CHECK_CLASSES,
	PV_CHECK_TEAMS,
	PV_CHECK_PLANS,
	PV_CHECK_STOCK,
	PV_CHECK_ITEMS,
	PV_CHECK_PARTNERS,
	PV_CHECK_MEMBERS,
	PV_CHECK_VAULT,
	PV_CHECK_QUEUE,
	PV_CHECK_INTAKE,
	PV_CHECK_SEALED,
	PV_CHECK_PUBLISHED,
	PV_CHECK_COUNT
} PvCheckId;

/* The outcome of a check: how many things were looked at, and the first that failed. */
typedef struct PvCheck
{
	int64_t looked_at;
	int64_t failed;
	char *expected;
	char *found;
	char *detail;
} PvCheck;

/* The report of a vault while it is made. */
typedef struct PvReport
{
	int32_t vault;
	int64_t journal_rows;  /* there are */
	MemoryContext results; /* lives to the end */
	PvCheck checks[PV_CHECK_COUNT];
	TimestampTz noticed_at;
} PvReport;

extern void pv_checked(PvReport *report, PvCheckId check);
extern void pv_failed(PvReport *report, PvCheckId check, const char *detail, const char *expected,
					  const char *found);
extern void pv_compare(PvReport *report, PvCheckId check, const char *what, int64_t of,
					   int64_t expected, int64_t found, int scale);
extern void pv_fail_member(PvReport *report, PvCheckId check, int64_t member, const char *what,
						   const char *expected, const char *found);
extern void pv_compare_member(PvReport *report, PvCheckId check, int64_t member, const char *what,
							  int64_t of, int64_t expected, int64_t found, int scale);
extern void pv_verify_progress(PvReport *report, const char *what, int64_t done);
extern void pv_report_put(Tuplestorestate *store, TupleDesc desc, PvCheckId id,
						  const PvCheck *check);
extern ErrorData *pv_verify_try(bool (*body)(void *arg), void *arg);

#endif /* PV_AUDIT_REPORT_H */
