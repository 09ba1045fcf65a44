/*
 * verify_policies.h
 *	  Policies as they are stored, which verify(vault) goes by: what the backend
 *	  remembers of them may be newer, or gone.
 */
#ifndef PV_AUDIT_VERIFY_POLICIES_H
#define PV_AUDIT_VERIFY_POLICIES_H

#include "base/compat.h"
#include "audit/verification.h"
#include "engine/policy.h"

extern void pv_verify_policies(PvVerify *verify);
extern bool pv_verify_policy(const PvVerify *verify, int32_t serial, PvPolicy *policy);
extern bool pv_is_policy_of(const PvVerify *verify, int32_t serial, int64_t seq);

#endif /* PV_AUDIT_VERIFY_POLICIES_H */
