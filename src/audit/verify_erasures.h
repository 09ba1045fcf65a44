/*
 * verify_erasures.h
 *	  Rows of the journal whose texts were erased.
 */
#ifndef PV_AUDIT_VERIFY_ERASURES_H
#define PV_AUDIT_VERIFY_ERASURES_H

#include "base/compat.h"
#include "base/sha256.h"
#include "audit/verification.h"
#include "store/erasures.h"

/* What is kept of them, one ahead, while the journal is read. */
typedef struct PvErasures
{
	PvVerify *verify;
	PvSha *sha;
	PvStream rows;
	PvErasure at; /* the row that `rows` is at */
	HTAB *acts;
} PvErasures;

extern void pv_erasures_begin(PvErasures *erasures, PvVerify *verify);
extern const PvErasure *pv_erasures_take(PvErasures *erasures, const PvRow *journal,
										 const PvParty *moved, int nmoved);
extern void pv_erasures_compare(PvErasures *erasures, const PvRow *journal);
extern void pv_erasures_end(PvErasures *erasures);

#endif /* PV_AUDIT_VERIFY_ERASURES_H */
