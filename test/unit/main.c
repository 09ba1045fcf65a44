#include "unit.h"

#include "engine/memory.h"

#include <stdio.h>
#include <stdlib.h>

static int checks;
static int failures;

void
check(bool ok, const char *what, const char *file, int line)
{
	checks++;
	if (ok)
		return;
	failures++;
	printf("# %s:%d: %s\n", file, line, what);
}

void *
pv_realloc(void *memory, size_t size)
{
	return realloc(memory, size);
}

void
pv_free(void *memory)
{
	free(memory);
}

static void
run(int number, const char *name, void (*test)(void))
{
	int before = failures;

	test();
	printf("%s %d - %s\n", failures == before ? "ok" : "not ok", number, name);
}

int
main(void)
{
	printf("1..22\n");
	run(1, "fixed-point arithmetic", test_fixed);
	run(2, "decimal text", test_decimal);
	run(3, "growth events", test_growth);
	run(4, "lots", test_lots);
	run(5, "exits", test_exits);
	run(6, "credits, grants and refunds", test_credits);
	run(7, "quota, shares and closes", test_cycle);
	run(8, "sections together in a sale", test_sale);
	run(9, "the table of policy keys", test_policy);
	run(10, "limits of operators", test_operators);
	run(11, "members merged", test_merge);
	run(12, "commissions and the shareholder pool", test_commission);
	run(13, "release plans and the tree of sponsors", test_release);
	run(14, "lines of members", test_descent);
	run(15, "how far turnover must grow", test_outlook);
	run(16, "what is told of an event", test_trace);
	run(17, "shares of the company", test_stock);
	run(18, "collectibles", test_items);
	run(19, "old debts", test_legacy);
	run(20, "custody of an exchange, partners and prizes", test_exchange);
	run(21, "the tree of the log", test_merkle);
	run(22, "the tree of what members have", test_sumtree);
	printf("# %d checks, %d failed\n", checks, failures);
	return failures > 0;
}
