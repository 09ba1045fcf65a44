/*
 * vault.h
 *	  The rows of vaults.
 */
#ifndef PV_STORE_VAULT_H
#define PV_STORE_VAULT_H

#include "base/compat.h"

#include "datatype/timestamp.h"
#include "pgtime.h"
#include "utils/jsonb.h"

pv_noreturn extern void pv_no_such_vault(int32_t vault);
extern pg_tz *pv_vault_timezone(int32_t vault, bool read_only);
extern const char *pv_vault_suspended(int32_t vault, bool read_only);
pv_noreturn extern void pv_report_suspended(int32_t vault);
extern void pv_vault_check_exists(int32_t vault, bool read_only);
extern void pv_vault_check_open(int32_t vault);
extern int64_t pv_vault_digest(int32_t vault, const char *name, const char *currency,
							   const char *timezone, TimestampTz created_at);
extern int32_t pv_vault_find_made(const char *name, const char *currency, const char *timezone,
								  Jsonb *document, bool *is_same);
extern int32_t pv_vault_find(const char *name);
extern bool pv_vault_importing(int32_t vault, bool read_only);
extern void pv_vault_suspend(int32_t vault, const char *reason);
extern bool pv_vault_has_lots(int32_t vault);
extern bool pv_vaults_exist(void);
extern int32_t *pv_vaults_at_work(int *count);
extern int32_t *pv_vaults_all(int *count);
extern void pv_vault_check_writable(void);
extern void pv_vault_lock(int32_t vault);
extern bool pv_vault_try_lock(int32_t vault);

#endif /* PV_STORE_VAULT_H */
