/*
 * actor.c
 *	  Who books: the role as the journal names it.
 */
#include "store/actor.h"

#include "miscadmin.h"
#include "utils/builtins.h"

/*
 * A role's name as an identifier, whatever the caller's settings: audits look for it.
 */
static const char *
quoted_name(Oid role)
{
	const char *name = GetUserNameFromId(role, false);
	bool quote_all = quote_all_identifiers;

	quote_all_identifiers = false;
	name = quote_identifier(name);
	quote_all_identifiers = quote_all;
	return name;
}

/*
 * A role's name, quoted where it could be taken for that of two.
 */
static const char *
plain_name(Oid role)
{
	const char *name = GetUserNameFromId(role, false);

	return strchr(name, '(') ? quoted_name(role) : name;
}

/*
 * Who invoked the function, which is who is judged for it: the role of SET ROLE,
 * the owner of a SECURITY DEFINER function around the call, or of a table whose
 * index or trigger called.  Where the session is another's, it is named too:
 * "shop (login web)".
 */
const char *
pv_actor(void)
{
	Oid invoker = GetUserId();
	Oid login = GetSessionUserId();

	if (invoker == login)
		return plain_name(invoker);
	return psprintf("%s (login %s)", quoted_name(invoker), quoted_name(login));
}
