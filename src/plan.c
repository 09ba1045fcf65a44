/*
 * plan.c
 *	  Kept SPI plans: the statements of the store.
 */
#include "plan.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/resowner.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

/*
 * The vault table, by which a new extension is told from one that was dropped:
 * plans kept for that one name types that are gone.
 */
static Oid vault_table;

/* Until the level of settings ends. */
static void
turn_off(const char *setting)
{
	(void) set_config_option(setting, "off", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0,
							 false);
}

/*
 * Connects to SPI.  Every statement reads by key; a plan made while a table is
 * nearly empty would prefer a sequential scan and be kept while the table
 * grows, so such scans are off until pv_spi_end, or an error, restores the
 * setting.  Returns what pv_spi_end wants back.
 */
int
pv_spi_begin(void)
{
	int guc_level;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	vault_table = pv_relation_oid("vault");
	guc_level = NewGUCNestLevel();
	turn_off("enable_seqscan");
	return guc_level;
}

/*
 * Many rows at once are to stay in memory on their way to their tables.
 */
void
pv_spi_use_memory(void)
{
	(void) set_config_option("work_mem", "64MB", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true,
							 0, false);
}

/*
 * Tables are to be read whole.  Where no index serves, the price put on a scan that is
 * off would have each statement compiled, which takes longer than to run it.
 */
void
pv_spi_read_all(void)
{
	turn_off("jit");
}

void
pv_spi_end(int guc_level)
{
	AtEOXact_GUC(true, guc_level);
	SPI_finish();
}

static Oid
own_type_oid(const char *name)
{
	Oid schema = get_namespace_oid(PV_SCHEMA, false);

	return GetSysCacheOid2(TYPENAMENSP, Anum_pg_type_oid, CStringGetDatum(name),
						   ObjectIdGetDatum(schema));
}

/*
 * The type a parameter letter stands for.
 */
Oid
pv_type_oid(char letter)
{
	if (letter >= 'A' && letter <= 'Z')
		return get_array_type(pv_type_oid(letter - 'A' + 'a'));
	switch (letter)
	{
		case 'i':
			return INT4OID;
		case 'l':
			return INT8OID;
		case 's':
			return INT2OID;
		case 'b':
			return BOOLOID;
		case 't':
			return TEXTOID;
		case 'n':
			return NAMEOID;
		case 'o':
			return OIDOID;
		case 'j':
			return JSONBOID;
		case 'd':
			return DATEOID;
		case 'z':
			return TIMESTAMPTZOID;
		case 'c':
			return TIDOID;
		case 'a':
			return own_type_oid("amount");
		case 'p':
			return own_type_oid("points");
		case 'r':
			return own_type_oid("price");
		default:
			elog(ERROR, "unknown parameter type \"%c\"", letter);
	}
}

Oid
pv_relation_oid(const char *name)
{
	return get_relname_relid(name, get_namespace_oid(PV_SCHEMA, false));
}

Oid
pv_vault_table(void)
{
	return vault_table;
}

/*
 * The entries of what is remembered of vaults; empty again when the extension was
 * dropped and created anew.
 */
