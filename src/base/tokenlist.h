/*
 * tokenlist.h
 *	  Every error the extension reports: the one place that says what it is.
 *
 * Included once for each use, with PV_TOKEN defined for it:
 *
 *	  PV_TOKEN(name, token, sqlstate, retry, http, meaning)
 *
 * `token` stands in the field CONSTRAINT NAME of the error and is never changed
 * or used for anything else.  `retry`: the same call may succeed later, or at
 * once, with nothing changed.  `http`: the status a web service may answer with;
 * 400 and 422 are the caller's to mend, 500 the programmer's or the operator's.
 */
/* clang-format off */

/* What is named is not there */
PV_TOKEN(NO_SUCH_VAULT, "no_such_vault", ERRCODE_NO_DATA_FOUND, false, 404,
		 "There is no vault of that number or name.")
PV_TOKEN(NO_SUCH_MEMBER, "no_such_member", ERRCODE_NO_DATA_FOUND, false, 404,
		 "The vault has no member of that name.")
PV_TOKEN(NO_SUCH_SPONSOR, "no_such_sponsor", ERRCODE_NO_DATA_FOUND, false, 404,
		 "The sponsor named for a new member is not in the vault.")
PV_TOKEN(NO_SUCH_REF, "no_such_ref", ERRCODE_NO_DATA_FOUND, false, 404,
		 "The vault has no event, and where one may wait no order, of that ref.")
PV_TOKEN(NO_SUCH_SERIES, "no_such_series", ERRCODE_NO_DATA_FOUND, false, 404,
		 "The vault has no series of collectibles of that code.")
PV_TOKEN(NO_SUCH_ITEM, "no_such_item", ERRCODE_NO_DATA_FOUND, false, 404,
		 "The series has given out no item of that serial.")
PV_TOKEN(NO_BALANCE, "no_balance", ERRCODE_NO_DATA_FOUND, false, 404,
		 "The member has no leaf among the balances that were published of the day: it had nothing, or was forgotten.")
PV_TOKEN(MEMBER_MERGED, "member_merged", ERRCODE_NO_DATA_FOUND, false, 410,
		 "The member was merged into another, whom the hint names.")

/* What is named is something else */
PV_TOKEN(REF_USED, "ref_used", ERRCODE_UNIQUE_VIOLATION, false, 409,
		 "The ref is that of an event booked with other arguments.")
PV_TOKEN(REF_QUEUED, "ref_queued", ERRCODE_UNIQUE_VIOLATION, false, 409,
		 "The ref is that of an order in the queue with other arguments.")
PV_TOKEN(REF_REPEATED, "ref_repeated", ERRCODE_UNIQUE_VIOLATION, false, 409,
		 "The ref stands twice in the list, for different orders.")
PV_TOKEN(MEMBER_DIFFERS, "member_differs", ERRCODE_UNIQUE_VIOLATION, false, 409,
		 "The member is enrolled with another sponsor, region or merchant mark.")
PV_TOKEN(MEMBER_EXISTS, "member_exists", ERRCODE_UNIQUE_VIOLATION, false, 409,
		 "The new name of a member is that of another one.")
PV_TOKEN(RESERVED_NAME, "reserved_name", ERRCODE_UNIQUE_VIOLATION, false, 409,
		 "The name is kept for a member that was erased.")
PV_TOKEN(VAULT_EXISTS, "vault_exists", ERRCODE_UNIQUE_VIOLATION, false, 409,
		 "The vault was created already, with the same arguments.")
PV_TOKEN(VAULT_DIFFERS, "vault_differs", ERRCODE_UNIQUE_VIOLATION, false, 409,
		 "A vault of that name was created with another policy, currency or time zone.")

PV_TOKEN(SERIES_EXISTS, "series_exists", ERRCODE_UNIQUE_VIOLATION, false, 409,
		 "The vault has a series of that code already.")

/* There is less than what is asked for */
PV_TOKEN(TOO_FEW_POINTS, "too_few_points", ERRCODE_CHECK_VIOLATION, false, 422,
		 "The member, or for a quote all of them, holds fewer points.")
