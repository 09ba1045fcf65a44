/*
 * booking.c
 *	  Events booked whole: after the closes of the days before and the dividends of
 *	  their members, with the exits they lead to.
 */
#include "store/booking.h"

#include "base/tokens.h"
#include "engine/cycle.h"
#include "engine/engine.h"
#include "engine/exits.h"
#include "engine/items.h"
#include "engine/kinds.h"
#include "engine/lots.h"
#include "engine/parties.h"
#include "store/book.h"
#include "store/calendar.h"
#include "store/closing.h"
#include "store/exit_queue.h"
#include "store/holdings.h"
#include "store/line.h"
#include "store/lot_rows.h"
#include "store/plan.h"
#include "store/release_plans.h"
#include "store/share_counts.h"

#include "datatype/timestamp.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/builtins.h"

/*
 * Begins an event: the days before its own are closed (V7).
 */
void
pv_book_begin(PvBook *book, PvEntry *entry)
{
	pv_book_find_day(book, entry);
	if (book->open_day != PV_NO_DAY)
		pv_close_before(book, entry->day);
	PV_ASSERT(book->open_day == PV_NO_DAY ||
			  entry->day == book->open_day); /* V7: an event is of the open day */
}

/*
 * C8: says that a member is up to date by the running totals of its share count.  Of
 * dividends, in which it takes no part without quota, its mark then says nothing.
 */
static void
mark(PvBook *book, PvMember *member, const PvClass *class)
{
	PV_ASSERT(book->knows_open_day);
	member->mark = pv_is_active(&member->has) ? class->total : 0;
	member->shareholder_mark = member->has.shares > 0 ? class->shareholder_total : 0;
	member->posted_to = book->open_day - 1;
	member->changed = true;
}

/* C6, C6a: what closes paid a member since its marks, and what of its quota is gone for it. */
static PvAssets
accrued_by(const PvMember *member, const PvClass *class)
{
	PvAssets accrued = {0};

	if (pv_is_active(&member->has))
		accrued.quota = -pv_accrued(class->total, member->mark, member->has.quota);
	accrued.cash = class->shareholder_total - member->shareholder_mark - accrued.quota;
	return accrued;
}

/*
 * C8: posts to a member what closes paid it since its marks.
 */
void
pv_book_bring_up_to_date(PvBook *book, PvMember *member)
{
	PvParty party;
	PvEvent event = {.kind = PV_KIND_DIVIDEND, .parties = {&party, 0, 1}};
	PvEntry entry = {.day = pv_book_open_day(book)};
	PvClass class;

	if (member->has.shares <= 0)
		return;
	class = pv_class_of(book, member->has.shares);
	(void) pv_add_party(&event.parties, PV_OWN, member);
	event.assets = accrued_by(member, &class);
	if (event.assets.cash == 0 && event.assets.quota == 0)
		return;
	entry.note =
		psprintf("[%s,%s]", pv_date_text(member->posted_to + 1), pv_date_text(book->open_day - 1));
	entry.cause = pv_last_close(book); /* V4: what the vault writes of itself names its cause */
	if (pv_book_post(book, &event, &entry) != PV_OK)
		ereport(ERROR,
				(pv_error(BALANCE_OUT_OF_RANGE),
				 errmsg("the dividends of a member of vault %d do not fit the range of amounts",
						book->vault)));
	mark(book, member, &class);
}

/*
 * L7: posts to a member what its plans released since it was last posted.
 */
static void
bring_released(PvBook *book, PvMember *member)
{
	PvParty party;
	PvEvent event = {.kind = PV_KIND_RELEASE, .parties = {&party, 0, 1}};
	PvEntry entry = {.day = pv_book_open_day(book)};

	event.amount = pv_released_unposted(book, member);
	if (event.amount == 0)
		return;
	(void) pv_add_party(&event.parties, PV_OWN, member);
	entry.cause = pv_last_close(book);
	if (event.amount < 0 || pv_book_post(book, &event, &entry) != PV_OK)
		ereport(ERROR,
				(pv_error(BALANCE_OUT_OF_RANGE),
				 errmsg("what the release plans of a member of vault %d released does not fit "
						"the range of amounts",
						book->vault)));
	member->released += event.amount;
}

/*
 * C1, C3, C6a: whoever became active by the event, or has other shares now, goes by other
 * totals from here on, and who has no shares, or is active no more, by none.
 */
