/*
 * sponsors.h
 *	  The lines of a vault in memory: all of them, or the one below a member.
 */
#ifndef PV_STORE_SPONSORS_H
#define PV_STORE_SPONSORS_H

#include "base/compat.h"
#include "engine/descent.h"

/* What reports ask of a member beside where it stands. */
typedef struct PvLineFacts
{
	int32_t merged; /* so many accounts were merged into it */
	bool brought;	/* somebody was ever brought by it, or by one of those */
	bool suspended;
} PvLineFacts;

/* Members who are one by themselves, by place. */
typedef struct PvLines
{
	int32_t vault;
	int64_t *ids;
	const char **names; /* of lines of a vault; NULL: not read */
	PvLineFacts *facts; /* likewise */
	PvDescent descent;
} PvLines;

/* What a listing of a line shows of a member; amounts in 1/10 000, points in 1e-8. */
typedef struct PvLineMember
{
	const char *name;
	const char *sponsor; /* NULL: stands below nobody */
	int64_t points;
	int64_t cash; /* with what closes paid and is not posted yet */
	int64_t star; /* L4, M1: as of the last close; 0 = none, or no close took any */
	int64_t rank;
} PvLineMember;

typedef void (*PvOnLineMember)(const PvLineMember *member, int32_t place, void *arg);

extern PvLines pv_lines_of_vault(int32_t vault);
extern PvLines pv_line_below(int32_t vault, int64_t member);
extern int64_t *pv_line_sales(const PvLines *lines);
extern void pv_line_members(const PvLines *lines, int32_t count, PvOnLineMember on_member,
							void *arg);

#endif /* PV_STORE_SPONSORS_H */
