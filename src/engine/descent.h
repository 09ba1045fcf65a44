/*
 * descent.h
 *	  Who stands below whom (M2): depth and size of lines, in any forest.
 */
#ifndef PV_ENGINE_DESCENT_H
#define PV_ENGINE_DESCENT_H

#include <stdbool.h>
#include <stdint.h>

/* Stands below nobody. */
#define PV_NOBODY INT32_C(-1)

/*
 * Members by their place, 0 to count - 1.  Who stands above each is given, the rest is
 * found.  Of memory of pv_realloc, or of the caller's that ends with all of it.
 */
typedef struct PvDescent
{
	int32_t count;
	int32_t *above;	 /* the place of who brought each, PV_NOBODY where it stands below nobody */
	int32_t *upward; /* all places, each after all that stand below it */
	int32_t *depth;	 /* how many stand above, 0 for who stands below nobody */
	int32_t *below;	 /* how many stand below, at any distance */
	int32_t *levels; /* how many levels of them */
} PvDescent;

extern bool pv_descend(PvDescent *descent);
extern bool pv_sum_below(const PvDescent *descent, const int64_t *own, int64_t *below);

#endif /* PV_ENGINE_DESCENT_H */
