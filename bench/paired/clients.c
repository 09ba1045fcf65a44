/*
 * clients.c
 *	  The clients, a thread each, who all begin a block at once and make call after
 *	  call until it is over; and the sample that comes of it.
 */
#include "paired.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct Client
{
	pthread_t thread;
	Crew *crew;
	int number;
	uint64_t random;
	double *latencies; /* of the calls of this block, in seconds */
	long calls;
	long room;
} Client;

struct Crew
{
	int size;
	pthread_barrier_t barrier; /* at which a block begins, and ends */
	const Variant *variant;	   /* of this block; NULL: go home */
	double end;
	Client clients[MOST_CLIENTS];
};

static void
note_latency(Client *client, double seconds)
{
	if (client->calls == client->room)
	{
		client->room = client->room ? client->room * 2 : 4096;
		client->latencies = must(realloc(client->latencies, client->room * sizeof(double)));
	}
	client->latencies[client->calls++] = seconds;
}

static bool
is_over(const Client *client, const Variant *variant, double time)
{
	if (variant->calls > 0)
		return client->calls >= variant->calls;
	return client->calls > 0 && time >= client->crew->end;
}

static void
run_block(Client *client, const Variant *variant)
{
	PGconn *session = variant->target->sessions[client->number];
	double start = now();
	Order order;

	client->calls = 0;
	while (!is_over(client, variant, start))
	{
		double end;

		order_make(&order, &client->random, variant);
		for (int i = 0; i < variant->statement_count; i++)
			session_run(session, &variant->statements[i], &order);
		end = now();
		note_latency(client, end - start);
		start = end;
	}
}

static void *
be_client(void *argument)
{
	Client *client = argument;

	for (;;)
	{
		pthread_barrier_wait(&client->crew->barrier);
		if (client->crew->variant == NULL)
			return NULL;
		run_block(client, client->crew->variant);
		pthread_barrier_wait(&client->crew->barrier);
	}
}

Crew *
crew_start(int size)
{
	Crew *crew = must(calloc(1, sizeof(Crew)));

	crew->size = size;
	if (pthread_barrier_init(&crew->barrier, NULL, size + 1) != 0)
		fail("no barrier");
	for (int i = 0; i < size; i++)
	{
		Client *client = &crew->clients[i];

		client->crew = crew;
		client->number = i;
		client->random = random_start(i);
		if (pthread_create(&client->thread, NULL, be_client, client) != 0)
			fail("no thread");
	}
	return crew;
}

void
crew_stop(Crew *crew)
{
	crew->variant = NULL;
	pthread_barrier_wait(&crew->barrier);
	for (int i = 0; i < crew->size; i++)
		pthread_join(crew->clients[i].thread, NULL);
}

/* --- the sample --------------------------------------------------------------- */

static double
cpu_of_sessions(const Crew *crew)
{
	double seconds = 0;

	for (int i = 0; i < crew->size; i++)
		seconds += session_cpu(crew->variant->target->sessions[i]);
	return seconds;
}

/* Orders that were queued, say, are to be booked. */
static void
await_all_done(const Variant *variant)
{
	bool done = variant->until == NULL;

	while (!done)
	{
		char *answer = session_ask(variant->target->control, variant->until);

		done = strcmp(answer, "t") == 0;
		free(answer);
		if (!done)
			usleep(2000);
	}
}

static int
compare_latencies(const void *a, const void *b)
{
	double x = *(const double *) a;
	double y = *(const double *) b;

	return (x > y) - (x < y);
}

static void
take_latencies(const Crew *crew, Sample *sample)
{
	long calls = 0;
	double *all;

	for (int i = 0; i < crew->size; i++)
		calls += crew->clients[i].calls;
	all = must(malloc(calls * sizeof(double)));
	calls = 0;
	for (int i = 0; i < crew->size; i++)
	{
		const Client *client = &crew->clients[i];

		memcpy(all + calls, client->latencies, client->calls * sizeof(double));
		calls += client->calls;
	}
	qsort(all, calls, sizeof(double), compare_latencies);
	sample->events = calls * crew->variant->events;
	sample->p50 = all[(long) (calls * 0.50)] * 1e6;
	sample->p95 = all[(long) (calls * 0.95)] * 1e6;
	sample->p99 = all[(long) (calls * 0.99)] * 1e6;
	free(all);
}

/* A block of a variant. */
Sample
crew_run(Crew *crew, const Variant *variant, double seconds)
{
	Sample sample;
	double wal, cpu, start, end;

	crew->variant = variant;
	wal = target_wal(variant->target);
	cpu = cpu_of_sessions(crew);
	start = now();
	crew->end = start + seconds;
	pthread_barrier_wait(&crew->barrier);
	pthread_barrier_wait(&crew->barrier);
	await_all_done(variant);
	end = now();
	take_latencies(crew, &sample);
	sample.rate = sample.events / (end - start);
	sample.cpu = (cpu_of_sessions(crew) - cpu) / sample.events * 1e6;
	sample.wal = (target_wal(variant->target) - wal) / sample.events;
	return sample;
}
