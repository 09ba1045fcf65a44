/*
 * errors.c
 *	  Error codes of the engine as errors of PostgreSQL: token, message, hint; and
 *	  the list of all errors.
 */
#include "surface/errors.h"

#include "engine/corrections.h"
#include "engine/decimal.h"
#include "engine/fixed.h"
#include "engine/growth.h"
#include "engine/kinds.h"
#include "engine/lots.h"
#include "engine/parties.h"
#include "engine/stock.h"
#include "store/calendar.h"
#include "surface/rows.h"

#include "utils/builtins.h"
#include "utils/tuplestore.h"

PG_FUNCTION_INFO_V1(pv_sql_error_codes);

/* An error of the extension as it is kept in a table, without one being reported. */
const char *
pv_token_text(PvToken token, const char *message)
{
	const PvTokenInfo *info = pv_token_info(token);

	return psprintf("%s %s: %s", unpack_sql_state(info->sqlstate), info->token, message);
}

/* One that names a constraint of a table is PostgreSQL's and has no token. */
static bool
has_a_token(const ErrorData *error)
{
	return error->constraint_name && !error->table_name;
}

/* Whether an error that was caught is the one of this token. */
bool
pv_error_is(const ErrorData *error, PvToken token)
{
	return has_a_token(error) && strcmp(error->constraint_name, pv_token_info(token)->token) == 0;
}

/* An error as it is kept in a table: SQLSTATE, token, message, detail. */
const char *
pv_error_text(const ErrorData *error)
{
	bool has_token = has_a_token(error);
	const char *message =
		error->detail ? psprintf("%s (%s)", error->message, error->detail) : error->message;

	return psprintf("%s%s%s: %s", unpack_sql_state(error->sqlerrcode), has_token ? " " : "",
					has_token ? error->constraint_name : "", message);
}

/* An amount as messages show it. */
const char *
pv_amount_text(int64_t amount)
{
	return pv_figure_text(amount, PV_AMOUNT_SCALE);
}

static const char *
points_text(int64_t points)
{
	return pv_figure_text(points, PV_POINTS_SCALE);
}

static const char *
rate_text(int64_t rate)
{
	return pv_figure_text(rate, PV_RATE_SCALE);
}

/* N1, N3: it would cost more than the caller wants to give. */
static void
raise_price(const PvEvent *event, int32_t vault)
{
	if (event->kind == PV_KIND_CLAIM)
		ereport(ERROR,
				(pv_error(GUARD_NOT_MET),
				 errmsg("the item costs %s points, more than max_points, %s",
						points_text(event->points), points_text(event->most)),
				 errhint("pointsvault.quote_claim(%d, ...) tells what it costs now.", vault)));
	if (event->kind == PV_KIND_BUY_ITEM)
		ereport(ERROR, (pv_error(GUARD_NOT_MET),
						errmsg("the item is listed at %s, more than max_price, %s",
							   pv_amount_text(event->amount), pv_amount_text(event->most))));
	ereport(ERROR,
			(pv_error(GUARD_NOT_MET), errmsg("the %s would cost more than its caller would give",
											 pv_kind_info(event->kind)->name)));
}

