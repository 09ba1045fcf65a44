/*
 * verify_members.h
 *	  The second pass of verify(vault): balances, lots and exits of each member,
 *	  rebuilt from what the events brought it.
 */
#ifndef PV_AUDIT_VERIFY_MEMBERS_H
#define PV_AUDIT_VERIFY_MEMBERS_H

#include "base/compat.h"
#include "audit/verification.h"

extern void pv_verify_members(PvVerify *verify);

#endif /* PV_AUDIT_VERIFY_MEMBERS_H */
