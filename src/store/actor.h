/*
 * actor.h
 *	  Who books: the role as the journal names it.
 */
#ifndef PV_STORE_ACTOR_H
#define PV_STORE_ACTOR_H

#include "base/compat.h"

extern const char *pv_actor(void);

#endif /* PV_STORE_ACTOR_H */