static void
raise_guard(const PvEvent *event, int32_t vault)
{
	if (event->kind == PV_KIND_CONVERT_TO_STOCK)
		ereport(
			ERROR,
			(pv_error(GUARD_NOT_MET),
			 errmsg("the points would bring fewer shares than min_shares, " INT64_FORMAT,
					event->guard),
			 errhint("pointsvault.quote_convert_to_stock(%d, ...) tells what they would bring now.",
					 vault)));
	if (event->has_most)
		raise_price(event, vault);
	if (event->kind == PV_KIND_POINTS_TO_CREDITS)
		ereport(
			ERROR,
			(pv_error(GUARD_NOT_MET),
			 errmsg("the points would bring fewer credits than min_credits, %s",
					pv_amount_text(event->guard)),
			 errhint(
				 "pointsvault.quote_points_to_credits(%d, ...) tells what they would bring now.",
				 vault)));
	if (event->kind == PV_KIND_CREDITS_TO_POINTS)
		ereport(
			ERROR,
			(pv_error(GUARD_NOT_MET),
			 errmsg("the credits would bring fewer points than min_points, %s",
					points_text(event->guard)),
			 errhint(
				 "pointsvault.quote_credits_to_points(%d, ...) tells what they would bring now.",
				 vault)));
	if (event->kind == PV_KIND_PURCHASE)
		ereport(ERROR, (pv_error(GUARD_NOT_MET),
						errmsg("the purchase would mint fewer points than min_points, %s",
							   points_text(event->guard)),
						errhint("pointsvault.quote_purchase(%d, ...) tells what it would mint now.",
								vault)));
	if (event->kind == PV_KIND_REDEEM)
		ereport(
			ERROR,
			(pv_error(GUARD_NOT_MET),
			 errmsg("the points would bring less than min_cash, %s", pv_amount_text(event->guard)),
			 errhint("pointsvault.quote_redeem(%d, ...) tells what they would bring now.", vault)));
	ereport(ERROR,
			(pv_error(GUARD_NOT_MET), errmsg("the %s would bring less than its caller would take",
											 pv_kind_info(event->kind)->name)));
}

/* G1: what an order can spare, as far as the policy is known; a settled debt all of it (D2). */
static int64_t
spare(const PvBook *book, const PvEvent *event)
{
	int64_t most = event->amount;

	if (book && event->kind == PV_KIND_PURCHASE)
		(void) pv_most_contribution(&book->policy, event->amount, &most);
	return most;
}

/* What is asked for cannot be, or is more than there is. */
static void
raise_figure(PvError error, const PvRequest *request, const PvBook *book)
{
	const PvEvent *event = &request->event;

	switch (error)
	{
		case PV_BAD_AMOUNT:
			ereport(ERROR, (pv_error(AMOUNT_NOT_POSITIVE), errmsg("amount must be above 0"),
							errdetail("It is %s.", pv_amount_text(event->amount))));
			break;
		case PV_BAD_SHARES:
			ereport(ERROR, (pv_error(SHARES_NOT_POSITIVE), errmsg("shares must be above 0"),
							errdetail("They are " INT64_FORMAT ".", event->shares)));
			break;
		case PV_BAD_POINTS:
			ereport(ERROR, (pv_error(POINTS_NOT_POSITIVE), errmsg("points must be above 0"),
							errdetail("They are %s.", points_text(event->points))));
			break;
		case PV_BAD_CONTRIBUTION:
			ereport(ERROR,
					(pv_error(BAD_CONTRIBUTION),
					 errmsg("contribution must be between 0 and what the order can spare, %s",
							pv_amount_text(spare(book, event))),
					 errdetail("It is %s.", pv_amount_text(event->contribution))));
			break;
		case PV_BAD_BALANCE:
			ereport(ERROR,
					(pv_error(BAD_BALANCE),
					 errmsg("an opening balance of member \"%s\" is below 0", request->member),
					 errdetail("Cash alone may be: then the member owes it.")));
			break;
		case PV_TOO_FEW_POINTS:
			ereport(ERROR, (pv_error(TOO_FEW_POINTS),
							errmsg("member \"%s\" holds fewer than %s points", request->member,
								   points_text(event->points)),
							errdetail("The member holds %s.",
									  points_text(pv_own(&event->parties)->member->has.points))));
			break;
		case PV_TOO_LITTLE_CASH:
			ereport(ERROR, (pv_error(TOO_LITTLE_CASH),
							errmsg("member \"%s\" has less than %s in cash", request->member,
								   pv_amount_text(event->amount)),
							errdetail("The member has %s.",
									  pv_amount_text(pv_own(&event->parties)->member->has.cash))));
			break;
		case PV_TOO_FEW_CREDITS:
			ereport(ERROR,
					(pv_error(TOO_FEW_CREDITS),
					 errmsg("member \"%s\" has fewer than %s credits", request->member,
							pv_amount_text(event->amount)),
					 errdetail("The member has %s.",
							   pv_amount_text(pv_own(&event->parties)->member->has.credits))));
			break;
		default:
			break;
	}
}

