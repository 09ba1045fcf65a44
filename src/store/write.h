/*
 * write.h
 *	  Rows gathered written to their tables, without SQL.
 */
#ifndef PV_STORE_WRITE_H
#define PV_STORE_WRITE_H

#include "base/compat.h"
#include "store/table.h"

extern void pv_write_rows(PvRows **sets, int count);
extern int pv_insert_new(PvRows *rows, const char *key, bool *is_new);

#endif /* PV_STORE_WRITE_H */
