/*
 * preset.h
 *	  Whole policies by name (MODEL §10).
 */
#ifndef PV_POLICY_PRESET_H
#define PV_POLICY_PRESET_H

#include "base/compat.h"

extern const char *pv_preset_name(int index);
extern const char *pv_preset(const char *name);

#endif /* PV_POLICY_PRESET_H */