HTAB *
pv_known(PvKnown *known)
{
	HASHCTL control = {.keysize = sizeof(int32_t), .entrysize = known->entry_size};

	if (known->entries && known->extension == vault_table)
		return known->entries;
	if (known->entries)
		hash_destroy(known->entries);
	known->entries = NULL;
	control.hcxt = TopMemoryContext;
	known->entries = hash_create(known->name, 16, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	known->extension = vault_table;
	return known->entries;
}

static Oid
row_array_oid(const char *table)
{
	return get_array_type(get_rel_type_id(pv_relation_oid(table)));
}

/*
 * The plan of a statement, made on first use and kept while the extension is.
 */
SPIPlanPtr
pv_prepared(PvPlan *plan)
{
	Oid types[PV_MAX_PARAMS];
	int count = strlen(plan->types);
	SPIPlanPtr prepared;

	if (plan->plan && plan->extension == vault_table)
		return plan->plan;
	if (plan->plan)
		SPI_freeplan(plan->plan);
	plan->plan = NULL;
	Assert(count <= PV_MAX_PARAMS);
	for (int i = 0, rows = 0; i < count; i++)
		types[i] = plan->types[i] == '#' ? row_array_oid(plan->row_types[rows++])
										 : pv_type_oid(plan->types[i]);
	prepared = SPI_prepare_cursor(plan->sql, count, types,
								  plan->custom ? CURSOR_OPT_CUSTOM_PLAN : CURSOR_OPT_GENERIC_PLAN);
	if (prepared == NULL)
		elog(ERROR, "SPI_prepare failed for \"%s\": %s", plan->sql,
			 SPI_result_code_string(SPI_result));
	SPI_keepplan(prepared);
	plan->plan = prepared;
	plan->extension = vault_table;
	return prepared;
}

static uint64
check_result(const PvPlan *plan, int result)
{
	if (result < 0)
		elog(ERROR, "SPI failed for \"%s\": %s", plan->sql, SPI_result_code_string(result));
	return SPI_processed;
}

/*
 * Runs a statement and returns how many rows it returned or wrote.  With
 * read_only it sees what the caller's query sees, else what is committed now.
 */
uint64
pv_run(PvPlan *plan, Datum *values, const bool *nulls, bool read_only)
{
	char spi_nulls[PV_MAX_PARAMS];

	for (size_t i = 0; nulls && i < strlen(plan->types); i++)
		spi_nulls[i] = nulls[i] ? 'n' : ' ';
	return check_result(plan, SPI_execute_plan(pv_prepared(plan), values, nulls ? spi_nulls : NULL,
											   read_only, 0));
}

/* Runs a statement that must not be planned in certain ways; `ways` ends with NULL. */
static uint64
run_without(const char *const *ways, PvPlan *plan, Datum *values, bool read_only)
{
	int guc_level = NewGUCNestLevel();
	uint64 count;

	for (; *ways; ways++)
		turn_off(*ways);
	turn_off("jit"); /* what is turned off looks costly where there is no other way */
	count = pv_run(plan, values, NULL, read_only);
	AtEOXact_GUC(true, guc_level);
	return count;
}

/*
 * Runs a query that reads the first few of many rows along an index.  The
 * planner does not know how few, nor, where its figures are old, how many: it is
 * kept from reading and sorting them all.
 */
uint64
pv_run_in_order(PvPlan *plan, Datum *values, bool read_only)
{
	static const char *const ways[] = {"enable_bitmapscan", "enable_sort", NULL};

	return run_without(ways, plan, values, read_only);
}

/*
 * Runs a statement that looks up a list in a table: entry by entry, however many
 * of the table the planner takes them to be.
 */
uint64
pv_run_by_key(PvPlan *plan, Datum *values)
{
	static const char *const ways[] = {"enable_hashjoin", "enable_mergejoin", NULL};

	return run_without(ways, plan, values, false);
}

/*
 * Runs a statement that reads the first rows along an index for each entry of a
 * list.
 */
uint64
pv_run_by_range(PvPlan *plan, Datum *values)
{
	static const char *const ways[] = {"enable_hashjoin", "enable_mergejoin", "enable_bitmapscan",
									   "enable_sort", NULL};

	return run_without(ways, plan, values, false);
}

/*
 * Runs a statement that finds its rows by where they lie (ctid).
 */
uint64
pv_run_by_place(PvPlan *plan, Datum *values)
{
	static const char *const ways[] = {"enable_indexscan", "enable_bitmapscan", NULL};

	return run_without(ways, plan, values, false);
}

/*
 * Runs a query under the latest snapshot, whatever the isolation level.
 */
uint64
pv_run_latest(PvPlan *plan, Datum *values)
{
	return check_result(plan,
						SPI_execute_snapshot(pv_prepared(plan), values, NULL, GetLatestSnapshot(),
											 InvalidSnapshot, true, false, 0));
}

/*
 * The index-th row of the last result, in SPI's memory.
 */
PvRow
pv_result_row(uint64 index)
{
	return pv_table_row(SPI_tuptable, index);
}

/* The same of an earlier result. */
PvRow
pv_table_row(SPITupleTable *table, uint64 index)
{
	TupleDesc desc = table->tupdesc;
	PvRow row;

	row.values = palloc(sizeof(Datum) * desc->natts);
	row.nulls = palloc(sizeof(bool) * desc->natts);
	heap_deform_tuple(table->vals[index], desc, row.values, row.nulls);
	return row;
}

/* A 64-bit column of a row, of any of the types stored so; NULL is 0. */
int64_t
pv_row_int(const PvRow *row, int column)
{
	return row->nulls[column] ? 0 : DatumGetInt64(row->values[column]);
}

/* A text column of a row; NULL is NULL. */
char *
pv_row_text(const PvRow *row, int column)
{
	return row->nulls[column] ? NULL : TextDatumGetCString(row->values[column]);
}

/*
 * Runs a body in a subtransaction, which is kept if the body returns true and
 * rolled back else.  An error rolls it back too and is returned, for the caller
 * to handle or to throw again.
 */
ErrorData *
pv_try(bool (*body)(void *arg), void *arg, bool *kept)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	ErrorData *volatile error = NULL;
	volatile bool done = false;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		done = body(arg);
		if (done)
			ReleaseCurrentSubTransaction();
		else
			RollbackAndReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
	}
	PG_END_TRY();
	MemoryContextSwitchTo(context);
	CurrentResourceOwner = owner;
	*kept = done && !error;
	return error;
}
