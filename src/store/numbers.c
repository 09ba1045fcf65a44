/*
 * numbers.c
 *	  Numbers that sequences give to vaults, policies and members.
 *
 * They go up.  A backend knows policies by their serial alone, members are counted and
 * enrolled in the order of their numbers, indexes on a member's number serve all vaults.
 * Logical replication brings rows and leaves sequences where they were, and what they
 * give then need not be met by any key: so before a backend first draws of them it looks
 * whether they are ahead of what is there.
 */
#include "store/numbers.h"

#include "base/tokens.h"
#include "store/plan.h"

/* clang-format off */

/* What is committed now was drawn before now: a sequence, read after it, is not behind it. */
static PvPlan behind = {
	"SELECT n.sequence, n.highest "
	"FROM ("
		"SELECT 'vault_id_seq', (SELECT pg_catalog.max(v.id) FROM pointsvault.vault v), "
			"(SELECT CASE WHEN s.is_called THEN s.last_value ELSE 0 END FROM pointsvault.vault_id_seq s) "
		"UNION ALL "
		"SELECT 'policy_serial', (SELECT pg_catalog.max(p.serial) FROM pointsvault.policy_data p), "
			"(SELECT CASE WHEN s.is_called THEN s.last_value ELSE 0 END FROM pointsvault.policy_serial s) "
		"UNION ALL "
		"SELECT 'member_data_id_seq', "
			"(SELECT pg_catalog.max(m.id) FROM pointsvault.vault v CROSS JOIN LATERAL "
				"(SELECT d.id FROM pointsvault.member_data d WHERE d.vault = v.id ORDER BY d.id DESC LIMIT 1) m), "
			"(SELECT CASE WHEN s.is_called THEN s.last_value ELSE 0 END FROM pointsvault.member_data_id_seq s)"
	") n (sequence, highest, last) "
	"WHERE n.highest > n.last LIMIT 1",
	"", .how = PV_IN_ORDER};

/* clang-format on */

/* Refuses to draw numbers that are, or may be, taken. */
void
pv_check_numbers(void)
{
	static Oid checked; /* the extension, by its table of vaults */
	PvRow row;

	if (checked == pv_vault_table())
		return;
	if (pv_run(&behind, NULL, NULL, false) > 0)
	{
		row = pv_result_row(0);
		ereport(
			ERROR,
			(pv_error(SEQUENCE_BEHIND),
			 errmsg("sequence %s.%s is behind the numbers that are in use, the highest of which "
					"is " INT64_FORMAT,
					PV_SCHEMA, pv_row_text(&row, 0), pv_row_int(&row, 1)),
			 errhint("Logical replication brings no sequences: set all of them by "
					 "pg_catalog.setval() as they are on the server that the rows came from.")));
	}
	checked = pv_vault_table();
}
