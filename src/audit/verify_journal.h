/*
 * verify_journal.h
 *	  The first pass of verify(vault): the journal, row by row.
 */
#ifndef PV_AUDIT_VERIFY_JOURNAL_H
#define PV_AUDIT_VERIFY_JOURNAL_H

#include "base/compat.h"
#include "audit/verification.h"

extern void pv_verify_journal(PvVerify *verify);

#endif /* PV_AUDIT_VERIFY_JOURNAL_H */
