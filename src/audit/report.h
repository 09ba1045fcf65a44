/*
 * report.h
 *	  The report of verify(vault): what was looked at, and the first of each check that
 *	  failed.
 */
#ifndef PV_AUDIT_REPORT_H
#define PV_AUDIT_REPORT_H

#include "base/compat.h"

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
	PV_CHECK_REDEEMABLE,
	PV_CHECK_BALANCES,
	PV_CHECK_LOTS,
	PV_CHECK_EXITS,
	PV_CHECK_CLOSES,
	PV_CHECK_DIVIDENDS,
	PV_CHECK_CLASSES,
	PV_CHECK_MEMBERS,
	PV_CHECK_VAULT,
	PV_CHECK_QUEUE,
	PV_CHECK_INTAKE,
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

/* verification.h */
typedef struct PvVerify PvVerify;

extern void pv_checked(PvVerify *verify, PvCheckId check);
extern void pv_failed(PvVerify *verify, PvCheckId check, const char *detail, const char *expected,
					  const char *found);
extern void pv_compare(PvVerify *verify, PvCheckId check, const char *what, int64_t of,
					   int64_t expected, int64_t found, int scale);
extern void pv_fail_member(PvVerify *verify, PvCheckId check, int64_t member, const char *what,
						   const char *expected, const char *found);
extern void pv_compare_member(PvVerify *verify, PvCheckId check, int64_t member, const char *what,
							  int64_t of, int64_t expected, int64_t found, int scale);
extern void pv_verify_progress(PvVerify *verify, const char *what, int64_t done);
extern void pv_report_put(Tuplestorestate *store, TupleDesc desc, PvCheckId id,
						  const PvCheck *check);
extern ErrorData *pv_verify_try(bool (*body)(void *arg), void *arg);

#endif /* PV_AUDIT_REPORT_H */
