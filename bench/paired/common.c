/*
 * common.c
 *	  What each part of the harness needs: an end, memory and the time.
 */
#include "paired.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

void
fail(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fputs("paired: ", stderr);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
	va_end(arguments);
	exit(1);
}

void *
must(void *memory)
{
	if (memory == NULL)
		fail("out of memory");
	return memory;
}

/* In seconds, of a clock that nobody sets. */
double
now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec * 1e-9;
}
