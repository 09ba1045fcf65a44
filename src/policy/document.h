/*
 * document.h
 *	  From a policy document to a policy, by the table of keys: checked whole, and
 *	  what is wrong is told with the path of its key.
 */
#ifndef PV_POLICY_DOCUMENT_H
#define PV_POLICY_DOCUMENT_H

#include "base/compat.h"
#include "engine/policy.h"

#include "utils/jsonb.h"

/* What is wrong with a document: "PATH WHY", and more where there is more to say. */
typedef struct PvPolicyFault
{
	const char *path;
	const char *why;
	const char *detail; /* or NULL */
} PvPolicyFault;

extern bool pv_policy_read(Jsonb *document, PvPolicy *policy, PvPolicyFault *fault);
extern void pv_policy_parse(Jsonb *document, PvPolicy *policy);
extern Jsonb *pv_policy_merge(Jsonb *document, Jsonb *patch);

#endif /* PV_POLICY_DOCUMENT_H */
