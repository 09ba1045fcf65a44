/*
 * errors.c
 *	  Error codes of the engine as errors of PostgreSQL: SQLSTATE, message, hint.
 */
#include "surface.h"

#include "utils/errcodes.h"

/* An error as it is kept in a table. */
const char *
pv_error_text(const ErrorData *error)
{
	if (!error->detail)
		return psprintf("%s: %s", unpack_sql_state(error->sqlerrcode), error->message);
	return psprintf("%s: %s (%s)", unpack_sql_state(error->sqlerrcode), error->message,
					error->detail);
}

const char *
pv_amount_text(int64_t amount)
{
	char *text = palloc(PV_DECIMAL_BUFSIZE);

	(void) pv_decimal_print(amount, PV_AMOUNT_SCALE, text);
	return text;
}

static const char *
points_text(int64_t points)
{
	char *text = palloc(PV_DECIMAL_BUFSIZE);

	(void) pv_decimal_print(points, PV_POINTS_SCALE, text);
	return text;
}

static void
raise_guard(const PvEvent *event, int32_t vault)
{
	if (event->kind == PV_KIND_POINTS_TO_CREDITS)
		ereport(
			ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("the points would bring fewer credits than min_credits, %s",
					pv_amount_text(event->guard)),
			 errhint(
				 "pointsvault.quote_points_to_credits(%d, ...) tells what they would bring now.",
				 vault)));
	if (event->kind == PV_KIND_CREDITS_TO_POINTS)
		ereport(
			ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("the credits would bring fewer points than min_points, %s",
					points_text(event->guard)),
			 errhint(
				 "pointsvault.quote_credits_to_points(%d, ...) tells what they would bring now.",
				 vault)));
	if (event->kind == PV_KIND_PURCHASE)
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						errmsg("the purchase would mint fewer points than min_points, %s",
							   points_text(event->guard)),
						errhint("pointsvault.quote_purchase(%d, ...) tells what it would mint now.",
								vault)));
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("the points would bring less than min_cash, %s", pv_amount_text(event->guard)),
			 errhint("pointsvault.quote_redeem(%d, ...) tells what they would bring now.", vault)));
}

/* G1: what an order can spare, as far as the policy is known. */
static int64_t
spare(const PvBook *book, int64_t amount)
{
	int64_t most = amount;

	if (book)
		(void) pv_most_contribution(&book->policy, amount, &most);
	return most;
}

/*
 * Reports why the engine refused an event.
 */
void
pv_raise(PvError error, const PvRequest *request, const PvBook *book)
{
	const PvEvent *event = &request->event;

	switch (error)
	{
		case PV_BAD_AMOUNT:
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("amount must be above 0"),
					 errdetail("It is %s.", pv_amount_text(event->amount))));
			break;
		case PV_BAD_POINTS:
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("points must be above 0"),
					 errdetail("They are %s.", points_text(event->points))));
			break;
		case PV_BAD_CONTRIBUTION:
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("contribution must be between 0 and what the order can spare, %s",
							pv_amount_text(spare(book, event->amount))),
					 errdetail("It is %s.", pv_amount_text(event->contribution))));
			break;
		case PV_TOO_FEW_POINTS:
			ereport(ERROR,
					(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
					 errmsg("member \"%s\" holds fewer than %s points", request->member,
							points_text(event->points)),
					 errdetail("The member holds %s.", points_text(event->member->has.points))));
			break;
		case PV_TOO_LITTLE_CASH:
			ereport(ERROR,
					(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
					 errmsg("member \"%s\" has less than %s in cash", request->member,
							pv_amount_text(event->amount)),
					 errdetail("The member has %s.", pv_amount_text(event->member->has.cash))));
			break;
		case PV_TOO_FEW_CREDITS:
			ereport(ERROR,
					(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
					 errmsg("member \"%s\" has fewer than %s credits", request->member,
							pv_amount_text(event->amount)),
					 errdetail("The member has %s.", pv_amount_text(event->member->has.credits))));
			break;
		case PV_SWAP_OF_ZERO:
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 event->kind == PV_KIND_POINTS_TO_CREDITS
						 ? errmsg("%s points are worth no credits", points_text(event->points))
						 : errmsg("%s credits are worth no points", pv_amount_text(event->amount)),
					 errhint("Swap more at once.")));
			break;
		case PV_NO_MERCHANT:
			ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
							errmsg("member \"%s\" is no merchant", request->member),
							errdetail("Only merchants may turn credits into points."),
							errhint("A merchant is enrolled with merchant => true.")));
			break;
		case PV_SAME_MEMBER:
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
							errmsg("member \"%s\" cannot pay itself", request->member)));
			break;
		case PV_BEYOND_CAP:
			ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
							errmsg("%s points are more than the issue cap of vault %d leaves",
								   points_text(event->points), request->vault),
							errdetail("The cap is %s, issued so far are %s.",
									  points_text(book->policy.growth.issue_cap),
									  points_text(book->state.issued))));
			break;
		case PV_REFUNDED_ALREADY:
			ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
							errmsg("purchase \"%s\" of vault %d has less than %s left to refund",
								   request->of_ref, request->vault, pv_amount_text(event->amount)),
							errdetail("Of %s, %s were refunded before.",
									  pv_amount_text(event->sale->amount),
									  pv_amount_text(event->sale->refunded))));
			break;
		case PV_NET_OF_ZERO:
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
							errmsg("%s points are worth nothing after the fee",
								   points_text(event->points)),
							errhint("Redeem more points at once.")));
			break;
		case PV_NOTHING_CIRCULATES:
			ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
							errmsg("no points circulate in vault %d", request->vault),
							errhint("Money can be injected after the first purchase.")));
			break;
		case PV_NO_POOL:
			ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
							errmsg("the policy of vault %d has no section growth, hence no pool",
								   request->vault),
							errhint("Add one with pointsvault.set_policy(%d, '{\"growth\": {}}').",
									request->vault)));
			break;
		case PV_LOTS_DISAGREE:
			ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED),
							errmsg("the lots of member \"%s\" of vault %d hold fewer points than "
								   "the member",
								   request->member, request->vault)));
			break;
		case PV_INCOMPLETE:
			ereport(ERROR,
					(errcode(ERRCODE_DATA_CORRUPTED),
					 errmsg("an event of vault %d lacks what its kind needs", request->vault),
					 errhint("pointsvault.verify(%d) names what was changed.", request->vault)));
			break;
		case PV_GUARD_NOT_MET:
			raise_guard(event, request->vault);
			break;
		case PV_OUT_OF_RANGE:
		case PV_BEYOND_POOLS: /* of closes, which nobody requests */
		case PV_OK:
			break;
	}
	ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					errmsg("the event takes a balance of vault %d out of range", request->vault),
					errdetail("Pool %s, circulating %s.", pv_amount_text(book->state.pool),
							  points_text(book->state.circulating))));
}
