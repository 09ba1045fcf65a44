/*
 * verify_liabilities.h
 *	  The check of verify(vault) that published balances are those that members had.
 */
#ifndef PV_AUDIT_VERIFY_LIABILITIES_H
#define PV_AUDIT_VERIFY_LIABILITIES_H

#include "base/compat.h"
#include "audit/verification.h"

extern void pv_verify_liabilities(PvVerify *verify);

#endif /* PV_AUDIT_VERIFY_LIABILITIES_H */
