/*
 * debtors.c
 *	  Who owes cash (G13), kept apart so that nobody has to look for them.
 *
 * An index on holdings that cash is part of would cost each of their updates; a row
 * here is written when a member's cash falls below 0, and when it comes back.
 */
#include "store/debtors.h"

static PvTable debtor_insert = {PV_INSERT, "debtor_data", "vault, member", "il", 0};

static PvTable debtor_delete = {PV_DELETE, "debtor_data", "vault, member", "il", 2};

/* What debtors are written with, empty. */
PvDebtorRows
pv_debtor_rows(void)
{
	return (PvDebtorRows){{.table = &debtor_delete}, {.table = &debtor_insert}};
}

/* Gathers a member that began to owe cash, or does so no more. */
void
pv_gather_debtor(PvDebtorRows *rows, const PvBook *book, const PvMember *member)
{
	Datum values[2] = {Int32GetDatum(book->vault), Int64GetDatum(member->id)};
	bool nulls[2] = {0};
	bool owes = member->has.cash < 0;

	if (owes != member->owed)
		pv_add_row(owes ? &rows->inserted : &rows->deleted, values, nulls, lengthof(values));
}
