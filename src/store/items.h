/*
 * items.h
 *	  Series of collectibles and their items, in their tables (N1 to N4).
 */
#ifndef PV_STORE_ITEMS_H
#define PV_STORE_ITEMS_H

#include "base/compat.h"
#include "engine/event.h"
#include "store/plan.h"
#include "store/state.h"

#include "utils/jsonb.h"

/* A series with what the engine does not ask for. */
typedef struct PvSeriesRow
{
	PvSeries terms;
	const char *code;
	const char *name; /* NULL: none */
	Jsonb *about;	  /* likewise */
} PvSeriesRow;

/* In the order in which pv_series_read takes them. */
#define PV_SERIES_COLUMNS                                                                        \
	"seq, code, supply, issued, price_points, price_amount, min_spent, fee_rate, transferable, " \
	"uses, closed, name, about"

/* In the order in which pv_item_read takes them. */
#define PV_ITEM_COLUMNS "serial, owner, listed, used, since, seq"

pv_noreturn extern void pv_no_such_series(int32_t vault, const char *code);
pv_noreturn extern void pv_no_such_item(int32_t vault, const char *code, int64_t serial);
extern PvSeriesRow pv_series_read(const PvRow *row, int first);
extern PvItem pv_item_read(const PvRow *row, int first);
extern bool pv_series_find(int32_t vault, const char *code, bool read_only, PvSeriesRow *series);
extern bool pv_series_is_sound(const PvSeries *series);
extern void pv_series_add(PvBook *book, const PvSeriesRow *series);
extern void pv_series_change(PvBook *book, const PvSeries *series);
extern char *pv_series_note(const PvSeriesRow *series);
extern bool pv_series_read_note(const char *note, PvSeries *series);
extern bool pv_item_find(int32_t vault, int64_t series, int64_t serial, bool read_only,
						 PvItem *item);
extern void pv_item_note(PvBook *book, const PvEvent *event, const PvEffect *effect);
extern void pv_items_merge(int32_t vault, int64_t from, int64_t into);
extern int64_t pv_spent_by(int32_t vault, int64_t member, bool read_only);

#endif /* PV_STORE_ITEMS_H */
