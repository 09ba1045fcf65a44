/*
 * plan.h
 *	  Kept SPI plans: the statements of the store.
 *
 * Every statement names its relations fully, takes the vault, where it is of one, as $1
 * and is prepared once for each backend.
 */
#ifndef PV_PLAN_H
#define PV_PLAN_H

#include "base/compat.h"
#include "base/assertion.h"
#include "base/tokens.h"
#include "executor/spi.h"
#include "storage/itemptr.h"
#include "utils/array.h"
#include "utils/hsearch.h"
#include "utils/jsonb.h"
#include "utils/snapshot.h"

#define PV_SCHEMA "pointsvault"

/*
 * How a statement has to be planned, where the planner, which does not know how many
 * rows there will be, could plan it in a way that reads all of a table.
 */
typedef enum PvHow
{
	PV_AS_PLANNED,
	PV_IN_ORDER, /* reads the first few of many rows along an index */
	PV_BY_KEY,	 /* looks up each entry of a list in a table */
	PV_BY_RANGE	 /* reads the first rows along an index for each entry of a list */
} PvHow;

/*
 * A statement.  `types` has a letter for each parameter: i integer, l bigint,
 * s smallint, b boolean, t text, n name, o oid, j jsonb, d date,
 * y bytea, z timestamptz, a amount, p points, r price; a capital letter stands for an array of
 * them.
 */
typedef struct PvPlan
{
	const char *sql;
	const char *types;
	SPIPlanPtr plan;
	Oid extension; /* the vault table the plan was made for */
	bool custom;   /* planned anew for each run: reads many rows, by a list */
	PvHow how;
} PvPlan;

/* Who invoked the function, while the store acts with the rights of its owner. */
typedef struct PvCaller
{
	Oid user;
	int security_context;
} PvCaller;

/* A row of a result, taken apart. */
typedef struct PvRow
{
	Datum *values;
	bool *nulls;
	ItemPointerData place; /* where it lies, of one found by an index (lookup.h) */
} PvRow;

extern int pv_spi_begin(void);
extern void pv_spi_use_own_path(void);
extern void pv_spi_use_memory(void);
extern void pv_spi_read_all(void);
extern void pv_spi_end(int guc_level);
extern uint64 pv_run(PvPlan *plan, Datum *values, const bool *nulls, bool read_only);
extern uint64 pv_run_latest(PvPlan *plan, Datum *values);
extern PvCaller pv_act_as_owner(void);
extern void pv_act_as_caller(PvCaller caller);
extern ErrorData *pv_try(bool (*body)(void *arg), void *arg, bool *kept);
extern Portal pv_open_cursor(PvPlan *plan, Datum *values, const bool *nulls);
extern Portal pv_open_cursor_now(PvPlan *plan, Datum *values);
extern uint64 pv_fetch(Portal cursor, long most);
extern void pv_run_utility(const char *sql);
extern Oid pv_type_of_letter(char letter);
extern PvRow pv_result_row(uint64 index);
extern PvRow pv_table_row(SPITupleTable *table, uint64 index);
extern int64_t pv_row_int(const PvRow *row, int column);
extern char *pv_row_text(const PvRow *row, int column);
extern char *pv_row_text_or_empty(const PvRow *row, int column);
extern Jsonb *pv_row_jsonb(const PvRow *row, int column);
extern ArrayType *pv_row_list(const PvRow *row, int column);
extern bool pv_row_bigints(const PvRow *row, int column, Datum **numbers, int *count);
extern ItemPointerData pv_row_place(const PvRow *row, int column);
extern char *pv_keep_text(MemoryContext context, const char *text);
extern Oid pv_relation_oid(const char *name);
extern bool pv_is_release_0_1(void);
extern Oid pv_vault_table(void);
extern Oid pv_owner(void);

/* What a backend remembers of vaults, by their id, while the extension is. */
typedef struct PvKnown
{
	const char *name;
	Size entry_size; /* its first member is the id */
	HTAB *entries;
	Oid extension;
} PvKnown;

extern HTAB *pv_known(PvKnown *known);

/* Whether two texts are equal, or both missing. */
static inline bool
pv_same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

#endif /* PV_PLAN_H */
