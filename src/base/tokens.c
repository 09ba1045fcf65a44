/*
 * tokens.c
 *	  The list of errors as a table.
 */
#include "base/tokens.h"

static const PvTokenInfo infos[] = {
#define PV_TOKEN(name, token, sqlstate, retry, http, meaning) \
	[PV_TOKEN_##name] = {token, sqlstate, retry, http, meaning},
#include "base/tokenlist.h"
#undef PV_TOKEN
};

const PvTokenInfo *
pv_token_info(PvToken token)
{
	return &infos[token];
}

/*
 * Gives the error being reported its SQLSTATE, and its token where every driver
 * shows it.
 */
int
pv_set_token(PvToken token)
{
	(void) err_generic_string(PG_DIAG_CONSTRAINT_NAME, infos[token].token);
	return errcode(infos[token].sqlstate);
}
