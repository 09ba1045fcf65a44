/*
 * columns.h
 *	  The one list of the journal's columns, and columns of lists as SQL.
 *
 * A new column of the journal is a row here, its column in sql/parts/20_tables.sql,
 * and what writes and reads it in journal.c.
 */
#ifndef PV_STORE_COLUMNS_H
#define PV_STORE_COLUMNS_H

#include "base/compat.h"
#include "engine/figures.h"

/* A row of a list of figures as a column of its own, or as one of the event's member. */
#define PV_AS_COLUMN(X, field, column, type, always) X(column, type)
#define PV_AS_MEMBERS_COLUMN(X, field, column, type, always) X(member_##column, type)
#define PV_NO_COLUMN(X, field, column, type, always)

/* FIRST and X are called with column and type, a letter as in plan.h. */
#define PV_JOURNAL(FIRST, X)                                  \
	FIRST(vault, "i")                                         \
	X(day, "d")                                               \
	X(policy, "i")                                            \
	X(kind, "s")                                              \
	X(named_contribution, "b")                                \
	X(suspended, "b")                                         \
	X(seq, "l")                                               \
	X(booked_at, "z")                                         \
	PV_ACCOUNTS(PV_AS_COLUMN, PV_AS_COLUMN, X)                \
	X(next_exit, "l")                                         \
	X(member, "l")                                            \
	X(amount, "a")                                            \
	X(points, "p") /* the member's too, by the kind's sign */ \
	X(cash, "a")                                              \
	X(fee, "a")                                               \
	X(contribution, "a")                                      \
	X(reversed, "a")                                          \
	PV_ASSETS(PV_NO_COLUMN, PV_AS_MEMBERS_COLUMN, X)          \
	X(cause, "l")                                             \
	X(at, "z")                                                \
	X(ref, "t")                                               \
	X(actor, "t")                                             \
	X(region, "t")                                            \
	X(note, "t")                                              \
	X(meta, "j")                                              \
	X(importing, "b")                                         \
	X(commissions, "L")                                       \
	X(order_amount, "a")                                      \
	X(item, "l")                                              \
	X(asked, "p")                                             \
	X(free_from, "d")                                         \
	X(parts, "i")                                             \
	X(part_months, "i")                                       \
	X(series, "l")                                            \
	X(points_fee, "p")                                        \
	X(digest, "l")

/* Their places: PV_JOURNAL_seq and so on. */
#define PV_JOURNAL_PLACE(column, type) PV_JOURNAL_##column,
enum
{
	PV_JOURNAL(PV_JOURNAL_PLACE, PV_JOURNAL_PLACE) PV_JOURNAL_COLUMNS
};

/* Pieces of SQL: names in a row, and types. */
#define PV_FIRST_NAME(column, type) #column
#define PV_NEXT_NAME(column, type) ", " #column
#define PV_FIRST_OF_J(column, type) "j." #column
#define PV_NEXT_OF_J(column, type) ", j." #column
#define PV_TYPE(column, type) type
#define PV_FIGURE_TYPE(arg, field, column, type, always) type
#define PV_FIRST_OF(alias, field, column, type, always) alias "." #column
#define PV_NEXT_OF(alias, field, column, type, always) ", " alias "." #column
#define PV_FIRST_FIGURE(arg, field, column, type, always) #column
#define PV_NEXT_FIGURE(arg, field, column, type, always) ", " #column
#define PV_NEXT_OF_MEMBER(arg, field, column, type, always) ", member_" #column

/* The vault's state as it stands in a journal row, the assets of a member as in a holding. */
#define PV_STATE_COLUMNS(alias) PV_ACCOUNTS(PV_FIRST_OF, PV_NEXT_OF, alias)
#define PV_ASSET_COLUMNS PV_ASSETS(PV_FIRST_FIGURE, PV_NEXT_FIGURE, )

#endif /* PV_STORE_COLUMNS_H */
