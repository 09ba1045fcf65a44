/*
 * figures.h
 *	  The one list of what a member can have (assets), and the one of what a vault
 *	  stands at (accounts).
 *
 * Reading, writing, digests, SQL columns, names and scales follow from them: a new
 * one is a field of its structure in event.h, a row here, and its columns in
 * sql/parts/20_tables.sql.  Rows are in the order of the fields.
 *
 * FIRST and X are called for the first and for each other row with `arg` and
 *	  field, column, type (a amount, p points, l count), whether a 0 is stored too
 */
#ifndef PV_ENGINE_FIGURES_H
#define PV_ENGINE_FIGURES_H

#include "engine/fixed.h"
#include "engine/trace.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PV_ASSETS(FIRST, X, arg)           \
	FIRST(arg, points, points, "p", false) \
	X(arg, credits, credits, "a", false)   \
	X(arg, cash, cash, "a", false)         \
	X(arg, reward, reward, "a", false)     \
	X(arg, quota, quota, "a", false)       \
	X(arg, shares, shares, "l", false)     \
	X(arg, stock, stock, "l", false)       \
	X(arg, items, items, "l", false)       \
	X(arg, debt, debt, "a", false)

#define PV_ACCOUNTS(FIRST, X, arg)                 \
	FIRST(arg, pool, pool, "a", true)              \
	X(arg, circulating, circulating, "p", true)    \
	X(arg, issued, issued, "p", true)              \
	X(arg, uncapped, uncapped, "p", false)         \
	X(arg, treasury, treasury, "p", false)         \
	X(arg, credits, credits, "a", false)           \
	X(arg, reserve, reserve, "a", false)           \
	X(arg, platform, platform, "a", false)         \
	X(arg, shareholders, shareholders, "a", false) \
	X(arg, dividends, dividends, "a", false)       \
	X(arg, cash, cash_owed, "a", false)            \
	X(arg, turnover, turnover, "a", false)         \
	X(arg, stock_price, stock_price, "a", false)   \
	X(arg, stock_issued, stock_issued, "l", false) \
	X(arg, debts, debts, "a", false)               \
	X(arg, exchange, exchange, "p", false)

#define PV_COUNT_FIGURE(arg, field, column, type, always) +1
#define PV_ASSET_COUNT (0 PV_ASSETS(PV_COUNT_FIGURE, PV_COUNT_FIGURE, ))
#define PV_ACCOUNT_COUNT (0 PV_ACCOUNTS(PV_COUNT_FIGURE, PV_COUNT_FIGURE, ))

/* A row of either list, for loops. */
typedef struct PvFigure
{
	const char *column;
	size_t offset; /* of the field in PvAssets or PvVault */
	int scale;
	bool always; /* a 0 is stored, not left out */
} PvFigure;

extern const PvFigure pv_assets[PV_ASSET_COUNT];
extern const PvFigure pv_accounts[PV_ACCOUNT_COUNT];

/* The field of a structure that a row is of. */
static inline int64_t
pv_figure(const void *of, const PvFigure *figure)
{
	return *(const int64_t *) ((const char *) of + figure->offset);
}

static inline void
pv_set_figure(void *of, const PvFigure *figure, int64_t value)
{
	*(int64_t *) ((char *) of + figure->offset) = value;
}

/* A figure as a trace has it. */
static inline PvTerm
pv_figure_term(const PvFigure *figure, int64_t value)
{
	PvUnit unit = figure->scale == PV_POINTS_SCALE	 ? PV_UNIT_POINTS
				  : figure->scale == PV_AMOUNT_SCALE ? PV_UNIT_AMOUNT
													 : PV_UNIT_SHARES;

	return (PvTerm){value, unit};
}

#endif /* PV_ENGINE_FIGURES_H */
