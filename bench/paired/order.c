/*
 * order.c
 *	  Orders at random: a buyer of the members m1, m2, ..., 1.00 to 1 000.00, and a
 *	  UUID as ref.
 */
#include "paired.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

/* splitmix64, which takes any start */
static uint64_t
next_random(uint64_t *random)
{
	uint64_t mixed = *random += UINT64_C(0x9e3779b97f4a7c15);

	mixed = (mixed ^ (mixed >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	mixed = (mixed ^ (mixed >> 27)) * UINT64_C(0x94d049bb133111eb);
	return mixed ^ (mixed >> 31);
}

/* Another one for each client of each run, as a ref must not come again. */
uint64_t
random_start(int number)
{
	struct timespec time;
	uint64_t random;

	clock_gettime(CLOCK_REALTIME, &time);
	random = (uint64_t) time.tv_sec * UINT64_C(1000000000) + time.tv_nsec;
	random = next_random(&random) ^ (uint64_t) getpid() << 32 ^ (uint64_t) number;
	return next_random(&random);
}

void
order_make(Order *order, uint64_t *random, const Variant *variant)
{
	uint64_t high = next_random(random);
	uint64_t low = next_random(random);
	long member = 1 + next_random(random) % variant->members;
	int cents = 100 + next_random(random) % 99901;
	const size_t room = sizeof(order->texts[0]);

	snprintf(order->texts[0], room, "%s", variant->vault);
	snprintf(order->texts[1], room, "m%ld", member);
	snprintf(order->texts[2], room, "%d.%02d", cents / 100, cents % 100);
	snprintf(order->texts[3], room, "%08x-%04x-4%03x-%04x-%012llx", (unsigned) (high >> 32),
			 (unsigned) (high >> 16) & 0xffff, (unsigned) high & 0xfff,
			 0x8000 | ((unsigned) (low >> 48) & 0x3fff),
			 (unsigned long long) (low & UINT64_C(0xffffffffffff)));
	snprintf(order->texts[4], room, "%ld", member);
	snprintf(order->texts[5], room, "%ld", variant->members);
	snprintf(order->texts[6], room, "%ld", variant->events);
	for (int i = 0; i < PARAMETERS; i++)
		order->values[i] = order->texts[i];
}
