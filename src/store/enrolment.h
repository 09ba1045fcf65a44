/*
 * enrolment.h
 *	  Enrolling members: one or many, the same way.
 */
#ifndef PV_STORE_ENROLMENT_H
#define PV_STORE_ENROLMENT_H

#include "base/compat.h"

/* A member to be enrolled, and the number it got. */
typedef struct PvEnrolment
{
	const char *name;
	const char *sponsor; /* NULL = none, as for region */
	const char *region;
	bool merchant;
	int64_t id; /* set by pv_members_add */
	bool is_new;
} PvEnrolment;

extern int64_t pv_members_add(int32_t vault, PvEnrolment *list, int count);

#endif /* PV_STORE_ENROLMENT_H */
