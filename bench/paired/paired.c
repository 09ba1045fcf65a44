/*
 * paired.c
 *	  Calls measured beside each other: the variants take turns block by block, so
 *	  that whatever else the machine does falls on all of them alike, and a rate is
 *	  compared with its neighbours' of one round.
 *
 *	  paired [-b MS] [-c CLIENTS] [-f FIRST] [-r ROUNDS] [-w WARM] VARIANT...
 *
 *	  A block takes MS milliseconds; WARM rounds come before those that count, which
 *	  are numbered from FIRST.  A VARIANT is NAME|FILE|OPTION=VALUE|...: the file has
 *	  the statements of a call, which are prepared, with the parameters
 *
 *		$1 vault  $2 member  $3 amount  $4 ref  $5 number of the member  $6 members  $7 events
 *
 *	  of an order at random, and the options are
 *
 *		db       where to, as libpq takes it; else the environment says
 *		vault    by number, else 1
 *		members  to buy, else 100 000
 *		events   that a call counts for, else 1
 *		calls    that a client makes in a block, however long that takes
 *		set      NAME=VALUE, of a setting of the server that a reload changes
 *		before   SQL ahead of each block, not counted
 *		until    SQL that says whether all is done; the time until then is counted
 *
 *	  Says a line a block, tab-separated: name, round, events a second, p50, p95 and
 *	  p99 of a call, bytes of WAL an event, events, processor time of the backends an
 *	  event; times are in microseconds.  Processor time is Linux's, elsewhere it is 0.
 */
#include "paired.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

typedef struct Plan
{
	int block_ms;
	int clients;
	int first;
	int rounds;
	int warm;
	int count;
	Variant **variants;
} Plan;

static void
usage(void)
{
	fail("paired [-b MS] [-c CLIENTS] [-f FIRST] [-r ROUNDS] [-w WARM] VARIANT...");
}

static int
number(const char *text, int least, int most)
{
	char *end;
	long value = strtol(text, &end, 10);

	if (*end != '\0' || end == text || value < least || value > most)
		fail("%s is no number from %d to %d", text, least, most);
	return (int) value;
}

static void
read_options(Plan *plan, int argc, char **argv)
{
	int option;

	while ((option = getopt(argc, argv, "b:c:f:r:w:")) != -1)
	{
		switch (option)
		{
			case 'b':
				plan->block_ms = number(optarg, 0, 3600000);
				break;
			case 'c':
				plan->clients = number(optarg, 1, MOST_CLIENTS);
				break;
			case 'f':
				plan->first = number(optarg, 0, 1000000);
				break;
			case 'r':
				plan->rounds = number(optarg, 1, 1000000);
				break;
			case 'w':
				plan->warm = number(optarg, 0, 1000000);
				break;
			default:
				usage();
		}
	}
	plan->count = argc - optind;
	if (plan->count == 0)
		usage();
	plan->variants = must(calloc(plan->count, sizeof(Variant *)));
	for (int i = 0; i < plan->count; i++)
		plan->variants[i] = variant_read(argv[optind + i], plan->clients);
}

static void
tell(const Variant *variant, int round, const Sample *sample)
{
	printf("%s\t%d\t%.2f\t%.1f\t%.1f\t%.1f\t%.0f\t%ld\t%.2f\n", variant->name, round, sample->rate,
		   sample->p50, sample->p95, sample->p99, sample->wal, sample->events, sample->cpu);
	fflush(stdout);
}

/* There and back: none always follows the same one, or comes last. */
static const Variant *
in_turn(const Plan *plan, int round, int i)
{
	return plan->variants[round % 2 == 0 ? i : plan->count - 1 - i];
}

int
main(int argc, char **argv)
{
	Plan plan = {.block_ms = 100, .clients = 1, .first = 1, .rounds = 30, .warm = 2};
	Crew *crew;

	read_options(&plan, argc, argv);
	crew = crew_start(plan.clients);
	for (int round = 0; round < plan.warm + plan.rounds; round++)
	{
		for (int i = 0; i < plan.count; i++)
		{
			const Variant *variant = in_turn(&plan, round, i);
			Sample sample;

			variant_prepare(variant);
			sample = crew_run(crew, variant, plan.block_ms * 1e-3);
			if (round >= plan.warm)
				tell(variant, plan.first + round - plan.warm, &sample);
		}
	}
	crew_stop(crew);
	for (int i = 0; i < plan.count; i++)
		variant_finish(plan.variants[i]);
	return 0;
}
