/*
 * intake.h
 *	  What came into the tables of members and orders, and what went out.
 */
#ifndef PV_STORE_INTAKE_H
#define PV_STORE_INTAKE_H

#include "base/compat.h"

#include "datatype/timestamp.h"

/* Stored with each note: never renumber. */
typedef enum PvIntakeKind
{
	/* of members */
	PV_INTAKE_ENROLLED = 1,
	PV_INTAKE_RENAMED = 2,
	PV_INTAKE_CHANGED = 3,
	PV_INTAKE_MERGED = 4,
	PV_INTAKE_ERASED = 5,
	/* of orders, from here on */
	PV_INTAKE_SUBMITTED = 10,
	PV_INTAKE_SETTLED = 11,
	PV_INTAKE_CANCELLED = 12,
	PV_INTAKE_SET_ASIDE = 13,
	PV_INTAKE_BUYER_RENAMED = 14
} PvIntakeKind;

typedef struct PvIntake
{
	PvIntakeKind kind;
	int32_t rows;
	int64_t change;
	TimestampTz at;
	const char *actor;
	const char *ref; /* NULL = none */
} PvIntake;

extern uint64 pv_hash_text(const char *text, uint64 seed);
extern int64_t pv_intake_digest(int32_t vault, const PvIntake *note);
extern void pv_intake_note(int32_t vault, PvIntakeKind kind, int32_t rows, uint64 change,
						   const char *ref);

#endif /* PV_STORE_INTAKE_H */
