/*
 * trace.h
 *	  How the figures of an event came about, for those who ask why.
 *
 * A function that computes by a rule says so where it does: which rule, what it gives,
 * from which integers, and what came out.  An event that nobody asks about has no trace
 * and pays a branch for it.  The vault's own steps are of member 0.
 *
 *	  pv_step(event->trace, buyer->id, "G2", "points minted to the buyer",
 *			  pv_points(points), PV_FLOOR, PV_AMOUNT_AT(value, price));
 */
#ifndef PV_ENGINE_TRACE_H
#define PV_ENGINE_TRACE_H

#include <stdint.h>

typedef enum PvUnit
{
	PV_UNIT_NONE, /* there is no such term */
	PV_UNIT_AMOUNT,
	PV_UNIT_POINTS,
	PV_UNIT_RATE,
	PV_UNIT_SHARES,
	PV_UNIT_MEMBERS,
	PV_UNIT_DAYS,
	PV_UNIT_DATE, /* a business day by its number; what is given, never computed with */
	PV_UNIT_COUNT,
	PV_UNIT_ITEMS,
	PV_UNIT_PRICE /* shown rounded (U3) */
} PvUnit;

/* An integer and what it counts. */
typedef struct PvTerm
{
	int64_t value;
	PvUnit unit;
} PvTerm;

/* How the result comes of the terms; one that is none is left out. */
typedef enum PvForm
{
	PV_GIVEN,	   /* there is nothing to compute */
	PV_FLOOR,	   /* ⌊a × b ÷ c⌋ */
	PV_CEILING,	   /* ⌈a × b ÷ c⌉ */
	PV_SUM,		   /* a + b + c + d */
	PV_DIFFERENCE, /* a − b − c − d */
	PV_LEAST,	   /* the least of a, b */
	PV_AT_MOST,	   /* a ≤ b, or it would have been refused */
	PV_RATIO,	   /* a ÷ b, kept as such (U3) */
	PV_PART_FLOOR, /* ⌊a × c ÷ d⌋ − ⌊a × b ÷ d⌋: the part of a from b to c of d (G15) */
	PV_PART_CEILING, /* ⌈a × c ÷ d⌉ − ⌈a × b ÷ d⌉ */
	PV_CHANGE		 /* of a balance: a, which it was before, and b */
} PvForm;

#define PV_MAX_TERMS 4

typedef struct PvStep
{
	const char *rule; /* as MODEL numbers it */
	const char *what;
	int64_t member; /* whose it is, 0 = the vault's */
	PvTerm result;
	PvForm form;
	PvTerm terms[PV_MAX_TERMS];
} PvStep;

/* Any number of steps, in the order in which they were taken; all 0 is none. */
typedef struct PvTrace
{
	PvStep *steps;
	int count;
	int size;
} PvTrace;

#define PV_NO_TERM ((PvTerm){0, PV_UNIT_NONE})
#define PV_PRICE_TERM ((PvTerm){0, PV_UNIT_PRICE}) /* the result of a PV_RATIO: its terms */

static inline PvTerm
pv_amount(int64_t value)
{
	return (PvTerm){value, PV_UNIT_AMOUNT};
}

static inline PvTerm
pv_points(int64_t value)
{
	return (PvTerm){value, PV_UNIT_POINTS};
}

static inline PvTerm
pv_rate(int64_t value)
{
	return (PvTerm){value, PV_UNIT_RATE};
}

static inline PvTerm
pv_shares(int64_t value)
{
	return (PvTerm){value, PV_UNIT_SHARES};
}

static inline PvTerm
pv_items(int64_t value)
{
	return (PvTerm){value, PV_UNIT_ITEMS};
}

static inline PvTerm
pv_members(int64_t value)
{
	return (PvTerm){value, PV_UNIT_MEMBERS};
}

static inline PvTerm
pv_date(int64_t value)
{
	return (PvTerm){value, PV_UNIT_DATE};
}

static inline PvTerm
pv_days(int64_t value)
{
	return (PvTerm){value, PV_UNIT_DAYS};
}

extern void pv_trace_add(PvTrace *trace, PvStep step);

/* Adds a step to a trace, where there is one.  The terms come last, as many as there are. */
#define pv_step(trace, member, rule, what, result, form, ...)                               \
	do                                                                                      \
	{                                                                                       \
		if (trace)                                                                          \
			pv_trace_add(trace, (PvStep){rule, what, member, result, form, {__VA_ARGS__}}); \
	} while (0)

/* What no computation leads to: it is so by the policy, or because somebody said so. */
#define pv_given(trace, member, rule, what, result) \
	pv_step(trace, member, rule, what, result, PV_GIVEN, PV_NO_TERM)

#endif /* PV_ENGINE_TRACE_H */
