/*
 * sha256.c
 *	  SHA-256 by the server's own library, many times with one context.
 */
#include "base/sha256.h"

#include "base/tokens.h"

/* A context that hashes one thing after the other. */
PvSha *
pv_sha_open(void)
{
	PvSha *sha = pg_cryptohash_create(PG_SHA256);

	if (!sha)
		pv_internal_error("there is no SHA-256");
	return sha;
}

/* The 32 bytes of the SHA-256 of something. */
void
pv_sha256(PvSha *sha, const uint8 *data, Size size, uint8 *digest)
{
	if (pg_cryptohash_init(sha) < 0 || pg_cryptohash_update(sha, data, size) < 0 ||
		pg_cryptohash_final(sha, digest, PG_SHA256_DIGEST_LENGTH) < 0)
		pv_internal_error("SHA-256 failed");
}

/* Gives a context back. */
void
pv_sha_close(PvSha *sha)
{
	pg_cryptohash_free(sha);
}
