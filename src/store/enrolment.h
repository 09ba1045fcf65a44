/*
 * enrolment.h
 *	  Enrolling members: one or many, the same way.
 */
#ifndef PV_STORE_ENROLMENT_H
#define PV_STORE_ENROLMENT_H

#include "base/compat.h"

#include "datatype/timestamp.h"

/* store_member.c */
typedef struct PvEnrolment
{
	const char *name;
	const char *sponsor; /* NULL = none; so is region */
	const char *region;
	bool merchant;
	int64_t id; /* set by pv_members_add */
	bool is_new;
} PvEnrolment;

extern int64_t pv_member_digest(int64_t id, const char *name, int64_t sponsor, const char *region,
								bool merchant, TimestampTz enrolled_at);
extern int64_t pv_members_add(int32_t vault, PvEnrolment *list, int count);
pv_noreturn extern void pv_no_such_member(int32_t vault, const char *name);
extern int64_t pv_member_find(int32_t vault, const char *name);
extern void pv_member_rename(int32_t vault, int64_t id, const char *name);

#endif /* PV_STORE_ENROLMENT_H */
