/*
 * cache.h
 *	  Policies from their documents, parsed once for each version in a backend.
 */
#ifndef PV_POLICY_CACHE_H
#define PV_POLICY_CACHE_H

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

/* policy_json.c */
extern bool pv_policy_read(Jsonb *document, PvPolicy *policy, PvPolicyFault *fault);
extern void pv_policy_parse(Jsonb *document, PvPolicy *policy);
extern Jsonb *pv_policy_merge(Jsonb *document, Jsonb *patch);

/* preset.c */
extern const char *pv_preset(const char *name);
extern const char *pv_preset_name(int index);

/* policy_cache.c */
extern bool pv_policy_cached(int32_t serial, PvPolicy *policy);
extern void pv_policy_remember(const PvPolicy *policy, Oid table);

#endif /* PV_POLICY_CACHE_H */
