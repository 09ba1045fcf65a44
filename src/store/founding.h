/*
 * founding.h
 *	  A new vault: its row, its first policy, and the first row of its journal.
 */
#ifndef PV_STORE_FOUNDING_H
#define PV_STORE_FOUNDING_H

#include "base/compat.h"

#include "utils/jsonb.h"

extern int32_t pv_vault_add(const char *name, const char *currency, const char *timezone,
							Jsonb *document);

#endif /* PV_STORE_FOUNDING_H */