/* L7: what rewards can pay. */
static void
raise_reward(PvError error, const PvRequest *request, const PvBook *book)
{
	const PvEvent *event = &request->event;

	if (error == PV_TOO_LITTLE_REWARD)
		ereport(ERROR, (pv_error(TOO_LITTLE_REWARD),
						errmsg("member \"%s\" has less than %s in rewards", request->member,
							   pv_amount_text(event->amount)),
						errdetail("The member has %s.", pv_amount_text(book->member->has.reward))));
	ereport(ERROR, (pv_error(BEYOND_USAGE),
					errmsg("%s is more than rewards may pay of an order of %s",
						   pv_amount_text(event->amount), pv_amount_text(event->order_amount)),
					errdetail("The policy has a usage_rate of %s.",
							  rate_text(book->policy.release.usage_rate))));
}

/* G15, G17: of what is taken back less is left. */
static void
raise_more_than_left(const PvRequest *request)
{
	const PvEvent *event = &request->event;

	if (event->kind == PV_KIND_REDEEM_RETURN)
		ereport(ERROR, (pv_error(MORE_THAN_LEFT),
						errmsg("redeem \"%s\" of vault %d has less than %s left to return",
							   request->of_ref, request->vault, pv_amount_text(event->amount)),
						errdetail("Of its net, %s are left.", pv_amount_text(event->left))));
	ereport(ERROR,
			(pv_error(MORE_THAN_LEFT),
			 errmsg("%s \"%s\" of vault %d has less than %s left to refund",
					pv_kind_info(event->sale->kind)->name, request->of_ref, request->vault,
					pv_amount_text(event->amount)),
			 errdetail("Of %s, %s were refunded before.", pv_amount_text(event->sale->amount),
					   pv_amount_text(event->sale->refunded))));
}

/* What is asked for does not go with whom it is of, or with what came before. */
static void
raise_circumstance(PvError error, const PvRequest *request, const PvBook *book)
{
	const PvEvent *event = &request->event;

	switch (error)
	{
		case PV_SWAP_OF_ZERO:
			ereport(ERROR,
					(pv_error(SWAP_OF_ZERO),
					 event->kind == PV_KIND_POINTS_TO_CREDITS
						 ? errmsg("%s points are worth no credits", points_text(event->points))
						 : errmsg("%s credits are worth no points", pv_amount_text(event->amount)),
					 errhint("Swap more at once.")));
			break;
		case PV_NO_MERCHANT:
			ereport(ERROR,
					(pv_error(NO_MERCHANT), errmsg("member \"%s\" is no merchant", request->member),
					 errdetail("Only merchants may turn credits into points."),
					 errhint("A merchant is enrolled with merchant => true.")));
			break;
		case PV_SAME_MEMBER:
			ereport(ERROR,
					(pv_error(SAME_MEMBER),
					 event->kind == PV_KIND_MERGE
						 ? errmsg("member \"%s\" cannot be merged into itself", request->member)
					 : event->kind == PV_KIND_TRANSFER_ITEM
						 ? errmsg("member \"%s\" cannot give an item to itself", request->member)
					 : event->kind == PV_KIND_BUY_ITEM
						 ? errmsg("member \"%s\" cannot buy its own item", request->member)
					 : event->kind == PV_KIND_PAY
						 ? errmsg("member \"%s\" cannot pay itself", request->member)
						 : errmsg("member \"%s\" cannot be both parties of a %s", request->member,
								  pv_kind_info(event->kind)->name)));
			break;
		case PV_BEYOND_CAP:
			ereport(ERROR, (pv_error(BEYOND_CAP),
							event->points > 0
								? errmsg("%s points are more than the issue cap of vault %d leaves",
										 points_text(event->points), request->vault)
								: errmsg("the event would issue more points than the issue cap of "
										 "vault %d leaves",
										 request->vault),
							errdetail("The cap is %s, issued so far are %s.",
									  points_text(book->policy.growth.issue_cap),
									  points_text(book->state.issued - book->state.uncapped))));
			break;
		case PV_REFUNDED_ALREADY:
			raise_more_than_left(request);
			break;
		case PV_NET_OF_ZERO:
			if (event->kind == PV_KIND_HAND_OVER)
				ereport(ERROR,
						(pv_error(NET_OF_ZERO),
						 errmsg("the fee would take all of %s points", points_text(event->points)),
						 errhint("Hand over more points at once.")));
			ereport(ERROR,
					(pv_error(NET_OF_ZERO),
					 errmsg("%s points are worth nothing after the fee",
							points_text(event->points)),
					 event->kind == PV_KIND_REDEEM ? errhint("Redeem more points at once.") : 0));
			break;
		default:
			break;
	}
}

