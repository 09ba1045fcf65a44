/*
 * verify_line.h
 *	  Who stands below whom (M2).
 */
#ifndef PV_AUDIT_VERIFY_LINE_H
#define PV_AUDIT_VERIFY_LINE_H

#include "base/compat.h"
#include "audit/verification.h"

extern void pv_verify_line(PvVerify *verify);

#endif /* PV_AUDIT_VERIFY_LINE_H */
