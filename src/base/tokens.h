/*
 * tokens.h
 *	  Errors that a program can tell apart: SQLSTATE and token by one name.
 *
 *	  ereport(ERROR, (pv_error(DAY_CLOSED), errmsg(...)));
 */
#ifndef PV_TOKENS_H
#define PV_TOKENS_H

#include "base/compat.h"

typedef enum PvToken
{
#define PV_TOKEN(name, token, sqlstate, retry, http, meaning) PV_TOKEN_##name,
#include "base/tokenlist.h"
#undef PV_TOKEN
	PV_TOKEN_COUNT
} PvToken;

typedef struct PvTokenInfo
{
	const char *token;
	int sqlstate;
	bool retry;
	int http;
	const char *meaning;
} PvTokenInfo;

extern const PvTokenInfo *pv_token_info(PvToken token);
extern int pv_set_token(PvToken token);

/* In place of errcode(). */
#define pv_error(name) pv_set_token(PV_TOKEN_##name)

/* In place of elog(ERROR, ...): what cannot happen. */
#define pv_internal_error(...) \
	ereport(ERROR, (pv_error(INTERNAL_ERROR), errmsg_internal(__VA_ARGS__)))

#endif /* PV_TOKENS_H */