/* G16, D3: what the member holds is not all free. */
static void
raise_held(const PvRequest *request)
{
	const PvEvent *event = &request->event;
	int32_t until;
	int64_t held = pv_points_held(pv_own(&event->parties)->member, event->date, &until);

	ereport(ERROR,
			(pv_error(POINTS_HELD),
			 errmsg("%s of the points of member \"%s\" are held until %s", points_text(held),
					request->member, pv_date_text(until)),
			 errdetail("Points of purchases are held through the return window, those of settled "
					   "debts until they are released."),
			 errhint("Exits and refunds take held points; a redeem may take the others.")));
}

/* G13: what a member owes. */
static void
raise_debt(PvError error, const PvRequest *request)
{
	int64_t owed = -pv_own(&request->event.parties)->member->has.cash;

	if (error == PV_CASH_OWED)
		ereport(ERROR,
				(pv_error(CASH_OWED),
				 errmsg("member \"%s\" owes %s", request->member, pv_amount_text(owed)),
				 errdetail("Until that is paid, the member can only redeem points for cash."),
				 errhint("What was paid outside is booked by pointsvault.repay(%d, ...).",
						 request->vault)));
	ereport(ERROR, (pv_error(MORE_THAN_OWED),
					errmsg("member \"%s\" owes less than %s", request->member,
						   pv_amount_text(request->event.amount)),
					errdetail("The member owes %s.", pv_amount_text(Max(owed, 0)))));
}

/* G17: an adjustment cannot be. */
static void
raise_adjustment(PvError error, const PvRequest *request)
{
	const PvFigure *asset = pv_adjusted_asset(&request->event.assets);

	if (error == PV_CHANGE_OF_ZERO || !asset)
		ereport(ERROR, (pv_error(CHANGE_OF_ZERO), errmsg("change must not be 0")));
	ereport(ERROR,
			(pv_error(BELOW_ZERO),
			 errmsg("member \"%s\" has less %s than that", request->member, asset->column),
			 errdetail("The member has %s.",
					   pv_figure_text(pv_figure(&pv_own(&request->event.parties)->member->has,
												asset),
									  asset->scale))));
}

/* D1, D2: what the house owed, and what settles it. */
static void
raise_legacy(PvError error, const PvRequest *request, const PvBook *book)
{
	const PvEvent *event = &request->event;
	int64_t by_rate = 0;

	if (error == PV_BEYOND_DEBT)
		ereport(ERROR, (pv_error(BEYOND_DEBT),
						errmsg("member \"%s\" is owed less than %s", request->member,
							   pv_amount_text(event->amount)),
						errdetail("The member is owed %s.",
								  pv_amount_text(pv_own(&event->parties)->member->has.debt))));
	(void) pv_rate_floor(event->amount, book->policy.legacy.contribution_rate, &by_rate);
	ereport(ERROR,
			(pv_error(BEYOND_RATE),
			 errmsg("a contribution of %s is above what contribution_rate gives, %s",
					pv_amount_text(event->contribution), pv_amount_text(by_rate)),
			 errdetail("The platform pays it."), errhint("Profile treasurer may name more.")));
}

/* Held points, debts and adjustments. */
static void
raise_correction(PvError error, const PvRequest *request)
{
	if (error == PV_POINTS_HELD)
		raise_held(request);
	else if (error == PV_CASH_OWED || error == PV_MORE_THAN_OWED)
		raise_debt(error, request);
	else
		raise_adjustment(error, request);
}

