/*
 * timezone.c
 *	  Which time zones a vault may be made with (U5).
 *
 * PostgreSQL takes any POSIX string for a time zone, UTC+8 for eight hours west of
 * Greenwich, and the abbreviations that the machine's files have.  A vault's days
 * are to mean the same to everybody and on any machine, so it takes regions alone.
 */
#include "surface/timezone.h"

#include "base/tokens.h"

#include "pgtime.h"

/* Areas of the tz database, whose regions are <area>/<city>; the last are older names. */
static const char *const areas[] = {"Africa", "America",  "Antarctica", "Arctic",
									"Asia",	  "Atlantic", "Australia",	"Europe",
									"Indian", "Pacific",  "Brazil",		"Canada",
									"Chile",  "Mexico",	  "US",			NULL};

/* Other names: of UTC, and older ones of countries. */
static const char *const names[] = {"UTC",	  "Etc/UTC", "Cuba",	 "Egypt",	  "Eire",
									"GB",	  "GB-Eire", "Hongkong", "Iceland",	  "Iran",
									"Israel", "Jamaica", "Japan",	 "Kwajalein", "Libya",
									"Navajo", "NZ",		 "NZ-CHAT",	 "Poland",	  "Portugal",
									"PRC",	  "ROC",	 "ROK",		 "Singapore", "Turkey",
									"W-SU",	  NULL};

/* Whether a text of that length is one of them, in whatever case. */
static bool
is_one_of(const char *const *list, const char *text, size_t length)
{
	for (; *list; list++)
		if (strlen(*list) == length && pg_strncasecmp(*list, text, length) == 0)
			return true;
	return false;
}

/* POSIX strings have an offset, in digits; no region's name has any. */
static bool
has_digit(const char *text)
{
	return strpbrk(text, "0123456789") != NULL;
}

static bool
is_region(const char *timezone)
{
	const char *slash = strchr(timezone, '/');

	return is_one_of(names, timezone, strlen(timezone)) ||
		   (slash && is_one_of(areas, timezone, slash - timezone) && !has_digit(timezone));
}

/*
 * U5: refuses what is not the name of a region or UTC, and regions that this
 * server does not know.
 */
void
pv_check_timezone(const char *timezone)
{
	pg_tz *zone;

	if (!is_region(timezone))
		ereport(ERROR,
				(pv_error(NOT_A_REGION),
				 errmsg("time zone \"%s\" is not the name of a region", timezone),
				 has_digit(timezone) ? errdetail("Offsets are read with either sign: UTC+8 is west "
												 "of Greenwich to some and east to others.")
									 : 0,
				 errhint("Name a region, such as Asia/Shanghai for China, or UTC; "
						 "pg_timezone_names lists those that this server knows.")));
	zone = pg_tzset(timezone);
	if (!zone || !pg_tz_acceptable(zone))
		ereport(ERROR,
				(pv_error(UNKNOWN_TIME_ZONE), errmsg("time zone \"%s\" is not known", timezone),
				 errhint("pg_timezone_names lists the time zones this server knows.")));
}