PV_TOKEN(TOO_FEW_CREDITS, "too_few_credits", ERRCODE_CHECK_VIOLATION, false, 422,
		 "The member has, or for a quote all of them have, fewer credits.")
PV_TOKEN(TOO_LITTLE_CASH, "too_little_cash", ERRCODE_CHECK_VIOLATION, false, 422,
		 "The member has less cash.")
PV_TOKEN(TOO_LITTLE_REWARD, "too_little_reward", ERRCODE_CHECK_VIOLATION, false, 422,
		 "The member has less in rewards.")
PV_TOKEN(BEYOND_USAGE, "beyond_usage", ERRCODE_CHECK_VIOLATION, false, 422,
		 "Rewards may pay no more than usage_rate of an order.")
PV_TOKEN(BEYOND_CAP, "beyond_cap", ERRCODE_CHECK_VIOLATION, false, 422,
		 "The points are more than the issue cap of the vault leaves.")
PV_TOKEN(BEYOND_LIMIT, "beyond_limit", ERRCODE_CHECK_VIOLATION, false, 422,
		 "The event is more than the policy leaves the operator of its kind on that day.")
PV_TOKEN(MORE_THAN_LEFT, "more_than_left", ERRCODE_CHECK_VIOLATION, false, 422,
		 "The refund is of more than is left of its purchase or settled debt, or the return of its redeem.")
PV_TOKEN(BEYOND_CUSTODY, "beyond_custody", ERRCODE_CHECK_VIOLATION, false, 422,
		 "Fewer points of the vault are in custody of an exchange.")
PV_TOKEN(MORE_THAN_OWED, "more_than_owed", ERRCODE_CHECK_VIOLATION, false, 422,
		 "The member owes less cash than is to be repaid.")
PV_TOKEN(BEYOND_DEBT, "beyond_debt", ERRCODE_CHECK_VIOLATION, false, 422,
		 "The member is owed less of old debts than is to be settled.")
PV_TOKEN(BELOW_ZERO, "below_zero", ERRCODE_CHECK_VIOLATION, false, 422,
		 "An adjustment would take what the member has below 0.")
PV_TOKEN(BEYOND_SUPPLY, "beyond_supply", ERRCODE_CHECK_VIOLATION, false, 422,
		 "All items of the series that there will ever be are given out.")
PV_TOKEN(GUARD_NOT_MET, "guard_not_met", ERRCODE_CHECK_VIOLATION, false, 422,
		 "The event would bring less than min_points, min_cash, min_credits or min_shares, or cost more than max_points or max_price.")
PV_TOKEN(BEYOND_TOTAL, "beyond_total", ERRCODE_CHECK_VIOLATION, false, 422,
		 "The shares are more than the total of the vault's stock leaves.")

/* Not in this state */
PV_TOKEN(VAULT_SUSPENDED, "vault_suspended", ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE, true, 503,
		 "The vault is suspended; the reason is in DETAIL.")
PV_TOKEN(VAULT_NOT_SUSPENDED, "vault_not_suspended", ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE, false, 409,
		 "The vault to resume is not suspended.")
PV_TOKEN(MEMBER_SUSPENDED, "member_suspended", ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE, true, 403,
		 "The member is suspended, so nothing may be taken from it; the reason is in DETAIL.")
PV_TOKEN(MEMBER_NOT_SUSPENDED, "member_not_suspended", ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE, false, 409,
		 "The member to resume is not suspended.")
PV_TOKEN(IMPORTING_ALREADY, "importing_already", ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE, false, 409,
		 "The vault to begin an import of is being imported.")
PV_TOKEN(NOT_IMPORTING, "not_importing", ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE, false, 409,
		 "The vault is not being imported, which opening balances and the end of an import need.")
PV_TOKEN(NAMES_NO_MOMENT, "names_no_moment", ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE, true, 503,
		 "The vault is being imported, and the event does not name its \"at\", or names today.")
PV_TOKEN(BEING_IMPORTED, "being_imported", ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE, true, 503,
		 "The vault is being imported, and its history is booked by roles of profile admin alone.")