/* Q1: points that do not become shares. */
static void
raise_conversion(PvError error, const PvRequest *request, const PvBook *book)
{
	if (error == PV_STOCK_CLOSED)
		ereport(ERROR,
				(pv_error(STOCK_CLOSED), errmsg("shares of vault %d have no price", request->vault),
				 errhint("pointsvault.set_stock_price(%d, ...) sets one.", request->vault)));
	ereport(ERROR,
			(pv_error(STOCK_OF_ZERO),
			 errmsg("%s points do not pay for a share after the fee",
					points_text(request->event.points)),
			 errdetail("A share costs %s.", pv_amount_text(book->state.stock_price)),
			 errhint("pointsvault.quote_convert_to_stock(%d, ...) tells what points would bring.",
					 request->vault)));
}

/* Q4: how many shares are free, and when the next come free. */
static void
raise_locked(const PvRequest *request)
{
	const PvEvent *event = &request->event;
	int32_t next;
	int64_t free = pv_stock_free(event->grants, event->ngrants, event->date, &next);

	ereport(ERROR, (pv_error(STOCK_LOCKED),
					errmsg(INT64_FORMAT " of the shares of member \"%s\" are free, the next %s",
						   free, request->member,
						   next == PV_NEVER_FREE ? "never" : psprintf("on %s", pv_date_text(next))),
					errdetail("Shares are free by the locks of their grants."),
					errhint("The view pointsvault.stock_grant tells them.")));
}

/* Q1 to Q4: shares of the company. */
static void
raise_stock(PvError error, const PvRequest *request, const PvBook *book)
{
	if (error == PV_BEYOND_TOTAL)
		ereport(ERROR, (pv_error(BEYOND_TOTAL),
						errmsg("there are not that many shares of vault %d left", request->vault),
						errdetail("Of " INT64_FORMAT ", " INT64_FORMAT " are issued.",
								  book->policy.stock.total, book->state.stock_issued)));
	if (error == PV_STOCK_LOCKED)
		raise_locked(request);
	if (error == PV_BAD_LOCK)
		ereport(ERROR, (pv_error(BAD_LOCK),
						errmsg("a lock has 1 to %d parts, 1 to %d months apart", PV_MOST_PARTS,
							   PV_MOST_PART_MONTHS),
						errdetail("The parts are free on days from 0001-01-01 to 9999-12-31.")));
	raise_conversion(error, request, book);
}

/* X2: fewer points are in custody. */
static void
raise_custody(const PvRequest *request, const PvBook *book)
{
	ereport(ERROR,
			(pv_error(BEYOND_CUSTODY),
			 errmsg("fewer than %s points of vault %d are in custody",
					points_text(request->event.points), request->vault),
			 errdetail("In custody are %s.", points_text(book->state.exchange)),
			 errhint("pointsvault.exchange_custody(%d) tells where they are.", request->vault)));
}

/* What a vault has not for want of a section in its policy, and how the section may look. */
static const struct
{
	PvError error;
	PvToken token;
	const char *section;
	const char *hence;
	const char *example; /* NULL: there is none in a few words */
} sections[] = {
	{PV_NO_POOL, PV_TOKEN_NO_POOL, "growth", "no pool", "{}"},
	{PV_NO_CYCLE, PV_TOKEN_NO_CYCLE, "cycle", "neither quota nor shares", "{...}"},
	{PV_NO_RELEASE, PV_TOKEN_NO_RELEASE, "release", "no rewards", NULL},
	{PV_NO_STOCK, PV_TOKEN_NO_STOCK, "stock", "no shares of it", "{...}"},
	{PV_NO_LEGACY, PV_TOKEN_NO_LEGACY, "legacy", "no old debts", "{}"},
	{PV_NO_EXCHANGE, PV_TOKEN_NO_EXCHANGE, "exchange", "no custody", "{}"},
};

