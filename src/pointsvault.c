/*
 * pointsvault.c
 *	  The loadable module.
 */
#include "compat.h"

PG_MODULE_MAGIC;