PV_TOKEN(DAY_CLOSED, "day_closed", ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE, false, 409,
		 "The day of \"at\" is closed.")
PV_TOKEN(EARLIER_DAY_OPEN, "earlier_day_open", ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE, false, 409,
		 "A day before the one to close is still open.")
PV_TOKEN(RETURNED_ALREADY, "returned_already", ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE, false, 409,
		 "The withdraw, or all of the redeem for goods, was returned before.")
PV_TOKEN(REFUNDED_ALREADY, "refunded_already", ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE, false, 409,
		 "Nothing is left of the purchase, or settled debt, to refund.")
PV_TOKEN(POINTS_HELD, "points_held", ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE, true, 409,
		 "Too many of the member's points are held; the message says until when.")
PV_TOKEN(CASH_OWED, "cash_owed", ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE, false, 409,
		 "The member owes cash, and can only redeem for cash until that or a repay has brought it to 0.")
PV_TOKEN(NOTHING_CIRCULATES, "nothing_circulates", ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE, false, 409,
		 "No points circulate that money could be injected for.")
PV_TOKEN(NO_POOL, "no_pool", ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE, false, 409,
		 "The policy of the vault has no section growth.")
PV_TOKEN(NO_CYCLE, "no_cycle", ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE, false, 409,
		 "The policy of the vault has no section cycle.")
PV_TOKEN(NO_RELEASE, "no_release", ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE, false, 409,
		 "The policy of the vault has no section release.")
PV_TOKEN(NO_STOCK, "no_stock", ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE, false, 409,
		 "The policy of the vault has no section stock.")
PV_TOKEN(STOCK_CLOSED, "stock_closed", ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE, true, 409,
		 "No price of a share of stock is set.")
PV_TOKEN(STOCK_LOCKED, "stock_locked", ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE, true, 409,
		 "Too few of the member's shares of stock are free; the message says how many, and when the next are.")
PV_TOKEN(SERIES_CLOSED, "series_closed", ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE, true, 409,
		 "The series is closed and gives out no more items.")
PV_TOKEN(ITEM_LISTED, "item_listed", ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE, false, 409,
		 "The item is listed: it can be neither given away nor used, nor listed twice.")
PV_TOKEN(ITEM_USED_UP, "item_used_up", ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE, false, 409,
		 "The item has no use left and stays with its owner.")
PV_TOKEN(NOT_LISTED, "not_listed", ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE, false, 409,
		 "The item is not listed.")
PV_TOKEN(NO_LEGACY, "no_legacy", ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE, false, 409,
		 "The policy of the vault has no section legacy.")
PV_TOKEN(NO_EXCHANGE, "no_exchange", ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE, false, 409,
		 "The policy of the vault has no section exchange.")
PV_TOKEN(POLICY_IN_USE, "policy_in_use", ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE, false, 409,
		 "Points, lots, shares of stock or old debts that are there rule the change of policy out.")
PV_TOKEN(ORDER_SET_ASIDE, "order_set_aside", ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE, false, 409,
		 "The order could not be booked; DETAIL says why, with that error's SQLSTATE and token.")
PV_TOKEN(ORDER_NOT_COMMITTED, "order_not_committed", ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE, false, 500,
		 "The order waited for was submitted by the same transaction.")
PV_TOKEN(NEEDS_READ_COMMITTED, "needs_read_committed", ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE, false, 500,
		 "A call of wait_settled, seal or liabilities under REPEATABLE READ or SERIALIZABLE.")
PV_TOKEN(NEEDS_NO_TRANSACTION, "needs_no_transaction", ERRCODE_INVALID_TRANSACTION_TERMINATION, false, 500,
		 "A call of run_jobs where it cannot commit.")
PV_TOKEN(CANNOT_PREPARE, "cannot_prepare", ERRCODE_FEATURE_NOT_SUPPORTED, false, 500,
		 "PREPARE TRANSACTION where events wait for the commit.")
PV_TOKEN(NEEDS_PG_CRON, "needs_pg_cron", ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE, false, 500,
		 "The server has no pg_cron, or pg_cron's own database lacks it.")
