/*
 * grants.h
 *	  Which role has which profile on which vault.
 */
#ifndef PV_STORE_GRANTS_H
#define PV_STORE_GRANTS_H

#include "base/compat.h"

/* A profile of functions and views that a role has, on one vault or on all. */
typedef struct PvGrant
{
	Oid role;
	const char *profile;
	bool all_vaults;
	int32_t vault; /* unless on all */
} PvGrant;

extern Oid pv_grants_table(void);
extern PvGrant *pv_grants_on_vault(int32_t vault, bool read_only, int *count);
extern PvGrant *pv_grants_of_role(Oid role, int *count);
extern void pv_grants_lock(void);
extern bool pv_grant_add(const PvGrant *grant);
extern bool pv_grant_remove(const PvGrant *grant);

#endif /* PV_STORE_GRANTS_H */
