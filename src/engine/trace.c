/*
 * trace.c
 *	  How the figures of an event came about, for those who ask why.
 */
#include "engine/trace.h"

#include "engine/memory.h"

#include <stddef.h>

/*
 * Adds a step; called by pv_step, where there is a trace.
 */
void
pv_trace_add(PvTrace *trace, PvStep step)
{
	if (trace->count == trace->size)
	{
		trace->size = trace->size > 0 ? 2 * trace->size : 16;
		trace->steps = pv_realloc(trace->steps, sizeof(PvStep) * trace->size);
	}
	trace->steps[trace->count++] = step;
}