/* The vault, or its policy, has not what the event is about. */
static void
raise_state(PvError error, const PvRequest *request)
{
	for (int i = 0; i < (int) lengthof(sections); i++)
		if (sections[i].error == error)
			ereport(ERROR,
					(pv_set_token(sections[i].token),
					 errmsg("the policy of vault %d has no section %s, hence %s", request->vault,
							sections[i].section, sections[i].hence),
					 sections[i].example
						 ? errhint("Add one with pointsvault.set_policy(%d, '{\"%s\": %s}').",
								   request->vault, sections[i].section, sections[i].example)
						 : 0));
	ereport(ERROR,
			(pv_error(NOTHING_CIRCULATES),
			 errmsg("no points circulate in vault %d", request->vault),
			 errhint("%s", request->event.kind == PV_KIND_CLAIM
							   ? "An item priced in money can be claimed after the first purchase."
						   : request->event.kind == PV_KIND_INJECT
							   ? "Money can be injected after the first purchase."
							   : "The first purchase makes some.")));
}

/* N1: the series gives the member none. */
static void
raise_series(PvError error, const PvRequest *request)
{
	const PvSeries *series = request->event.series;

	if (error == PV_SERIES_CLOSED)
		ereport(ERROR,
				(pv_error(SERIES_CLOSED),
				 errmsg("series \"%s\" of vault %d is closed", request->series, request->vault),
				 errhint("pointsvault.set_series(%d, ..., closed => false) opens it.",
						 request->vault)));
	if (error == PV_BEYOND_SUPPLY)
		ereport(ERROR, (pv_error(BEYOND_SUPPLY),
						errmsg("series \"%s\" of vault %d has no item left", request->series,
							   request->vault),
						errdetail("All " INT64_FORMAT " are given out.", series->supply)));
	ereport(ERROR, (pv_error(SPENT_TOO_LITTLE),
					errmsg("member \"%s\" spent less than %s", request->member,
						   pv_amount_text(series->min_spent)),
					errdetail("Its own purchases less refunds are %s.",
							  pv_amount_text(request->event.spent))));
}

/* N2 to N4: the item is not there for it. */
static void
raise_item(PvError error, const PvRequest *request)
{
	char *item =
		psprintf("item " INT64_FORMAT " of series \"%s\"", request->serial, request->series);

	switch (error)
	{
		case PV_NOT_OWNER:
			ereport(ERROR, (pv_error(NOT_OWNER),
							errmsg("%s is not member \"%s\"'s", item, request->member)));
			break;
		case PV_NOT_TRANSFERABLE:
			ereport(ERROR,
					(pv_error(NOT_TRANSFERABLE), errmsg("%s stays with whom it was given to", item),
					 errdetail("The series is not transferable.")));
			break;
		case PV_ITEM_LISTED:
			ereport(ERROR,
					(pv_error(ITEM_LISTED),
					 errmsg("%s is listed at %s", item,
							pv_amount_text(request->event.item->listed)),
					 errhint("pointsvault.unlist_item(%d, ...) takes it back.", request->vault)));
			break;
		case PV_ITEM_USED_UP:
			ereport(ERROR,
					(pv_error(ITEM_USED_UP), errmsg("%s is used up", item),
					 errdetail("It was used " INT64_FORMAT " times.", request->event.item->used)));
			break;
		default:
			ereport(ERROR, (pv_error(NOT_LISTED), errmsg("%s is not listed", item)));
	}
}

/* What is stored disagrees with itself. */
static void
raise_damaged(PvError error, const PvRequest *request)
{
	if (error == PV_LOTS_DISAGREE)
		ereport(ERROR, (pv_error(DAMAGED_DATA),
						errmsg("the lots of member \"%s\" of vault %d hold fewer points than "
							   "the member",
							   request->member, request->vault)));
	ereport(ERROR, (pv_error(DAMAGED_DATA),
					errmsg("an event of vault %d lacks what its kind needs", request->vault),
					errhint("pointsvault.verify(%d) names what was changed.", request->vault)));
}

