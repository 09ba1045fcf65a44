/*
 * errors.h
 *	  Error codes of the engine as errors of PostgreSQL: token, message, hint; and
 *	  the list of all errors.
 */
#ifndef PV_SURFACE_ERRORS_H
#define PV_SURFACE_ERRORS_H

#include "base/compat.h"
#include "base/tokens.h"
#include "engine/event.h"
#include "store/state.h"
#include "surface/asked.h"

extern const char *pv_token_text(PvToken token, const char *message);
extern bool pv_error_is(const ErrorData *error, PvToken token);
extern const char *pv_error_text(const ErrorData *error);
extern const char *pv_amount_text(int64_t amount);
pv_noreturn extern void pv_raise(PvError error, const PvRequest *request, const PvBook *book);

#endif /* PV_SURFACE_ERRORS_H */
