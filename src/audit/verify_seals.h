/*
 * verify_seals.h
 *	  The check of verify(vault) that what is sealed is as it was sealed.
 */
#ifndef PV_AUDIT_VERIFY_SEALS_H
#define PV_AUDIT_VERIFY_SEALS_H

#include "audit/verification.h"

extern void pv_verify_seals(PvVerify *verify);

#endif /* PV_AUDIT_VERIFY_SEALS_H */
