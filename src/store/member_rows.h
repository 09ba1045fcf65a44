/*
 * member_rows.h
 *	  The rows of members: what does not change with events, found and changed.
 */
#ifndef PV_STORE_MEMBER_ROWS_H
#define PV_STORE_MEMBER_ROWS_H

#include "base/compat.h"
#include "engine/event.h"
#include "store/intake.h"

#include "datatype/timestamp.h"

/* A member as its row has it. */
typedef struct PvMemberRow
{
	int64_t id;
	const char *name;
	int64_t sponsor;	/* 0 = none, as for merged_into */
	const char *region; /* NULL = none, as for suspended */
	bool merchant;
	TimestampTz enrolled_at;
	const char *suspended; /* why nothing may be taken from it */
	int64_t merged_into;   /* who has all it had */
	int64_t digest;		   /* as stored */
} PvMemberRow;

extern int64_t pv_member_digest(const PvMemberRow *member);
pv_noreturn extern void pv_no_such_member(int32_t vault, const char *name);
pv_noreturn extern void pv_refuse_merged(int32_t vault, const char *name, int64_t into);
pv_noreturn extern void pv_refuse_suspended(int32_t vault, int64_t id);
extern void pv_member_check(int32_t vault, const char *name, const PvMember *member);
extern int64_t pv_member_find(int32_t vault, const char *name);
extern int64_t pv_member_now(int32_t vault, int64_t id);
extern PvMemberRow pv_member_row(int32_t vault, int64_t id, bool read_only);
extern uint64 pv_member_write(int32_t vault, const PvMemberRow *before, const PvMemberRow *after);
extern void pv_member_change(int32_t vault, PvIntakeKind kind, const PvMemberRow *before,
							 const PvMemberRow *after);
extern uint64 pv_member_hand_line(int32_t vault, int64_t from, int64_t into);
extern void pv_member_rename(int32_t vault, int64_t id, const char *name);
extern void pv_member_erase(int32_t vault, int64_t id);
extern const char *pv_erased_name(int64_t id);
extern void pv_check_not_erased_name(const char *name);

#endif /* PV_STORE_MEMBER_ROWS_H */