PV_TOKEN(NOT_SEALED, "not_sealed", ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE, true, 409,
		 "Nothing of the vault, or not this event, is sealed yet, or in no signed checkpoint that was stored.")
PV_TOKEN(NOT_PUBLISHED, "not_published", ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE, false, 409,
		 "No balances of the asset were published of the day, or whose leaf is whose was forgotten.")
PV_TOKEN(APPEND_ONLY, "append_only", ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE, false, 500,
		 "Somebody would change or delete rows of the journal or of what belongs to it.")
PV_TOKEN(NOT_A_TRIGGER, "not_a_trigger", ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED, false, 500,
		 "The function of a trigger was called by itself.")

/* Not allowed */
PV_TOKEN(NOT_GRANTED, "not_granted", ERRCODE_INSUFFICIENT_PRIVILEGE, false, 403,
		 "The role has no grant for this function on this vault, or on all.")
PV_TOKEN(BEYOND_RATE, "beyond_rate", ERRCODE_INSUFFICIENT_PRIVILEGE, false, 403,
		 "A contribution above what contribution_rate gives is for profile treasurer to name.")
PV_TOKEN(NO_MERCHANT, "no_merchant", ERRCODE_INSUFFICIENT_PRIVILEGE, false, 403,
		 "Only a merchant may turn credits into points.")
PV_TOKEN(SPENT_TOO_LITTLE, "spent_too_little", ERRCODE_INSUFFICIENT_PRIVILEGE, false, 403,
		 "The member's own purchases less refunds do not reach min_spent of the series.")
PV_TOKEN(NOT_OWNER, "not_owner", ERRCODE_INSUFFICIENT_PRIVILEGE, false, 403,
		 "The item is another member's.")
PV_TOKEN(NOT_TRANSFERABLE, "not_transferable", ERRCODE_INSUFFICIENT_PRIVILEGE, false, 403,
		 "Items of the series stay with the member to whom they were given out.")

/* A lost race */
PV_TOKEN(LOST_RACE, "lost_race", ERRCODE_T_R_SERIALIZATION_FAILURE, true, 503,
		 "Another transaction was first: the whole transaction may be run again, at once.")

/* A wait given up */
PV_TOKEN(NOT_REPLICATED, "not_replicated", ERRCODE_QUERY_CANCELED, true, 503,
		 "A wait for synchronous standbys was cancelled: what was asked for is booked, and may not be there.")

/* Bad arguments */
PV_TOKEN(NULL_ARGUMENT, "null_argument", ERRCODE_NULL_VALUE_NOT_ALLOWED, false, 400,
		 "An argument that must not be NULL is.")
PV_TOKEN(AMOUNT_NOT_POSITIVE, "amount_not_positive", ERRCODE_INVALID_PARAMETER_VALUE, false, 400,
		 "An amount, credits, or the value of a prize must be above 0.")
PV_TOKEN(POINTS_NOT_POSITIVE, "points_not_positive", ERRCODE_INVALID_PARAMETER_VALUE, false, 400,
		 "Points must be above 0.")
PV_TOKEN(BAD_BALANCE, "bad_balance", ERRCODE_INVALID_PARAMETER_VALUE, false, 400,
		 "An opening balance of points, credits, quota or shares is below 0.")
PV_TOKEN(BAD_CONTRIBUTION, "bad_contribution", ERRCODE_INVALID_PARAMETER_VALUE, false, 400,
		 "The contribution is below 0 or more than the order, or settled debt, can spare.")
PV_TOKEN(NET_OF_ZERO, "net_of_zero", ERRCODE_INVALID_PARAMETER_VALUE, false, 422,
		 "The points are worth nothing after the fee, or the fee takes all of them.")
PV_TOKEN(SWAP_OF_ZERO, "swap_of_zero", ERRCODE_INVALID_PARAMETER_VALUE, false, 422,
		 "The points would bring no credits, or the credits no points.")
PV_TOKEN(STOCK_OF_ZERO, "stock_of_zero", ERRCODE_INVALID_PARAMETER_VALUE, false, 422,
		 "The points do not pay for a whole share of stock.")
