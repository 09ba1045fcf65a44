/*
 * verify_intake.h
 *	  Orders that wait, and whether members and orders are those that came in and did
 *	  not go out again, see store_intake.c.
 */
#ifndef PV_AUDIT_VERIFY_INTAKE_H
#define PV_AUDIT_VERIFY_INTAKE_H

#include "base/compat.h"
#include "audit/verification.h"

extern void pv_verify_queue(PvVerify *verify);
extern void pv_verify_intake(PvVerify *verify);

#endif /* PV_AUDIT_VERIFY_INTAKE_H */
