/*
 * stock_rows.c
 *	  Grants of shares of stock in the store (Q3).
 *
 * Conversions and allotments make them, deliveries count off what they hand over, and
 * merges move them.
 */
#include "store/stock_rows.h"

#include "base/tokens.h"
#include "engine/memory.h"
#include "engine/parties.h"
#include "engine/stock.h"
#include "store/lookup.h"
#include "store/plan.h"

#include "executor/spi.h"
#include "utils/date.h"

#define GRANT_NAMES "vault, member, " PV_GRANT_COLUMNS
#define GRANT_TYPES "illlldii"

static PvTable grant_insert = {PV_INSERT, "stock_data", GRANT_NAMES, GRANT_TYPES, 0};

static PvTable grant_update = {PV_UPDATE, "stock_data", GRANT_NAMES, GRANT_TYPES, 3};

/* Oldest first. */
static PvLookup grants_of_member = {.table = "stock_data",
									.columns = PV_GRANT_COLUMNS,
									.by = "vault, member, seq",
									.nkeys = 2};

/* clang-format off */

static PvPlan any_left = {
	"SELECT FROM pointsvault.stock_data WHERE vault = $1 AND delivered < shares LIMIT 1", "i", NULL};

static PvPlan move_grants = {
	"UPDATE pointsvault.stock_data SET member = $3 WHERE vault = $1 AND member = $2", "ill", NULL};

/* clang-format on */

/* A grant from a row, in the order of PV_GRANT_COLUMNS. */
PvStockGrant
pv_grant_read(const PvRow *row, int first)
{
	return (PvStockGrant){.seq = pv_row_int(row, first),
						  .shares = pv_row_int(row, first + 1),
						  .delivered = pv_row_int(row, first + 2),
						  .lock = {.free_from = DatumGetDateADT(row->values[first + 3]),
								   .parts = DatumGetInt32(row->values[first + 4]),
								   .part_months = DatumGetInt32(row->values[first + 5])}};
}

/* No delivery goes by a grant that cannot be. */
static void
check_grant(const PvBook *book, const PvStockGrant *grant)
{
	if (pv_is_lock(&grant->lock) && grant->shares > 0 && grant->delivered >= 0 &&
		grant->delivered <= grant->shares)
		return;
	ereport(ERROR,
			(pv_error(DAMAGED_DATA),
			 errmsg("the grant of shares by journal row " INT64_FORMAT " of vault %d cannot be",
					grant->seq, book->vault),
			 errhint("pointsvault.verify(%d) names what was changed.", book->vault)));
}

/*
 * The grants of a member of which shares are left, oldest first (Q4).
 */
PvStockGrant *
pv_grants_of(const PvBook *book, const PvMember *member, int *count)
{
	Datum keys[2] = {Int32GetDatum(book->vault), Int64GetDatum(member->id)};
	PvStockGrant *grants = NULL;
	int size = 0;
	PvScan scan;
	PvRow row;

	*count = 0;
	pv_scan_open(&scan, &grants_of_member, pv_sight(book->mode == PV_BOOK_READ));
	pv_scan_by(&scan, keys);
	while (pv_scan_next(&scan, &row))
	{
		PvStockGrant grant = pv_grant_read(&row, 0);

		check_grant(book, &grant);
		if (grant.delivered == grant.shares)
			continue;
		if (*count == size)
		{
			size = size > 0 ? 2 * size : 8;
			grants = pv_realloc(grants, sizeof(PvStockGrant) * size);
		}
		grants[(*count)++] = grant;
	}
	pv_scan_close(&scan);
	return grants;
}

/* Gathers the row of a grant. */
static void
add_row(PvRows *rows, PvTable *table, int32_t vault, int64_t member, const PvStockGrant *grant)
{
	Datum values[] = {Int32GetDatum(vault),
					  Int64GetDatum(member),
					  Int64GetDatum(grant->seq),
					  Int64GetDatum(grant->shares),
					  Int64GetDatum(grant->delivered),
					  DateADTGetDatum(grant->lock.free_from),
					  Int32GetDatum(grant->lock.parts),
					  Int32GetDatum(grant->lock.part_months)};
	bool nulls[lengthof(values)] = {0};

	rows->table = table;
	pv_add_row(rows, values, nulls, lengthof(values));
}

/* Notes the grant that an event made, and those it handed shares over of. */
void
pv_grants_note(PvBook *book, const PvEvent *event, const PvEffect *effect)
{
	PvStockGrant made = {.seq = event->seq, .shares = effect->item, .lock = effect->lock};

	if (effect->lock.parts > 0)
		add_row(&book->grants_made, &grant_insert, book->vault, pv_own(&event->parties)->id, &made);
	for (int i = 0; i < event->ngrants; i++)
		if (event->grants[i].changed)
			add_row(&book->grants_changed, &grant_update, book->vault, pv_own(&event->parties)->id,
					&event->grants[i]);
}

/* Whether anybody has shares that are not handed over. */
bool
pv_vault_has_grants(int32_t vault)
{
	Datum values[1] = {Int32GetDatum(vault)};

	return pv_run(&any_left, values, NULL, false) > 0;
}

/* Q4: the grants of who is merged are those of who takes over. */
void
pv_grants_merge(int32_t vault, int64_t from, int64_t into)
{
	Datum values[3] = {Int32GetDatum(vault), Int64GetDatum(from), Int64GetDatum(into)};

	(void) pv_run(&move_grants, values, NULL, false);
}