static void
follow_shares(PvBook *book, const PvParties *parties, PvMember *member)
{
	PvAssets change = pv_change_of(parties, member, parties->count);
	PvAssets before = {.quota = member->has.quota - change.quota,
					   .shares = member->has.shares - change.shares};
	bool is_active = pv_is_active(&member->has);
	PvClass class = {0};

	if (member->has.shares > 0 && (change.shares != 0 || (is_active && !pv_is_active(&before))))
	{
		class = pv_class_of(book, member->has.shares);
		mark(book, member, &class);
		return;
	}
	if (!is_active)
		member->mark = 0;
	if (member->has.shares == 0)
		member->shareholder_mark = 0;
}

/* What is to be put back when an event is refused that others were booked for. */
typedef struct BookBefore
{
	PvVault state;
	int64_t seq;
	TimestampTz booked_at;
	int journal;
	int movements;
	PvMembersBefore members;
} BookBefore;

static void
remember(BookBefore *before, const PvBook *book, const PvEvent *event)
{
	before->state = book->state;
	before->seq = book->seq;
	before->booked_at = book->booked_at;
	before->journal = book->journal.count;
	before->movements = book->movements.count;
	pv_remember_members(&before->members, &event->parties);
}

static void
put_back(PvBook *book, const PvEvent *event, BookBefore *before)
{
	book->state = before->state;
	book->seq = before->seq;
	book->booked_at = before->booked_at;
	PV_ASSERT(before->journal <= book->journal.count); /* nothing was written meanwhile */
	book->journal.count = before->journal;
	book->movements.count = before->movements;
	pv_put_back_members(&before->members, &event->parties);
}

/*
 * Whether an event could be booked now.  Changes nothing, but lots a redeem or
 * an exit burned from are to be loaded anew.
 */
PvError
pv_book_try(PvBook *book, PvEvent *event)
{
	BookBefore before;
	PvEffect effect;
	PvError error;

	remember(&before, book, event);
	event->seq = book->seq + 1; /* lots are in its order */
	error = pv_apply(&book->policy, &book->state, event, &effect);
	put_back(book, event, &before);
	pv_forget_members(&before.members);
	return error;
}

/* Loads the lots that the event takes points from, as far as they are known to do. */
static void
bring_lots(PvBook *book, PvEvent *event, const PvEntry *entry)
{
	PvParty *own = pv_own(&event->parties);
	int64_t points = -event->assets.points;

	if (event->kind == PV_KIND_CLAIM) /* N1: at the price now; what is refused the engine says */
		(void) pv_claim_price(event->series, &book->state, &event->points, NULL);
	if (pv_kind_info(event->kind)->takes & PV_TAKES_POINTS)
		points = event->points;
	if (own && points > 0 && points <= own->member->has.points)
		pv_book_load_lots(book, own->member, points, pv_takes_as_of(event->kind, entry->day));
}

/*
 * Applies an event and notes it, after the closes of the days before it (V7) and
 * the dividends of its members (C8).  On an error of the engine the book is as
 * it was, those closes apart.
 */
PvError
pv_book_apply(PvBook *book, PvEvent *event, PvEntry *entry)
{
	const PvParties *parties = &event->parties;
	BookBefore before;
	PvError error;

	pv_book_begin(book, entry);
	if (event->kind == PV_KIND_PURCHASE && book->policy.has_commission)
		pv_book_bring_earners(book, event, entry); /* M2: by the ranks of those closes */
	bring_lots(book, event, entry);
	remember(&before, book, event);
	pv_plan_bring(book, event);
	for (int i = 0; i < parties->count; i++)
	{
		if (pv_posts_dividends(event->kind, parties->list[i].role))
			pv_book_bring_up_to_date(book, parties->list[i].member);
		if (pv_moves_rewards(event))
			bring_released(book, parties->list[i].member);
	}
	error = pv_book_post(book, event, entry);
	if (error != PV_OK)
		put_back(book, event, &before);
	else
		for (int i = 0; i < parties->count; i++)
			follow_shares(book, parties, parties->list[i].member);
	pv_forget_members(&before.members);
	return error;
}

/*
 * G6, G7: books the exits that are due, at most so many, and returns how many
 * there were.  `cause` is the event that led to them.
 */
