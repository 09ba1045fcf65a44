/*
 * session.c
 *	  A session with the server.  Whatever goes wrong in one ends the program, as
 *	  figures without it would be of something else.
 */
#include "paired.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const Oid INT4 = 23, INT8 = 20, TEXT = 25, NUMERIC = 1700;

PGconn *
session_open(const char *conninfo)
{
	PGconn *session = PQconnectdb(conninfo);

	if (PQstatus(session) != CONNECTION_OK)
		fail("%s", PQerrorMessage(session));
	/* a warning would be said as often as it is called */
	session_do(session, "SET client_min_messages = error");
	return session;
}

static PGresult *
checked(PGconn *session, PGresult *result, const char *sql)
{
	ExecStatusType status = PQresultStatus(result);

	if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
		fail("%s%s", PQerrorMessage(session), sql);
	return result;
}

void
session_prepare(PGconn *session, const Statement *statement)
{
	const Oid types[PARAMETERS] = {INT4, TEXT, NUMERIC, TEXT, INT8, INT8, INT8};

	PQclear(
		checked(session,
				PQprepare(session, statement->name, statement->text, statement->parameters, types),
				statement->text));
}

void
session_run(PGconn *session, const Statement *statement, const Order *order)
{
	PQclear(checked(session,
					PQexecPrepared(session, statement->name, statement->parameters, order->values,
								   NULL, NULL, 0),
					statement->text));
}

void
session_do(PGconn *session, const char *sql)
{
	PQclear(checked(session, PQexec(session, sql), sql));
}

/* The first column of the first row, to be freed. */
char *
session_ask(PGconn *session, const char *sql)
{
	PGresult *result = checked(session, PQexec(session, sql), sql);
	char *answer;

	if (PQntuples(result) == 0)
		fail("no row: %s", sql);
	answer = must(strdup(PQgetvalue(result, 0, 0)));
	PQclear(result);
	return answer;
}

/* What its backend has used of a processor so far, in seconds. */
double
session_cpu(PGconn *session)
{
	char path[64];
	double nanoseconds;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/schedstat", PQbackendPID(session));
	file = fopen(path, "r");
	if (file == NULL)
		return 0;
	if (fscanf(file, "%lf", &nanoseconds) != 1)
		nanoseconds = 0;
	fclose(file);
	return nanoseconds * 1e-9;
}
