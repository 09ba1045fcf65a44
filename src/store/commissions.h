/*
 * commissions.h
 *	  Commissions as they stand in a column of the journal (M1).
 */
#ifndef PV_STORE_COMMISSIONS_H
#define PV_STORE_COMMISSIONS_H

#include "base/compat.h"
#include "engine/event.h"
#include "store/plan.h"

extern Datum pv_commissions_array(const PvCommissions *commissions);
extern bool pv_commissions_read(const PvRow *row, int column, PvCommissions *commissions);

#endif /* PV_STORE_COMMISSIONS_H */
