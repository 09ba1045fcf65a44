/*
 * sha256.h
 *	  SHA-256 by the server's own library, many times with one context.
 */
#ifndef PV_SHA256_H
#define PV_SHA256_H

#include "base/compat.h"

#include "common/cryptohash.h"
#include "common/sha2.h"

/* Freed by whoever opened it; after an error by the server. */
typedef pg_cryptohash_ctx PvSha;

extern PvSha *pv_sha_open(void);
extern void pv_sha256(PvSha *sha, const uint8 *data, Size size, uint8 *digest);
extern void pv_sha_close(PvSha *sha);

#endif /* PV_SHA256_H */
