/*
 * plan.c
 *	  Kept SPI plans: the statements of the store.
 */
#include "store/plan.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "optimizer/cost.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/portal.h"
#include "utils/resowner.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

/*
 * The vault table, by which a new extension is told from one that was dropped:
 * plans kept for that one name types that are gone.
 */
static Oid vault_table;

/* Its owner, who is the extension's. */
static Oid owner;

/* What a run changes and gives back: whose rights count, and the memory in use. */
typedef struct Run
{
	PvCaller caller;
	MemoryContext memory;
} Run;

/* Until the level of settings ends. */
static void
set_for_now(const char *setting, const char *value)
{
	(void) set_config_option(setting, value, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0,
							 false);
}

static void
turn_off(const char *setting)
{
	set_for_now(setting, "off");
}

/*
 * What runs with the owner's rights means by a name what pg_catalog says, not what the
 * caller's search_path does.  Set where there is something to run, as most calls have
 * nothing, until pv_spi_end, or an error, restores the setting.
 */
void
pv_spi_use_own_path(void)
{
	static const char path[] = "pg_catalog, pg_temp";

	if (strcmp(namespace_search_path, path) != 0)
		set_for_now("search_path", path);
}

/*
 * Every statement reads by key; a plan made while a table is nearly empty would prefer a
 * sequential scan and be kept while the table grows, so such scans are off.
 */
static void
set_for_statements(void)
{
	pv_spi_use_own_path();
	if (enable_seqscan)
		turn_off("enable_seqscan");
}

static Oid
owner_of(Oid relation)
{
	HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relation));
	Oid role;

	if (!HeapTupleIsValid(tuple))
		pv_internal_error("cache lookup failed for relation %u", relation);
	role = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
	ReleaseSysCache(tuple);
	return role;
}

/*
 * Begins what the store does for a call.  Returns what pv_spi_end wants back.
 */
int
pv_spi_begin(void)
{
	if (SPI_connect() != SPI_OK_CONNECT)
		pv_internal_error("SPI_connect failed");
	vault_table = pv_relation_oid("vault");
	owner = owner_of(vault_table);
	return NewGUCNestLevel();
}

/*
 * The caller may call functions, not touch tables: the store acts with the rights of
 * the tables' owner.  It alone does, so that everywhere else GetUserId() is who invoked
 * the function, for rights and for the journal.  An error gives the rights back too,
 * with the (sub)transaction it ends.
 */
PvCaller
pv_act_as_owner(void)
{
	PvCaller caller;

	PV_ASSERT(OidIsValid(owner)); /* pv_spi_begin was called */
	GetUserIdAndSecContext(&caller.user, &caller.security_context);
	SetUserIdAndSecContext(owner, caller.security_context | SECURITY_LOCAL_USERID_CHANGE);
	return caller;
}

/* Gives the caller's rights back. */
void
pv_act_as_caller(PvCaller caller)
{
	PV_ASSERT(GetUserId() == owner); /* nothing in between gave them back, or took others */
	SetUserIdAndSecContext(caller.user, caller.security_context);
}

static Run
begin_run(void)
{
	MemoryContext memory = CurrentMemoryContext;

	set_for_statements();
	return (Run){.caller = pv_act_as_owner(), .memory = memory};
}

/*
 * SPI leaves its own memory in use, which lasts to its end, where the caller may
 * have chosen one that goes with a part of the work.
 */
static void
end_run(Run run)
{
	pv_act_as_caller(run.caller);
	MemoryContextSwitchTo(run.memory);
}

/*
 * Many rows at once are to stay in memory on their way to their tables.
 */
