/*
 * unit.h
 *	  The least a unit test needs: checks that print TAP.
 */
#ifndef PV_UNIT_H
#define PV_UNIT_H

#include <stdbool.h>

extern void check(bool ok, const char *what, const char *file, int line);

#define CHECK(condition) check(condition, #condition, __FILE__, __LINE__)

extern void test_fixed(void);
extern void test_decimal(void);
extern void test_growth(void);
extern void test_lots(void);
extern void test_exits(void);
extern void test_credits(void);
extern void test_cycle(void);
extern void test_policy(void);
extern void test_sale(void);
extern void test_operators(void);
extern void test_merge(void);
extern void test_commission(void);
extern void test_release(void);
extern void test_descent(void);
extern void test_outlook(void);
extern void test_trace(void);
extern void test_stock(void);
extern void test_items(void);
extern void test_legacy(void);
extern void test_exchange(void);
extern void test_merkle(void);
extern void test_sumtree(void);

/* The parties of an event in its initializer. */
#define OWN(whose) .parties = {(PvParty[2]){{.role = PV_OWN, .member = (whose)}}, 1, 2}
#define OWN_AND(whose, as, whom)                                  \
	.parties = {(PvParty[2]){{.role = PV_OWN, .member = (whose)}, \
							 {.role = (as), .member = (whom)}},   \
				2, 2}

#endif /* PV_UNIT_H */
