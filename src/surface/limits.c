/*
 * limits.c
 *	  Refuses what is more than one operator may book on a day.
 */
#include "surface/limits.h"

#include "engine/kinds.h"
#include "engine/limits.h"
#include "store/calendar.h"
#include "store/limited.h"
#include "surface/errors.h"
#include "surface/rows.h"

/*
 * Refuses an event that was applied and is not written yet, where it is beyond what the
 * policy leaves its operator on its day (23514).  Under the vault's lock, so that of two
 * at once the second sees the first.
 */
void
pv_check_limit(const PvBook *book, const PvEntry *entry)
{
	int64_t limit = pv_limit_of(&book->policy, entry->kind);
	const char *kind = pv_kind_info(entry->kind)->name;
	int scale = pv_limit_scale(entry->kind);
	int64_t counts;
	int64_t before;

	if (limit == PV_UNSET)
		return;
	counts = pv_entry_counts(entry);
	before = pv_counted_before(book, entry);
	if (before <= limit && counts <= limit - before)
		return;
	ereport(ERROR,
			(pv_error(BEYOND_LIMIT),
			 errmsg("%s of %s is beyond the limit of vault %d, %s a day for one operator", kind,
					pv_figure_text(counts, scale), book->vault, pv_figure_text(limit, scale)),
			 errdetail("On %s \"%s\" has booked %s of it before.", pv_date_text(entry->day),
					   book->actor, pv_figure_text(before, scale)),
			 errhint("Another operator may book it, or pointsvault.set_policy(%d, ...) may raise "
					 "limits.%s.",
					 book->vault, kind)));
}
