/*
 * holders.h
 *	  Who holds how much of an asset, now or by a journal row (P2).
 */
#ifndef PV_STORE_HOLDERS_H
#define PV_STORE_HOLDERS_H

#include "base/compat.h"
#include "engine/figures.h"

#include "datatype/timestamp.h"

typedef struct PvHolder
{
	int64_t member;
	int64_t holding;
	const char *name;
} PvHolder;

typedef struct PvHolders
{
	PvHolder *list; /* largest first, where the call does not say another order */
	int64_t count;
} PvHolders;

extern bool pv_has_holders(const PvFigure *asset);
extern PvHolders pv_holders(int32_t vault, const PvFigure *asset, int64_t seq, int64_t most);
extern PvHolders pv_holdings_at(int32_t vault, const PvFigure *asset, int64_t seq);

#endif /* PV_STORE_HOLDERS_H */