/* N1 to X3: why one of what stands beside points and cash is not to be had. */
static void
raise_beside(PvError error, const PvRequest *request, const PvBook *book)
{
	switch (error)
	{
		case PV_STOCK_CLOSED:
		case PV_STOCK_OF_ZERO:
		case PV_BEYOND_TOTAL:
		case PV_BAD_LOCK:
		case PV_STOCK_LOCKED:
			raise_stock(error, request, book);
			break;
		case PV_SERIES_CLOSED:
		case PV_BEYOND_SUPPLY:
		case PV_SPENT_TOO_LITTLE:
			raise_series(error, request);
			break;
		case PV_NOT_OWNER:
		case PV_NOT_TRANSFERABLE:
		case PV_ITEM_LISTED:
		case PV_ITEM_USED_UP:
		case PV_NOT_LISTED:
			raise_item(error, request);
			break;
		case PV_BEYOND_DEBT:
		case PV_BEYOND_RATE:
			raise_legacy(error, request, book);
			break;
		case PV_BEYOND_CUSTODY:
			raise_custody(request, book);
			break;
		default:
			break;
	}
}

/*
 * Reports why the engine refused an event.
 */
void
pv_raise(PvError error, const PvRequest *request, const PvBook *book)
{
	switch (error)
	{
		case PV_BAD_AMOUNT:
		case PV_BAD_POINTS:
		case PV_BAD_SHARES:
		case PV_BAD_CONTRIBUTION:
		case PV_BAD_BALANCE:
		case PV_TOO_FEW_POINTS:
		case PV_TOO_LITTLE_CASH:
		case PV_TOO_FEW_CREDITS:
			raise_figure(error, request, book);
			break;
		case PV_TOO_LITTLE_REWARD:
		case PV_BEYOND_USAGE:
			raise_reward(error, request, book);
			break;
		case PV_SWAP_OF_ZERO:
		case PV_NO_MERCHANT:
		case PV_SAME_MEMBER:
		case PV_BEYOND_CAP:
		case PV_REFUNDED_ALREADY:
		case PV_NET_OF_ZERO:
			raise_circumstance(error, request, book);
			break;
		case PV_POINTS_HELD:
		case PV_CASH_OWED:
		case PV_MORE_THAN_OWED:
		case PV_CHANGE_OF_ZERO:
		case PV_BELOW_ZERO:
			raise_correction(error, request);
			break;
		case PV_NOTHING_CIRCULATES:
		case PV_NO_POOL:
		case PV_NO_CYCLE:
		case PV_NO_RELEASE:
		case PV_NO_STOCK:
		case PV_NO_LEGACY:
		case PV_NO_EXCHANGE:
			raise_state(error, request);
			break;
		case PV_LOTS_DISAGREE:
		case PV_INCOMPLETE:
			raise_damaged(error, request);
			break;
		case PV_GUARD_NOT_MET:
			raise_guard(&request->event, request->vault);
			break;
		default: /* beyond the range; that of closes nobody requests */
			raise_beside(error, request, book);
			break;
	}
	ereport(ERROR, (pv_error(BALANCE_OUT_OF_RANGE),
					errmsg("the event takes a balance of vault %d out of range", request->vault),
					errdetail("Pool %s, circulating %s.", pv_amount_text(book->state.pool),
							  points_text(book->state.circulating))));
}

#define CODE_COLUMNS 5

/* error_codes() */
Datum
pv_sql_error_codes(PG_FUNCTION_ARGS)
{
	TupleDesc desc;
	Tuplestorestate *store = pv_start_rows(fcinfo, &desc);
	bool nulls[CODE_COLUMNS] = {0};

	for (PvToken token = 0; token < PV_TOKEN_COUNT; token++)
	{
		const PvTokenInfo *info = pv_token_info(token);
		Datum values[CODE_COLUMNS] = {CStringGetTextDatum(info->token),
									  CStringGetTextDatum(unpack_sql_state(info->sqlstate)),
									  BoolGetDatum(info->retry), Int32GetDatum(info->http),
									  CStringGetTextDatum(info->meaning)};

		tuplestore_putvalues(store, desc, values, nulls);
	}
	return (Datum) 0;
}