int64_t
pv_book_exits(PvBook *book, const PvEntry *cause, int64_t most)
{
	PvExitCandidate due;
	PvParty party;
	int64_t count = 0;

	while (count < most && pv_exit_next(&book->exits, &book->state, pv_exits_refill, book, &due))
	{
		PvEvent event = pv_exit_event(&due, &party);
		PvEntry entry = {0};

		CHECK_FOR_INTERRUPTS();
		entry.cause = cause->seq;
		entry.at = cause->at;
		entry.named_at = cause->named_at;
		entry.day = cause->day;
		if (pv_book_post(book, &event, &entry) != PV_OK)
			ereport(ERROR, (pv_error(BALANCE_OUT_OF_RANGE),
							errmsg("an exit due in vault %d does not fit the range of amounts",
								   book->vault)));
		count++;
	}
	PV_ASSERT(count <= most || most < 0); /* G7: no more than the call may */
	return count;
}

/* clang-format off */

/* Those who were paid and not told, in the order of their numbers. */
static PvPlan accrued_members = {
	"SELECT h.member "
	"FROM pointsvault.holding_data h "
	"CROSS JOIN LATERAL ("
		"SELECT total, shareholder_total "
		"FROM pointsvault.class_data "
		"WHERE vault = $1 AND shares = h.shares OFFSET 0) c "
	"WHERE h.vault = $1 AND h.member > $2 AND h.shares > 0 AND ("
		"(h.quota OPERATOR(pointsvault.>) '0' AND h.mark OPERATOR(pointsvault.<) c.total) "
		"OR COALESCE(h.shareholder_mark, '0') OPERATOR(pointsvault.<) c.shareholder_total) "
	"ORDER BY h.member LIMIT $3",
	"ili", .how = PV_IN_ORDER};

/* L7: those whose plans released what is not posted to them. */
static PvPlan released_members = {
	"SELECT u.member "
	"FROM pointsvault.team_data u "
	"CROSS JOIN LATERAL ("
		"SELECT released "
		"FROM pointsvault.holding_data "
		"WHERE vault = $1 AND member = u.member OFFSET 0) h "
	"WHERE u.vault = $1 AND u.member > $2 "
	"AND pointsvault.released(u.released, u.rate, u.as_of, $4) OPERATOR(pointsvault.>) COALESCE(h.released, '0') "
	"ORDER BY u.member LIMIT $3",
	"ilid", .how = PV_IN_ORDER};

/* clang-format on */

/* Brings the members of a result. */
static int
bring_found(PvBook *book, uint64 count, PvMember **members)
{
	SPITupleTable *found = SPI_tuptable;

	for (uint64 i = 0; i < count; i++)
	{
		PvRow row = pv_table_row(found, i);

		members[i] = pv_book_holder(book, pv_row_int(&row, 0));
	}
	SPI_freetuptable(found);
	return (int) count;
}

/* Of two lists in the order of their numbers the first so many, each once. */
static int
merge_members(PvMember **into, int most, PvMember **a, int na, PvMember **b, int nb)
{
	int count = 0;
	int i = 0;
	int k = 0;

	while (count < most && (i < na || k < nb))
	{
		bool first = k == nb || (i < na && a[i]->id <= b[k]->id);
		PvMember *next = first ? a[i] : b[k];

		i += i < na && a[i] == next;
		k += k < nb && b[k] == next;
		into[count++] = next;
	}
	return count;
}

static int
bring_accrued(PvBook *book, int most, int64_t after, PvMember **members)
{
	Datum values[4] = {Int32GetDatum(book->vault), Int64GetDatum(after), Int32GetDatum(most)};
	PvMember **paid = palloc(sizeof(PvMember *) * Max(most, 1));
	PvMember **released = palloc(sizeof(PvMember *) * Max(most, 1));
	int npaid;
	int nreleased;

	if (pv_book_open_day(book) == PV_NO_DAY) /* nothing was closed either */
		return 0;
	npaid = bring_found(book, pv_run(&accrued_members, values, NULL, false), paid);
	values[3] = DateADTGetDatum(pv_book_open_day(book) - 1);
	nreleased = bring_found(book, pv_run(&released_members, values, NULL, false), released);
	return merge_members(members, most, paid, npaid, released, nreleased);
}

/*
 * C8, L7: posts the dividends and rewards of at most so many members whose numbers are above
 * `after`, which moves on; returns how many they were.
 */
int
pv_book_accrue(PvBook *book, int most, int64_t *after)
{
	PvMember **members = palloc(sizeof(PvMember *) * Max(most, 1));
	int count = bring_accrued(book, most, *after, members);

	PV_ASSERT(count <= Max(most, 0));
	for (int i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		pv_book_bring_up_to_date(book, members[i]);
		bring_released(book, members[i]);
		*after = members[i]->id;
	}
	return count;
}
