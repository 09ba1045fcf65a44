/*
 * pace.c
 *	  How often who works for long says how far it is.
 */
#include "base/pace.h"

#include "utils/timestamp.h"

#define NOTICE_EVERY_MS 5000

/* Whether it was some seconds ago that something was told last; then it is now. */
bool
pv_is_time_to_tell(TimestampTz *told_at)
{
	TimestampTz now = GetCurrentTimestamp();

	if (!TimestampDifferenceExceeds(*told_at, now, NOTICE_EVERY_MS))
		return false;
	*told_at = now;
	return true;
}
