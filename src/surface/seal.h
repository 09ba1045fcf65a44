/*
 * seal.h
 *	  Proofs that something is in a vault's log.
 */
#ifndef PV_SURFACE_SEAL_H
#define PV_SURFACE_SEAL_H

#include "base/compat.h"

extern char *pv_kept_leaf_proof(int32_t vault, int64_t index, const char *what);

#endif /* PV_SURFACE_SEAL_H */
