#!/usr/bin/awk -f
#
# awk -f upgrade.awk OLD NEW [STEPS]
#
# Prints the script that brings an installation made by the script OLD to where NEW
# would have brought it: NEW's statements that OLD has not, in NEW's order.
#
#   CREATE FUNCTION, PROCEDURE, VIEW   that is there already, with the same parameters: OR REPLACE
#   DO                                 always, as it does what is still to be done
#   any other CREATE of a name that is there already, and what is there no more
#                                      STEPS has to say how: statements of its own, which
#                                      come first. Where it does not name the thing the
#                                      build ends here
#
# A statement begins at the start of a line and ends with one whose last character is ";",
# where that is in no body: between $$ and $$, or BEGIN ATOMIC and END.

FNR == 1 { file++ }
file == 3 { steps = steps $0 "\n"; next }

# what psql alone would heed, and what stands between statements
statement == "" && (/^ *$/ || /^--/ || /^\\/ || /^\/\*.*\*\/$/) { next }

{
	statement = statement $0 "\n"
	if (gsub(/\$\$/, "$$") % 2 == 1)
		quoted = !quoted
	if ($0 == "BEGIN ATOMIC")
		atomic = 1
	else if ($0 == "END;")
		atomic = 0
	if (!quoted && !atomic && /;$/)
	{
		take(statement)
		statement = ""
	}
}

function take(text)
{
	if (file == 1)
	{
		is_old[text] = 1
		if (name_of(text) != "")
			old_names[name_of(text)] = 1
	}
	else
	{
		new[++count] = text
		if (name_of(text) != "")
			new_names[name_of(text)] = 1
	}
}

# "TABLE pointsvault.vault" of what a statement creates, of a function with its parameters as
# they stand there, since another that has others is another; "" where it creates nothing
function name_of(text,    words)
{
	if (text !~ /^CREATE (UNIQUE )?(TABLE|SEQUENCE|TYPE|INDEX|FUNCTION|PROCEDURE|AGGREGATE|VIEW) /)
		return ""
	sub(/^CREATE (UNIQUE )?/, "", text)
	split(text, words, /[ (;\n]+/)
	return words[1] " " words[2] (words[1] ~ /^(FUNCTION|PROCEDURE|AGGREGATE)$/ ? parameters(text) : "")
}

# the first thing in parentheses, without blanks at its ends and with single ones in it
function parameters(text,    depth, i, c)
{
	text = substr(text, index(text, "("))
	for (i = 1; i <= length(text); i++)
	{
		c = substr(text, i, 1)
		depth += (c == "(") - (c == ")")
		if (depth == 0)
			break
	}
	text = substr(text, 1, i)
	gsub(/[ \n]+/, " ", text)
	gsub(/\( /, "(", text)
	gsub(/ \)/, ")", text)
	return text
}

function is_replaced(name)
{
	return name ~ /^(FUNCTION|PROCEDURE|VIEW) /
}

# whether the steps name the thing, whatever they do to it
function need_step(name, how,    words)
{
	split(name, words, /[ (]/)
	if (index(steps, words[2]))
		return
	print name " " how ", and no step says what an upgrade does about it" > "/dev/stderr"
	failed = 1
}

END {
	if (statement != "")
	{
		print "a statement that does not end: " statement > "/dev/stderr"
		failed = 1
	}
	print "-- complain if script is sourced in psql, rather than via ALTER EXTENSION"
	print "\\echo Use \"ALTER EXTENSION pointsvault UPDATE\" to load this file. \\quit\n"
	printf "%s", steps
	for (name in old_names)
		if (!(name in new_names))
			need_step(name, "is no more")
	for (i = 1; i <= count; i++)
	{
		text = new[i]
		name = name_of(text)
		if ((text in is_old) && text !~ /^DO /)
			continue
		if (name in old_names)
		{
			if (is_replaced(name))
				sub(/^CREATE/, "CREATE OR REPLACE", text)
			else
			{
				need_step(name, "has changed")
				continue
			}
		}
		printf "%s", text
	}
	exit failed
}
