/*
 * timezone.h
 *	  Which time zones a vault may be made with (U5).
 */
#ifndef PV_SURFACE_TIMEZONE_H
#define PV_SURFACE_TIMEZONE_H

#include "base/compat.h"

extern void pv_check_timezone(const char *timezone);

#endif /* PV_SURFACE_TIMEZONE_H */
