/*
 * exits.h
 *	  Which forced exit comes next (G6), without looking at every lot.
 *
 * Exits go in the order of their exit price.  On the basis of orders that
 * price is fixed when the lot is minted.  On the basis of members it is
 * limit / points and moves with every event of the member, so what is kept in
 * order is only a lower bound of it, the member's exit floor: a purchase, whose
 * lot nearly always has a higher exit price than the older ones, leaves it
 * alone; it is lowered when the exit price falls below it, and raised to the
 * exit price once the vault's price has reached it.
 */
#ifndef PV_EXITS_H
#define PV_EXITS_H

#include "engine/event.h"

/* A lot (basis order) or a member (basis member) that may be due. */
typedef struct PvExitCandidate
{
	PvPrice price; /* exact for a lot, a lower bound for a member */
	int64_t order; /* among equal prices: the lot's seq, the member's id */
	PvMember *member;
	int64_t lot_seq; /* 0 on the basis of members */
} PvExitCandidate;

/*
 * Candidates in memory, lowest first, and how far the stored ones have been
 * loaded: all at or below the frontier are in the heap, or have been.
 */
typedef struct PvExitQueue
{
	PvExitCandidate *heap;
	int count;
	int size;
	bool exhausted; /* no stored candidate is left beyond the frontier */
	PvPrice frontier;
	int64_t frontier_order;
} PvExitQueue;

/* Loads the next stored candidates beyond the frontier and moves it on. */
typedef void (*PvExitRefill)(PvExitQueue *queue, void *arg);

extern void pv_watch_member(PvMember *member);
extern void pv_exit_push_new(PvExitQueue *queue, PvMember *member, int64_t seq);
extern bool pv_exit_floor(const PvExitQueue *queue, PvPrice *floor);
extern PvEvent pv_exit_event(const PvExitCandidate *due, PvParty *party);
extern bool pv_exit_next(PvExitQueue *queue, const PvVault *vault, PvExitRefill refill, void *arg,
						 PvExitCandidate *next);

#endif /* PV_EXITS_H */
