/*
 * places.h
 *	  Where members stand in the tree, for who walks up a line (M2).
 */
#ifndef PV_STORE_PLACES_H
#define PV_STORE_PLACES_H

#include "base/compat.h"
#include "engine/event.h"
#include "store/lookup.h"
#include "store/state.h"

#include "utils/hsearch.h"

/* The member as it was asked for; or the region whose agent it is, 0 of others. */
typedef struct PvPlaceKey
{
	int64_t member;
	int32_t vault;
	int32_t region;
} PvPlaceKey;

/* A member in the line: who it is, after merges, who stands above, and its rank. */
typedef struct PvPlace
{
	PvPlaceKey key;
	int64_t id; /* 0 = nobody */
	int64_t sponsor;
	bool resolved; /* its sponsor is known not to be merged */
	bool ranked;   /* whether the rank was looked for */
	int rank;
} PvPlace;

/* What is open while places are found. */
typedef struct PvPlaces
{
	PvBook *book;
	HTAB *kept;
	bool is_open; /* the scans */
	PvScan members;
	PvScan teams;
} PvPlaces;

extern PvPlaces pv_places_begin(PvBook *book);
extern PvPlace pv_place_of(PvPlaces *places, int64_t member, bool resolved);
extern int64_t pv_place_of_agent(PvPlaces *places, const char *region, PvReason reason);
extern void pv_places_end(PvPlaces *places);

#endif /* PV_STORE_PLACES_H */
