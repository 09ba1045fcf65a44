/*
 * early.h
 *	  The lock of a vault released before the log is flushed.
 */
#ifndef PV_STORE_EARLY_H
#define PV_STORE_EARLY_H

#include "base/compat.h"

#include "access/xact.h"

extern void pv_early_init(void);
extern void pv_early_on_transaction(XactEvent event);
extern void pv_early_locked(void);
extern void pv_early_rest_on_log(void);
extern void pv_early_tell(void);
extern void pv_early_flush(void);

#endif /* PV_STORE_EARLY_H */
