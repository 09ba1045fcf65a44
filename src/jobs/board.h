/*
 * board.h
 *	  What backends, the launcher and its settlers tell each other, in shared
 *	  memory.  There is a board where the library is preloaded.
 */
#ifndef PV_BOARD_H
#define PV_BOARD_H

#include "base/compat.h"

#include "datatype/timestamp.h"

/* A bound of pointsvault.settle_workers. */
#define PV_MOST_SETTLERS 64

typedef enum PvVisitState
{
	PV_VISIT_NONE,
	PV_VISIT_STARTING,
	PV_VISIT_RUNNING,
	PV_VISIT_ENDED
} PvVisitState;

/* What a settler found in its database. */
typedef struct PvFound
{
	bool looked; /* it came so far */
	bool has_vaults;
	bool settled;		/* something, in this visit */
	uint64 changes;		/* those of the database that it knows of */
	TimestampTz due_at; /* when there is something to do, as far as it knows */
} PvFound;

/* A settler in a database. */
typedef struct PvVisit
{
	PvVisitState state;
	uint32 ticket; /* tells it from others in this place */
	Oid database;
	bool asked_for; /* something was submitted */
	PvFound found;
} PvVisit;

extern void pv_board_init(void);

/* by whoever commits orders */
extern void pv_wake_settler(void);

/* by the launcher */
extern void pv_board_be_launcher(void);
extern void pv_board_set_waiting(bool waiting);
extern int pv_visit_open(Oid database, bool asked_for);
extern Datum pv_visit_ticket(int place);
extern PvVisit pv_visit_read(int place);
extern void pv_visit_close(int place);

/* by a settler */
extern bool pv_visit_begin(Datum ticket, PvVisit *visit);
extern void pv_visit_report(const PvFound *found);
extern bool pv_board_is_waiting(void);

/* by all */
extern uint64 pv_board_changes(Oid database);
extern bool pv_board_has_launcher(void);

#endif /* PV_BOARD_H */
