/*
 * tree.h
 *	  The tree of sponsors on the day of a close: team sales, stars, ranks, and what
 *	  members earn by what is released below them (L3 to L5, M1).
 *
 * Whoever calls brings the members that the day touches, with all who stand above them,
 * as the last close left them.  One pass from the leaves up moves each by what changed
 * below it; who is not touched is not needed.
 */
#ifndef PV_ENGINE_TREE_H
#define PV_ENGINE_TREE_H

#include "engine/event.h"
#include "engine/policy.h"
#include "engine/release.h"

/* Figures of any number, those after the last are 0. */
typedef struct PvVector
{
	int64_t *at;
	int size;
} PvVector;

/* A member in the tree. */
typedef struct PvNode
{
	int64_t member;
	int parent; /* its place among the nodes, -1 = nobody stands above */
	int depth;	/* 0 = nobody does, below 0: to be found */
	int star;	/* 0 = none */
	int rank;
	int64_t sales;		  /* its own purchases less refunds */
	int64_t team_sales;	  /* L4: of all below */
	PvVector generations; /* L3: what each generation below released, the nearest first */
	PvVector units;		  /* L4, L5: what was released below, by what is paid on it, see tree.c */
	PvRun run;
	PvReleasePlan *plans; /* oldest first, once they are brought */
	int nplans;
	bool brought;
	bool touched; /* its plans changed since the last close, or end */
	bool listed;  /* among those whom a close moves */
	bool stored;  /* has a row of its own in the store */
	bool has_run; /* and one of what its plans release */
	bool changed; /* its own row differs from that */
	bool run_changed;
	/* by what the day moves them: however it is summed up, the result alone has to fit (U4) */
	pv_int128 sales_moved;
	pv_int128 team_moved;
	PvVector units_moved;
} PvNode;

/* Brings the plans of a node; false where it can not. */
typedef bool (*PvBringPlans)(PvNode *node, void *arg);

typedef struct PvForest
{
	PvNode *nodes;
	int count;
	bool anew; /* all members are there, and what was summed up before counts no more */
	PvBringPlans bring_plans;
	void *arg;
	/* by what a close moves those of the day */
	pv_int128 released_moved;
	pv_int128 running_moved;
} PvForest;

extern int pv_grade_of(const PvGrade *grades, int count, int64_t sales);
extern bool pv_keeps_teams(const PvPolicy *policy);
extern bool pv_keeps_teams_alike(const PvPolicy *a, const PvPolicy *b);
extern bool pv_vector_add(PvVector *vector, int place, int64_t value);
extern bool pv_node_bonus(const PvPolicy *policy, const PvNode *node, int64_t *bonus);
extern bool pv_forest_find_depth(PvForest *forest, int place);
extern void pv_forest_list(PvForest *forest, int place, int *places, int *count);
extern void pv_forest_order(const PvForest *forest, int *places, int count);
extern PvError pv_forest_close(const PvPolicy *policy, PvForest *forest, int *places, int count,
							   int32_t date, PvDay *day);
extern void pv_node_begin_anew(PvNode *node);
extern void pv_node_hand_sales(PvNode *from, PvNode *into);

#endif /* PV_ENGINE_TREE_H */
