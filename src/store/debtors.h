/*
 * debtors.h
 *	  Who owes cash (G13), kept apart so that nobody has to look for them.
 */
#ifndef PV_STORE_DEBTORS_H
#define PV_STORE_DEBTORS_H

#include "base/compat.h"
#include "engine/event.h"
#include "store/state.h"
#include "store/table.h"

typedef struct PvDebtorRows
{
	PvRows deleted;
	PvRows inserted;
} PvDebtorRows;

extern PvDebtorRows pv_debtor_rows(void);
extern void pv_gather_debtor(PvDebtorRows *rows, const PvBook *book, const PvMember *member);

#endif /* PV_STORE_DEBTORS_H */