void
pv_spi_use_memory(void)
{
	set_for_now("work_mem", "64MB");
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

/* Ends what pv_spi_begin began; what SPI allocated is gone. */
void
pv_spi_end(int guc_level)
{
	PV_ASSERT(guc_level > 0);
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
pv_type_of_letter(char letter)
{
	if (letter >= 'A' && letter <= 'Z')
		return get_array_type(pv_type_of_letter(letter - 'A' + 'a'));
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
		case 'y':
			return BYTEAOID;
		case 'z':
			return TIMESTAMPTZOID;
		case 'a':
			return own_type_oid("amount");
		case 'p':
			return own_type_oid("points");
		case 'r':
			return own_type_oid("price");
		default:
			pv_internal_error("unknown parameter type \"%c\"", letter);
	}
}

/* A relation of the extension. */
Oid
pv_relation_oid(const char *name)
{
	return get_relname_relid(name, get_namespace_oid(PV_SCHEMA, false));
}

/*
 * Whether the extension is as release 0.1.0 made it, until ALTER EXTENSION UPDATE: it has
 * no log, and what came with the log is not there.
 */
bool
pv_is_release_0_1(void)
{
	return !OidIsValid(pv_relation_oid("seal_data"));
}

/* The vault table, as of the last pv_spi_begin. */
Oid
pv_vault_table(void)
{
	return vault_table;
}

/* The owner of the extension and its tables. */
Oid
pv_owner(void)
{
	return owner;
}

/*
 * The entries of what is remembered of vaults; empty again when the extension was
 * dropped and created anew.
 */
HTAB *
pv_known(PvKnown *known)
{
	HASHCTL control = {.keysize = sizeof(int32_t), .entrysize = known->entry_size};

	PV_ASSERT(known->entry_size >= sizeof(int32_t));
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

/* The types of parameters. */
static Oid *
parameter_types(const char *letters, int count)
{
	Oid *types = palloc(sizeof(Oid) * Max(count, 1));

	for (int i = 0; i < count; i++)
		types[i] = pv_type_of_letter(letters[i]);
	return types;
}

/*
 * The plan of a statement, made on first use and kept while the extension is.
 */
static SPIPlanPtr
prepared(PvPlan *plan)
{
	int count = strlen(plan->types);
	SPIPlanPtr made;
	Oid *types;

	if (plan->plan && plan->extension == vault_table)
		return plan->plan;
	if (plan->plan)
		SPI_freeplan(plan->plan);
	plan->plan = NULL;
	types = parameter_types(plan->types, count);
	made = SPI_prepare_cursor(plan->sql, count, types,
							  plan->custom ? CURSOR_OPT_CUSTOM_PLAN : CURSOR_OPT_GENERIC_PLAN);
	pfree(types);
	if (made == NULL)
		pv_internal_error("SPI_prepare failed for \"%s\": %s", plan->sql,
						  SPI_result_code_string(SPI_result));
	SPI_keepplan(made);
	plan->plan = made;
	plan->extension = vault_table;
	return made;
}

static uint64
check_result(const char *sql, int result)
{
	if (result < 0)
		pv_internal_error("SPI failed for \"%s\": %s", sql, SPI_result_code_string(result));
	return SPI_processed;
}

/* Which parameters are NULL, in SPI's letters; NULL where none is. */
static char *
nulls_for_spi(const char *types, const bool *nulls)
{
	size_t count = strlen(types);
	char *letters;

	if (!nulls)
		return NULL;
	letters = palloc(count + 1);
	for (size_t i = 0; i < count; i++)
		letters[i] = nulls[i] ? 'n' : ' ';
	letters[count] = '\0';
	return letters;
}

/*
 * The ways a statement must not be planned in.  The planner does not know how few
 * rows are wanted, nor, where its figures are old, how many there are: it is kept
 * from reading and sorting them all, and from taking a list for most of a table.
 */
static const char *const ways_to_avoid[][5] = {
	[PV_AS_PLANNED] = {NULL},
	[PV_IN_ORDER] = {"enable_bitmapscan", "enable_sort"},
	[PV_BY_KEY] = {"enable_hashjoin", "enable_mergejoin"},
	[PV_BY_RANGE] = {"enable_hashjoin", "enable_mergejoin", "enable_bitmapscan", "enable_sort"},
};

/* Until the level of settings it returns, 0 = none, or an error ends it. */
static int
avoid_ways(PvHow how)
{
	int guc_level;

	PV_ASSERT((int) how >= 0 && how < lengthof(ways_to_avoid));
	if (how == PV_AS_PLANNED)
		return 0;
	guc_level = NewGUCNestLevel();
	for (const char *const *way = ways_to_avoid[how]; *way; way++)
		turn_off(*way);
	turn_off("jit"); /* what is turned off looks costly where there is no other way */
	return guc_level;
}

/*
 * Runs a statement and returns how many rows it returned or wrote.  With
 * read_only it sees what the caller's query sees, else what is committed now.
 */
uint64
pv_run(PvPlan *plan, Datum *values, const bool *nulls, bool read_only)
{
	char *letters = nulls_for_spi(plan->types, nulls);
	Run run = begin_run();
	int guc_level = avoid_ways(plan->how);
	int result = SPI_execute_plan(prepared(plan), values, letters, read_only, 0);

	end_run(run);
	if (letters)
		pfree(letters);
	if (guc_level != 0)
		AtEOXact_GUC(true, guc_level);
	return check_result(plan->sql, result);
}

/*
 * Runs a query under the latest snapshot, whatever the isolation level.
 */
uint64
pv_run_latest(PvPlan *plan, Datum *values)
{
	Run run = begin_run();
	int result = SPI_execute_snapshot(prepared(plan), values, NULL, GetLatestSnapshot(),
									  InvalidSnapshot, true, false, 0);

	PV_ASSERT(plan->how == PV_AS_PLANNED);
	end_run(run);
	return check_result(plan->sql, result);
}

static Portal
open_cursor(PvPlan *plan, Datum *values, const bool *nulls, bool read_only)
{
	Run run = begin_run();
	int guc_level = avoid_ways(plan->how); /* it is planned as it is opened */
	Portal cursor =
		SPI_cursor_open(NULL, prepared(plan), values, nulls_for_spi(plan->types, nulls), read_only);

	end_run(run);
	if (guc_level != 0)
		AtEOXact_GUC(true, guc_level);
	return cursor;
}

/*
 * Opens a cursor over a query, as the caller's query sees its rows.
 */
Portal
pv_open_cursor(PvPlan *plan, Datum *values, const bool *nulls)
{
	return open_cursor(plan, values, nulls, true);
}

/*
 * Opens a cursor that sees what is committed now, and what this transaction wrote.
 */
Portal
pv_open_cursor_now(PvPlan *plan, Datum *values)
{
	return open_cursor(plan, values, NULL, false);
}

/* Its next rows, in SPI_tuptable; returns how many they are. */
uint64
pv_fetch(Portal cursor, long most)
{
	Run run = begin_run();

	SPI_cursor_fetch(cursor, true, most);
	end_run(run);
	return SPI_processed;
}

/*
 * Runs a statement that is no query and stands in no plan, such as a GRANT.
 */
void
pv_run_utility(const char *sql)
{
	Run run = begin_run();
	int result = SPI_execute(sql, false, 0);

	end_run(run);
	if (result != SPI_OK_UTILITY)
		pv_internal_error("SPI failed for \"%s\": %s", sql, SPI_result_code_string(result));
}

/*
 * The index-th row of the last result, in SPI's memory.
 */
PvRow
pv_result_row(uint64 index)
{
	return pv_table_row(SPI_tuptable, index);
}

/* The index-th row of a result that others may have followed, in its own memory. */
PvRow
pv_table_row(SPITupleTable *table, uint64 index)
{
	TupleDesc desc = table->tupdesc;
	PvRow row;

	PV_ASSERT(index < table->numvals);
	row.values = palloc(sizeof(Datum) * desc->natts);
	row.nulls = palloc(sizeof(bool) * desc->natts);
	heap_deform_tuple(table->vals[index], desc, row.values, row.nulls);
	return row;
}

/*
 * The columns of a row.  One of a type passed by value is 0 where it is NULL.  One
 * passed by reference points into the result, and is toasted or packed there as it
 * was stored: these read it, into the caller's memory, so that it outlives the
 * result whatever its length.  Nothing else reads such columns.
 */

/* A 64-bit column, of any of the types stored so; NULL is 0. */
int64_t
pv_row_int(const PvRow *row, int column)
{
	return row->nulls[column] ? 0 : DatumGetInt64(row->values[column]);
}

/* A text column; NULL is NULL. */
char *
pv_row_text(const PvRow *row, int column)
{
	return row->nulls[column] ? NULL : TextDatumGetCString(row->values[column]);
}

/*
 * A text column that is declared NOT NULL; where it is NULL all the same it reads
 * as the empty text, which none of them may be and no digest is of.
 */
char *
pv_row_text_or_empty(const PvRow *row, int column)
{
	char *text = pv_row_text(row, column);

	return text ? text : pstrdup("");
}

/* A jsonb column; NULL is NULL. */
Jsonb *
pv_row_jsonb(const PvRow *row, int column)
{
	return row->nulls[column] ? NULL : DatumGetJsonbPCopy(row->values[column]);
}

/* An array column; NULL is NULL. */
ArrayType *
pv_row_list(const PvRow *row, int column)
{
	return row->nulls[column] ? NULL : DatumGetArrayTypePCopy(row->values[column]);
}

/* The numbers of a bigint[] column, of which NULL has none; false where it is no plain list. */
bool
pv_row_bigints(const PvRow *row, int column, Datum **numbers, int *count)
{
	ArrayType *array = pv_row_list(row, column);

	*numbers = NULL;
	*count = 0;
	if (!array)
		return true;
	if (ARR_NDIM(array) > 1 || array_contains_nulls(array))
		return false;
	deconstruct_array(array, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE, numbers,
					  NULL, count);
	return true;
}

/* A ctid column; NULL is no place. */
ItemPointerData
pv_row_place(const PvRow *row, int column)
{
	ItemPointerData place;

	ItemPointerSetInvalid(&place);
	return row->nulls[column] ? place : *(ItemPointer) DatumGetPointer(row->values[column]);
}

/* A text where it outlives the memory it is in; NULL is NULL. */
char *
pv_keep_text(MemoryContext context, const char *text)
{
	return text ? MemoryContextStrdup(context, text) : NULL;
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
	ResourceOwner resources = CurrentResourceOwner;
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
	CurrentResourceOwner = resources;
	*kept = done && !error;
	return error;
}
