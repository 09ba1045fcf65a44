/*
 * numbers.h
 *	  Numbers that sequences give to vaults, policies and members.
 */
#ifndef PV_STORE_NUMBERS_H
#define PV_STORE_NUMBERS_H

#include "base/compat.h"

extern void pv_check_numbers(void);

#endif /* PV_STORE_NUMBERS_H */