PV_TOKEN(SHARES_NOT_POSITIVE, "shares_not_positive", ERRCODE_INVALID_PARAMETER_VALUE, false, 400,
		 "Shares of stock must be above 0.")
PV_TOKEN(BAD_LOCK, "bad_lock", ERRCODE_INVALID_PARAMETER_VALUE, false, 400,
		 "The lock of an allotment has too few or too many parts or months, or is free on no day.")
PV_TOKEN(CHANGE_OF_ZERO, "change_of_zero", ERRCODE_INVALID_PARAMETER_VALUE, false, 400,
		 "An adjustment changes nothing.")
PV_TOKEN(SAME_MEMBER, "same_member", ERRCODE_INVALID_PARAMETER_VALUE, false, 400,
		 "Payer and payee, giver and taker of an item, buyer and seller, or the two members to merge, are the same member.")
PV_TOKEN(OWN_SPONSOR, "own_sponsor", ERRCODE_INVALID_PARAMETER_VALUE, false, 400,
		 "A member cannot be its own sponsor.")
PV_TOKEN(WRONG_KIND, "wrong_kind", ERRCODE_INVALID_PARAMETER_VALUE, false, 400,
		 "The event to refund is neither a purchase nor a settled debt, or the one to return no withdraw, or no redeem for goods.")
PV_TOKEN(BAD_LENGTH, "bad_length", ERRCODE_INVALID_PARAMETER_VALUE, false, 400,
		 "A name or a ref does not have 1 to 255 bytes.")
PV_TOKEN(BAD_CHECKPOINT, "bad_checkpoint", ERRCODE_INVALID_PARAMETER_VALUE, false, 400,
		 "A text is no signed checkpoint of the vault's log, or an older size is beyond the log.")
PV_TOKEN(BAD_ARRAY, "bad_array", ERRCODE_INVALID_PARAMETER_VALUE, false, 400,
		 "A list has more than one dimension, or not as many elements as members.")
PV_TOKEN(BAD_COUNT, "bad_count", ERRCODE_INVALID_PARAMETER_VALUE, false, 400,
		 "A number of orders, exits, members, levels or holders is below 0 or too large.")
PV_TOKEN(BAD_REGION, "bad_region", ERRCODE_INVALID_PARAMETER_VALUE, false, 400,
		 "The region of an agent does not have 2, 4 or 6 digits.")
PV_TOKEN(BAD_PURPOSE, "bad_purpose", ERRCODE_INVALID_PARAMETER_VALUE, false, 400,
		 "The purpose is neither cash nor goods.")
PV_TOKEN(BAD_SERIES, "bad_series", ERRCODE_INVALID_PARAMETER_VALUE, false, 400,
		 "A series of collectibles cannot be so; the message names the argument.")
PV_TOKEN(BAD_ASSET, "bad_asset", ERRCODE_INVALID_PARAMETER_VALUE, false, 400,
		 "There is no asset of that name, or none that can be adjusted, listed or published.")
PV_TOKEN(BAD_FORMAT, "bad_format", ERRCODE_INVALID_PARAMETER_VALUE, false, 400,
		 "The format of an export is neither hledger nor beancount.")
PV_TOKEN(NO_REASON, "no_reason", ERRCODE_INVALID_PARAMETER_VALUE, false, 400,
		 "The reason of a grant of points or of an adjustment is empty.")
PV_TOKEN(NEGATIVE_HOLD, "negative_hold", ERRCODE_INVALID_PARAMETER_VALUE, false, 400,
		 "The hold of an order is below 0.")
PV_TOKEN(NOT_FINITE, "not_finite", ERRCODE_INVALID_PARAMETER_VALUE, false, 400,
		 "A day or a moment is infinite.")
PV_TOKEN(DAY_OUT_OF_RANGE, "day_out_of_range", ERRCODE_DATETIME_VALUE_OUT_OF_RANGE, false, 400,
		 "The day of a moment is out of the range of dates.")
PV_TOKEN(AFTER_TODAY, "after_today", ERRCODE_INVALID_PARAMETER_VALUE, false, 400,
		 "\"at\" is on a day after today.")
