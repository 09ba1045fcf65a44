/*
 * append_only.c
 *	  The trigger of the tables that rows are only ever added to.
 */
#include "base/compat.h"
#include "base/tokens.h"

#include "commands/trigger.h"
#include "fmgr.h"
#include "utils/rel.h"

PG_FUNCTION_INFO_V1(pv_refuse_change);

/* refuse_change(): for UPDATE, DELETE and TRUNCATE. */
Datum
pv_refuse_change(PG_FUNCTION_ARGS)
{
	const TriggerData *trigger = (const TriggerData *) fcinfo->context;

	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR, (pv_error(NOT_A_TRIGGER),
						errmsg("refuse_change() can only be called as a trigger")));
	ereport(ERROR,
			(pv_error(APPEND_ONLY),
			 errmsg("table %s is append-only", RelationGetRelationName(trigger->tg_relation)),
			 errhint("Book an event that corrects the one that was wrong.")));
}
