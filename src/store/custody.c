/*
 * custody.c
 *	  Points in custody of an exchange, by destination and day (X1, X2).
 */
#include "store/custody.h"

#include "engine/event.h"
#include "store/plan.h"

/* clang-format off */

/*
 * $4 and $5 are hand_over and take_back, by which an index is kept.  Each destination has a
 * row for the last day, where anything is there by then, whether it moved or not.
 */
static PvPlan custody = {
	"WITH moved AS ("
		"SELECT j.day, j.note AS destination, "
			"sum(CASE j.kind WHEN $4 THEN j.points::pg_catalog.numeric - j.points_fee::pg_catalog.numeric "
				"ELSE 0 END) AS handed, "
			"sum(CASE j.kind WHEN $5 THEN j.points::pg_catalog.numeric ELSE 0 END) AS taken, "
			"COALESCE(sum(j.points_fee::pg_catalog.numeric), 0) AS fee, count(*) AS events "
		"FROM pointsvault.journal_data j "
		"WHERE j.vault = $1 AND j.kind IN (65, 66) AND j.day <= $3 "
		"GROUP BY j.day, j.note), "
	"told AS ("
		"SELECT day, destination, handed, taken, fee, events FROM moved "
		"UNION ALL "
		"SELECT $3, m.destination, 0, 0, 0, 0 "
		"FROM moved m "
		"GROUP BY m.destination "
		"HAVING max(m.day) < $3 AND sum(m.handed - m.taken) <> 0), "
	"summed AS ("
		"SELECT t.*, sum(t.handed - t.taken) OVER (PARTITION BY t.destination ORDER BY t.day) AS custody "
		"FROM told t) "
	"SELECT s.day, s.destination, pg_catalog.trim_scale(s.custody - s.handed + s.taken), "
		"pg_catalog.trim_scale(s.handed), pg_catalog.trim_scale(s.taken), "
		"pg_catalog.trim_scale(s.custody), pg_catalog.trim_scale(s.fee), s.events "
	"FROM summed s "
	"WHERE s.day >= $2 "
	"ORDER BY s.day, s.destination COLLATE \"C\"",
	"iddss", NULL};

/* clang-format on */

/* The rows, in SPI_tuptable; returns how many they are. */
uint64
pv_custody_rows(int32_t vault, DateADT since, DateADT until)
{
	Datum values[5] = {Int32GetDatum(vault), DateADTGetDatum(since), DateADTGetDatum(until),
					   Int16GetDatum(PV_KIND_HAND_OVER), Int16GetDatum(PV_KIND_TAKE_BACK)};

	return pv_run(&custody, values, NULL, true);
}