PV_TOKEN(TOO_LONG_AGO, "too_long_ago", ERRCODE_INVALID_PARAMETER_VALUE, false, 400,
		 "\"at\" is further back than an event may be booked.")
PV_TOKEN(DAY_NOT_ENDED, "day_not_ended", ERRCODE_INVALID_PARAMETER_VALUE, false, 400,
		 "The day to close, or to publish the balances of, has not ended, or is not closed.")
PV_TOKEN(BAD_POLICY, "bad_policy", ERRCODE_INVALID_PARAMETER_VALUE, false, 400,
		 "The policy is wrong; the message names the path of the key.")
PV_TOKEN(UNKNOWN_PRESET, "unknown_preset", ERRCODE_INVALID_PARAMETER_VALUE, false, 400,
		 "There is no preset of that name.")
PV_TOKEN(UNKNOWN_PROFILE, "unknown_profile", ERRCODE_INVALID_PARAMETER_VALUE, false, 400,
		 "There is no profile of that name.")
PV_TOKEN(NOT_A_REGION, "not_a_region", ERRCODE_INVALID_PARAMETER_VALUE, false, 400,
		 "A vault's time zone is the name of a region, or UTC; offsets and abbreviations are not.")
PV_TOKEN(UNKNOWN_TIME_ZONE, "unknown_time_zone", ERRCODE_INVALID_PARAMETER_VALUE, false, 400,
		 "The server knows no time zone of that name.")
PV_TOKEN(UNKNOWN_STEP, "unknown_step", ERRCODE_INVALID_PARAMETER_VALUE, false, 400,
		 "The jobs have no step of that name.")
PV_TOKEN(UNKNOWN_ROLE, "unknown_role", ERRCODE_UNDEFINED_OBJECT, false, 404,
		 "There is no role of that name to grant access to.")
PV_TOKEN(UNKNOWN_VIEW, "unknown_view", ERRCODE_INVALID_PARAMETER_VALUE, false, 400,
		 "The extension has no view of that name.")
PV_TOKEN(UNKNOWN_KIND, "unknown_kind", ERRCODE_INVALID_PARAMETER_VALUE, false, 400,
		 "There is no kind of event of that number.")

/* Figures that do not fit */
PV_TOKEN(BAD_NUMBER, "bad_number", ERRCODE_INVALID_TEXT_REPRESENTATION, false, 400,
		 "A text is no amount, points or price.")
PV_TOKEN(BAD_BINARY, "bad_binary", ERRCODE_INVALID_BINARY_REPRESENTATION, false, 400,
		 "A binary value is no price.")
PV_TOKEN(TOO_MANY_DECIMALS, "too_many_decimals", ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, false, 400,
		 "A value has more decimals than are kept; nothing is rounded silently.")
PV_TOKEN(NUMBER_OUT_OF_RANGE, "number_out_of_range", ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, false, 400,
		 "A value is no finite number, or does not fit its type.")
PV_TOKEN(BALANCE_OUT_OF_RANGE, "balance_out_of_range", ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, false, 422,
		 "The call would take a balance or a result out of range.")

/* Not the caller's fault */
PV_TOKEN(TIME_ZONE_LOST, "time_zone_lost", ERRCODE_CONFIG_FILE_ERROR, false, 500,
		 "The server does not know the time zone that the vault was made with.")
PV_TOKEN(TABLE_CHANGED, "table_changed", ERRCODE_WRONG_OBJECT_TYPE, false, 500,
		 "A table of the extension is not as it was made: somebody put a trigger, a rule, a check or the like on "
		 "it, or changed a column or an index.")
PV_TOKEN(SEQUENCE_BEHIND, "sequence_behind", ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE, false, 500,
		 "A sequence of the extension was left behind the numbers that are in use, as logical replication leaves it.")
PV_TOKEN(DAMAGED_DATA, "damaged_data", ERRCODE_DATA_CORRUPTED, false, 500,
		 "Rows of the vault are missing or were changed behind its back; verify names them.")
PV_TOKEN(INTERNAL_ERROR, "internal_error", ERRCODE_INTERNAL_ERROR, false, 500,
		 "A fault of the extension, or its functions are not declared as it does.")
