/*
 * paired.h
 *	  What the parts of the harness know of each other.
 */
#ifndef PV_BENCH_PAIRED_H
#define PV_BENCH_PAIRED_H

#include <libpq-fe.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MOST_CLIENTS 64
#define MOST_STATEMENTS 8
#define PARAMETERS 7

/* A database, and the sessions there: one a client, and one to look after them. */
typedef struct Target
{
	const char *conninfo;
	const char *in_force; /* the setting that a block was given last, or NULL */
	PGconn *control;
	PGconn *sessions[MOST_CLIENTS];
} Target;

typedef struct Statement
{
	char name[32];
	const char *text;
	int parameters;
} Statement;

/* What is measured: the statements of a call, and what is so while it is. */
typedef struct Variant
{
	const char *name;
	Target *target;
	Statement statements[MOST_STATEMENTS];
	int statement_count;
	const char *vault;
	const char *setting; /* NAME=VALUE, or NULL */
	const char *before;	 /* SQL ahead of each block, or NULL */
	const char *until;	 /* SQL that says whether a block is over, or NULL */
	long members;
	long calls;	 /* of a client in a block, 0: as many as there is time for */
	long events; /* that a call counts for */
} Variant;

/* An order at random, as the parameters of a statement. */
typedef struct Order
{
	char texts[PARAMETERS][40];
	const char *values[PARAMETERS];
} Order;

/* What a block of a variant gave; times in microseconds. */
typedef struct Sample
{
	double rate;
	double p50;
	double p95;
	double p99;
	double wal; /* bytes an event */
	double cpu; /* of the backends, an event */
	long events;
} Sample;

typedef struct Crew Crew;

/* common.c */
extern void fail(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));
extern void *must(void *memory);
extern double now(void);

/* variant.c */
extern Variant *variant_read(char *words, int clients);
extern void variant_prepare(const Variant *variant);
extern void variant_finish(const Variant *variant);
extern double target_wal(const Target *target);

/* order.c */
extern uint64_t random_start(int number);
extern void order_make(Order *order, uint64_t *random, const Variant *variant);

/* clients.c */
extern Crew *crew_start(int size);
extern Sample crew_run(Crew *crew, const Variant *variant, double seconds);
extern void crew_stop(Crew *crew);

/* session.c */
extern PGconn *session_open(const char *conninfo);
extern void session_prepare(PGconn *session, const Statement *statement);
extern void session_run(PGconn *session, const Statement *statement, const Order *order);
extern void session_do(PGconn *session, const char *sql);
extern char *session_ask(PGconn *session, const char *sql);
extern double session_cpu(PGconn *session);

#endif /* PV_BENCH_PAIRED_H */
