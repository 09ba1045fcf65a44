/*
 * worker.h
 *	  The background workers that settle the queues: a launcher for the server,
 *	  and a settler in each database that has something to settle (H2).
 */
#ifndef PV_WORKER_H
#define PV_WORKER_H

#include "base/compat.h"

/* pointsvault.settle_... */
extern int pv_settle_naptime;
extern int pv_settle_workers;
extern bool pv_settle_on_subscriber;

extern void pv_worker_init(void);

/* worker.c: what launcher and settlers share */
extern void pv_worker_take_signals(void);
extern bool pv_worker_rest(long milliseconds);
extern void pv_worker_begin(void);
extern void pv_worker_end(void);
extern bool pv_worker_is_wanted_in(const char *database);
extern bool pv_worker_is_in_the_way(Oid database);

/* launcher.c, settler.c */
extern PGDLLEXPORT void pv_launcher_main(Datum arg);
extern PGDLLEXPORT void pv_settler_main(Datum arg);

#endif /* PV_WORKER_H */
