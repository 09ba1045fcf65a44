/*
 * variant.c
 *	  What is measured: read from a word of the command line and a file, prepared in
 *	  every session, and brought about ahead of its blocks.
 */
#include "paired.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MOST_TARGETS 16
#define RELOAD_SECONDS 10

/* Variants of one database share its sessions, so that they differ by nothing else. */
static Target *
target_of(const char *conninfo, int clients)
{
	static Target targets[MOST_TARGETS];
	static int count;
	Target *target;

	for (int i = 0; i < count; i++)
	{
		if (strcmp(targets[i].conninfo, conninfo) == 0)
			return &targets[i];
	}
	if (count == MOST_TARGETS)
		fail("more than %d databases", MOST_TARGETS);
	target = &targets[count++];
	target->conninfo = conninfo;
	target->control = session_open(conninfo);
	for (int i = 0; i < clients; i++)
		target->sessions[i] = session_open(conninfo);
	return target;
}

/* A file without its lines of comment. */
static char *
read_sql(const char *path)
{
	FILE *file = fopen(path, "r");
	char *text = must(calloc(1, 1));
	char *line = NULL;
	size_t room = 0;

	if (file == NULL)
		fail("cannot read %s", path);
	while (getline(&line, &room, file) > 0)
	{
		if (strncmp(line, "--", 2) == 0)
			continue;
		text = must(realloc(text, strlen(text) + strlen(line) + 1));
		strcat(text, line);
	}
	free(line);
	fclose(file);
	return text;
}

static int
parameters_of(const char *text)
{
	int most = 0;

	for (const char *dollar = strchr(text, '$'); dollar; dollar = strchr(dollar + 1, '$'))
	{
		int place = dollar[1] - '0';

		if (place >= 1 && place <= PARAMETERS && place > most)
			most = place;
	}
	return most;
}

static void
add_statement(Variant *variant, const char *text, int serial)
{
	Statement *statement = &variant->statements[variant->statement_count];

	if (variant->statement_count == MOST_STATEMENTS)
		fail("%s has more than %d statements", variant->name, MOST_STATEMENTS);
	snprintf(statement->name, sizeof(statement->name), "v%d_%d", serial, variant->statement_count);
	statement->text = text;
	statement->parameters = parameters_of(text);
	variant->statement_count++;
}

/* No statement that is measured has a semicolon within. */
static void
read_statements(Variant *variant, const char *path)
{
	static int serial;
	char *rest = NULL;

	serial++;
	for (char *text = strtok_r(read_sql(path), ";", &rest); text; text = strtok_r(NULL, ";", &rest))
	{
		if (text[strspn(text, " \t\n")] != '\0')
			add_statement(variant, text, serial);
	}
	if (variant->statement_count == 0)
		fail("%s has no statement", path);
}

static long
count_of(const char *key, const char *value)
{
	char *end;
	long count = strtol(value, &end, 10);

	if (*end != '\0' || count < 1)
		fail("%s=%s is no count", key, value);
	return count;
}

/* OPTION=VALUE; where to is for later, as others may go there too. */
static void
read_option(Variant *variant, char *word, const char **conninfo)
{
	char *value = strchr(word, '=');

	if (value == NULL)
		fail("%s is not OPTION=VALUE", word);
	*value++ = '\0';
	if (strcmp(word, "db") == 0)
		*conninfo = value;
	else if (strcmp(word, "vault") == 0)
		variant->vault = value;
	else if (strcmp(word, "members") == 0)
		variant->members = count_of(word, value);
	else if (strcmp(word, "events") == 0)
		variant->events = count_of(word, value);
	else if (strcmp(word, "calls") == 0)
		variant->calls = count_of(word, value);
	else if (strcmp(word, "set") == 0)
		variant->setting = value;
	else if (strcmp(word, "before") == 0)
		variant->before = value;
	else if (strcmp(word, "until") == 0)
		variant->until = value;
	else
		fail("there is no option %s", word);
}

/* NAME|FILE|OPTION=VALUE|...; the words are kept. */
Variant *
variant_read(char *words, int clients)
{
	Variant *variant = must(calloc(1, sizeof(Variant)));
	const char *conninfo = "";
	const char *path;
	char *rest = NULL;

	variant->name = strtok_r(words, "|", &rest);
	path = strtok_r(NULL, "|", &rest);
	if (path == NULL)
		fail("a variant is NAME|FILE|OPTION=VALUE|...");
	variant->vault = "1";
	variant->members = 100000;
	variant->events = 1;
	for (char *word = strtok_r(NULL, "|", &rest); word; word = strtok_r(NULL, "|", &rest))
		read_option(variant, word, &conninfo);
	read_statements(variant, path);
	variant->target = target_of(conninfo, clients);
	for (int i = 0; i < clients; i++)
	{
		for (int k = 0; k < variant->statement_count; k++)
			session_prepare(variant->target->sessions[i], &variant->statements[k]);
	}
	return variant;
}

/* --- settings ----------------------------------------------------------------- */

/* The server is told, its backends get to know some time later, between two statements. */
static void
await_setting(PGconn *session, const char *name, const char *value)
{
	const double end = now() + RELOAD_SECONDS;
	char sql[256];

	snprintf(sql, sizeof(sql), "SELECT pg_catalog.current_setting('%s')", name);
	for (;;)
	{
		char *found = session_ask(session, sql);
		const bool known = strcmp(found, value) == 0;

		free(found);
		if (known)
			return;
		if (now() > end)
			fail("a session does not get to know %s = %s", name, value);
		usleep(1000);
	}
}

static void
alter_system(const Target *target, const char *name, const char *value)
{
	char sql[256];

	snprintf(sql, sizeof(sql), "ALTER SYSTEM SET %s = '%s'", name, value);
	session_do(target->control, sql);
	session_do(target->control, "SELECT pg_catalog.pg_reload_conf()");
	for (int i = 0; i < MOST_CLIENTS && target->sessions[i]; i++)
		await_setting(target->sessions[i], name, value);
}

static void
put_in_force(const Variant *variant)
{
	Target *target = variant->target;
	const char *setting = variant->setting;
	const char *equals = strchr(setting, '=');
	char name[128];

	if (equals == NULL || equals - setting >= (long) sizeof(name))
		fail("set=%s is not set=NAME=VALUE", setting);
	if (target->in_force && strcmp(target->in_force, setting) == 0)
		return;
	snprintf(name, sizeof(name), "%.*s", (int) (equals - setting), setting);
	alter_system(target, name, equals + 1);
	target->in_force = setting;
}

/* What is to be so ahead of a block. */
void
variant_prepare(const Variant *variant)
{
	if (variant->setting)
		put_in_force(variant);
	if (variant->before)
		session_do(variant->target->control, variant->before);
}

/* The server is left as it was found. */
void
variant_finish(const Variant *variant)
{
	char sql[256];

	if (variant->setting == NULL)
		return;
	snprintf(sql, sizeof(sql), "ALTER SYSTEM RESET %.*s", (int) strcspn(variant->setting, "="),
			 variant->setting);
	session_do(variant->target->control, sql);
	session_do(variant->target->control, "SELECT pg_catalog.pg_reload_conf()");
}

/* How many bytes of WAL there have been. */
double
target_wal(const Target *target)
{
	char *answer =
		session_ask(target->control, "SELECT pg_catalog.pg_current_wal_insert_lsn() - '0/0'");
	double bytes = strtod(answer, NULL);

	free(answer);
	return bytes;
}
