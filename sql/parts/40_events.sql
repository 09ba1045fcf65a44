-- ---------------------------------------------------------------------------
-- Events.  Each books one event whole, in the caller's transaction, and returns
-- its receipt; the same call with the same ref again returns the stored receipt
-- (V4).  The vault stays locked until the transaction ends: call it last, or leave it
-- to the commit.
-- ---------------------------------------------------------------------------

CREATE TYPE pointsvault.receipt AS (
  vault integer,
  seq bigint,
  kind text,
  ref text,
  member text,
  amount numeric,
  points numeric,
  cash numeric,
  fee numeric,
  price_before numeric,
  price_after numeric,
  at timestamptz,
  day date,
  booked_at timestamptz,
  replayed boolean,
  item bigint,
  owed_by_others numeric,
  refunded numeric
);
COMMENT ON TYPE pointsvault.receipt IS 'what an event did; what its kind does not say is NULL';
COMMENT ON COLUMN pointsvault.receipt.seq IS 'its row in the journal';
COMMENT ON COLUMN pointsvault.receipt.amount IS 'purchase: the order''s amount; settle_debt: what of the debt is settled; redeem, exit, claim, convert_to_stock: gross value; points_to_credits: credits got; credits_to_points: credits given; grant_points, open: paid into the pool; redeem_return: back into it; adjust: paid into the pool, below 0 from there to the platform; redeem_surplus: to the reserve; hand_over, take_back: what the points were worth; award: the value of the prize, NULL: none was named; list_item, unlist_item, buy_item: the price in credits; set_stock_price: the price, 0: closed; close: the day''s pools; release: posted to the member''s rewards; else the amount';
COMMENT ON COLUMN pointsvault.receipt.points IS 'purchase: minted to the buyer; settle_debt: to the member; redeem, exit, claim, convert_to_stock, redeem_surplus: burned; refund: burned from the buyer''s lot; swaps: given or got; grant_points: granted; open: brought; adjust: the change; redeem_return: what came back; merge: that went over; hand_over: given, the fee included; take_back: that came back';
COMMENT ON COLUMN pointsvault.receipt.cash IS 'redeem, exit: net; claim, convert_to_stock: what the platform got; refund: given back by the pool; close: paid to members; dividend: posted to the member';
COMMENT ON COLUMN pointsvault.receipt.fee IS 'redeem, exit, claim, convert_to_stock: kept by the pool; refund: what the buyer owes for it; buy_item: of the price, in credits; hand_over: points burned of those handed over';
COMMENT ON COLUMN pointsvault.receipt.price_before IS 'currency per point before the event, for showing';
COMMENT ON COLUMN pointsvault.receipt.price_after IS 'after this event alone: exits it led to have journal rows of their own';
COMMENT ON COLUMN pointsvault.receipt.day IS 'business day in the vault''s time zone (U5)';
COMMENT ON COLUMN pointsvault.receipt.replayed IS 'the ref was booked before; nothing changed by this call';
COMMENT ON COLUMN pointsvault.receipt.item IS 'the serial of a collectible, or how many shares of stock';
COMMENT ON COLUMN pointsvault.receipt.owed_by_others IS 'refund: what others than the buyer owe for it, such as the sponsor';
COMMENT ON COLUMN pointsvault.receipt.refunded IS 'purchase, settle_debt: what was refunded of it since; as of now, no part of what is stored';

CREATE FUNCTION pointsvault.purchase(
  vault integer, member text, amount numeric, ref text, contribution numeric DEFAULT NULL,
  region text DEFAULT NULL, min_points numeric DEFAULT NULL, at timestamptz DEFAULT NULL,
  meta jsonb DEFAULT NULL
) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_purchase' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.purchase(integer, text, numeric, text, numeric, text, numeric, timestamptz, jsonb) IS
  'books a sale: the pool gets the contribution, the buyer and the sponsor are minted points at the price before (G1 to G3), then exits due are booked (G7); fewer points than min_points is 23514';

CREATE FUNCTION pointsvault.redeem(
  vault integer, member text, points numeric, ref text, purpose text DEFAULT 'cash',
  min_cash numeric DEFAULT NULL, at timestamptz DEFAULT NULL, meta jsonb DEFAULT NULL
) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_redeem' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.redeem(integer, text, numeric, text, text, numeric, timestamptz, jsonb) IS
  'burns a member''s points, oldest lots first, for cash or goods at the price now less the fee (G4, G5); net rounded down, fee up; more than held is 23514, a net of 0 is 22023, less than min_cash is 23514';

CREATE FUNCTION pointsvault.merge_members(
  vault integer, from_member text, into_member text, ref text, at timestamptz DEFAULT NULL, meta jsonb DEFAULT NULL
) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_merge_members' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.merge_members(integer, text, text, text, timestamptz, jsonb) IS
  'a person enrolled twice becomes one: balances, lots and the line below go over, and so do waiting orders and later refunds; the old name answers P0002 with a hint that names the new one. Leads to no exits';

CREATE FUNCTION pointsvault.inject(
  vault integer, amount numeric, ref text, note text DEFAULT NULL, at timestamptz DEFAULT NULL,
  meta jsonb DEFAULT NULL
) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_inject' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.inject(integer, numeric, text, text, timestamptz, jsonb) IS
  'adds money from outside to the pool (G11); 55000 while no points circulate';

CREATE FUNCTION pointsvault.withdraw(
  vault integer, member text, amount numeric, ref text, at timestamptz DEFAULT NULL,
  meta jsonb DEFAULT NULL
) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_withdraw' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.withdraw(integer, text, numeric, text, timestamptz, jsonb) IS
  'records that cash was paid out to a member (G13); more than the member has is 23514';

CREATE FUNCTION pointsvault.withdraw_return(
  vault integer, withdraw_ref text, ref text, at timestamptz DEFAULT NULL, meta jsonb DEFAULT NULL
) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_withdraw_return' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.withdraw_return(integer, text, text, timestamptz, jsonb) IS
  'a payout bounced: the cash of that withdraw goes back to its member, once (55000 the second time)';

CREATE FUNCTION pointsvault.points_to_credits(
  vault integer, member text, points numeric, ref text, at timestamptz DEFAULT NULL,
  meta jsonb DEFAULT NULL, min_credits numeric DEFAULT NULL
) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_points_to_credits' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.points_to_credits(integer, text, numeric, text, timestamptz, jsonb, numeric) IS
  'points become credits of a fixed value at the price now, rounded down; the points, oldest lots first, move to the treasury and keep circulating (G8); more than held is 23514, a swap of 0 is 22023, less than min_credits is 23514';

CREATE FUNCTION pointsvault.credits_to_points(
  vault integer, member text, credits numeric, ref text, at timestamptz DEFAULT NULL,
  meta jsonb DEFAULT NULL, min_points numeric DEFAULT NULL
) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_credits_to_points' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.credits_to_points(integer, text, numeric, text, timestamptz, jsonb, numeric) IS
  'credits of a merchant become points out of the treasury at the price now, rounded down (G9); one who is no merchant is 42501, more than held is 23514, a swap of 0 is 22023';

CREATE FUNCTION pointsvault.pay(
  vault integer, payer text, payee text, credits numeric, ref text, at timestamptz DEFAULT NULL,
  meta jsonb DEFAULT NULL
) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_pay' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.pay(integer, text, text, numeric, text, timestamptz, jsonb) IS
  'moves credits from one member to another (G10); more than the payer has is 23514, paying oneself 22023';

CREATE FUNCTION pointsvault.grant_points(
  vault integer, member text, points numeric, ref text, reason text, at timestamptz DEFAULT NULL,
  meta jsonb DEFAULT NULL
) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_grant_points' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.grant_points(integer, text, numeric, text, text, timestamptz, jsonb) IS
  'gives a member new points, paid into the pool from outside at the price now, rounded up (G12); beyond the issue cap is 23514; the reason is journalled';

CREATE FUNCTION pointsvault.redeem_surplus(
  vault integer, ref text, at timestamptz DEFAULT NULL, meta jsonb DEFAULT NULL
) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_redeem_surplus' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.redeem_surplus(integer, text, timestamptz, jsonb) IS
  'burns the treasury''s points beyond what the credits need and moves their worth from the pool to the reserve; the price stays (G14); nothing beyond: a receipt of 0';

CREATE FUNCTION pointsvault.refund(
  vault integer, purchase_ref text, ref text, amount numeric DEFAULT NULL, at timestamptz DEFAULT NULL,
  meta jsonb DEFAULT NULL
) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_refund' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.refund(integer, text, text, numeric, timestamptz, jsonb) IS
  'takes a purchase or a settle_debt, or a part of it, back, all that is left where amount is NULL (G15): its points are burned or bought back out of the members'' cash, the pool gives back what it can without the price falling; more than is left is 23514; the receipt''s fee is what the buyer owes';

CREATE FUNCTION pointsvault.spend_reward(
  vault integer, member text, amount numeric, ref text, order_amount numeric, at timestamptz DEFAULT NULL,
  meta jsonb DEFAULT NULL
) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_spend_reward' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.spend_reward(integer, text, numeric, text, numeric, timestamptz, jsonb) IS
  'rewards pay for goods, at most usage_rate of the order (L7), more is 23514, as is more than the member has';

CREATE FUNCTION pointsvault.repay(
  vault integer, member text, amount numeric, ref text, at timestamptz DEFAULT NULL, meta jsonb DEFAULT NULL
) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_repay' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.repay(integer, text, numeric, text, timestamptz, jsonb) IS
  'books that a member who owes cash paid the house outside (G13); more than it owes is 23514';

CREATE FUNCTION pointsvault.adjust(
  vault integer, member text, asset text, change numeric, ref text, reason text,
  at timestamptz DEFAULT NULL, meta jsonb DEFAULT NULL
) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_adjust' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.adjust(integer, text, text, numeric, text, text, timestamptz, jsonb) IS
  'corrects what a member has of points, credits, cash, reward, quota or debt (G17): points and credits up are paid into the pool from outside, points down go from there to the platform; below 0 is 23514; the reason is journalled';

CREATE FUNCTION pointsvault.hand_over(
  vault integer, member text, points numeric, ref text, destination text, at timestamptz DEFAULT NULL,
  meta jsonb DEFAULT NULL
) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_hand_over' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.hand_over(integer, text, numeric, text, text, timestamptz, jsonb) IS
  'a member''s points, oldest lots first, go into custody of an exchange, less a fee in points, which are burned (X1); more than held is 23514, nothing left after the fee 22023; without section exchange 55000';

CREATE FUNCTION pointsvault.take_back(
  vault integer, member text, points numeric, ref text, source text, at timestamptz DEFAULT NULL,
  meta jsonb DEFAULT NULL
) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_take_back' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.take_back(integer, text, numeric, text, text, timestamptz, jsonb) IS
  'points in custody of an exchange come back, to a member, in a lot whose limit begins anew (X2); more than are in custody is 23514; without section exchange 55000';

CREATE FUNCTION pointsvault.award(
  vault integer, member text, ref text, prize text, value numeric DEFAULT NULL, at timestamptz DEFAULT NULL,
  meta jsonb DEFAULT NULL
) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_award' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.award(integer, text, text, text, numeric, timestamptz, jsonb) IS
  'notes that a member won a prize, and what it is worth (P3); it moves nothing';

CREATE FUNCTION pointsvault.redeem_return(
  vault integer, redeem_ref text, ref text, amount numeric DEFAULT NULL, at timestamptz DEFAULT NULL,
  meta jsonb DEFAULT NULL
) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_redeem_return' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.redeem_return(integer, text, text, numeric, timestamptz, jsonb) IS
  'goods that points were redeemed for came back, or a part of their net, all that is left where amount is NULL (G17): the platform gives it back to the pool, and the member gets the points it buys now; more than is left is 23514';

-- ---------------------------------------------------------------------------
-- The events of a shop, left to the commit: these may be called first in a long
-- transaction.  The vault is locked as the transaction commits, no earlier.
-- ---------------------------------------------------------------------------

CREATE FUNCTION pointsvault.purchase_at_commit(
  vault integer, member text, amount numeric, ref text, contribution numeric DEFAULT NULL,
  region text DEFAULT NULL, min_points numeric DEFAULT NULL, at timestamptz DEFAULT NULL,
  meta jsonb DEFAULT NULL
) RETURNS void
  AS 'MODULE_PATHNAME', 'pv_sql_purchase_at_commit' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.purchase_at_commit(integer, text, numeric, text, numeric, text, numeric, timestamptz, jsonb) IS
  'has a purchase booked as the transaction commits: arguments and rights are judged now, all else then, and what is refused then refuses the commit; get_receipt has the receipt afterwards';

CREATE FUNCTION pointsvault.redeem_at_commit(
  vault integer, member text, points numeric, ref text, purpose text DEFAULT 'cash',
  min_cash numeric DEFAULT NULL, at timestamptz DEFAULT NULL, meta jsonb DEFAULT NULL
) RETURNS void
  AS 'MODULE_PATHNAME', 'pv_sql_redeem_at_commit' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.redeem_at_commit(integer, text, numeric, text, text, numeric, timestamptz, jsonb) IS
  'has a redeem booked as the transaction commits: arguments and rights are judged now, all else then, and what is refused then refuses the commit; get_receipt has the receipt afterwards';

CREATE FUNCTION pointsvault.points_to_credits_at_commit(
  vault integer, member text, points numeric, ref text, at timestamptz DEFAULT NULL,
  meta jsonb DEFAULT NULL, min_credits numeric DEFAULT NULL
) RETURNS void
  AS 'MODULE_PATHNAME', 'pv_sql_points_to_credits_at_commit' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.points_to_credits_at_commit(integer, text, numeric, text, timestamptz, jsonb, numeric) IS
  'has a points_to_credits booked as the transaction commits: arguments and rights are judged now, all else then, and what is refused then refuses the commit; get_receipt has the receipt afterwards';

CREATE FUNCTION pointsvault.credits_to_points_at_commit(
  vault integer, member text, credits numeric, ref text, at timestamptz DEFAULT NULL,
  meta jsonb DEFAULT NULL, min_points numeric DEFAULT NULL
) RETURNS void
  AS 'MODULE_PATHNAME', 'pv_sql_credits_to_points_at_commit' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.credits_to_points_at_commit(integer, text, numeric, text, timestamptz, jsonb, numeric) IS
  'has a credits_to_points booked as the transaction commits: arguments and rights are judged now, all else then, and what is refused then refuses the commit; get_receipt has the receipt afterwards';

CREATE FUNCTION pointsvault.pay_at_commit(
  vault integer, payer text, payee text, credits numeric, ref text, at timestamptz DEFAULT NULL,
  meta jsonb DEFAULT NULL
) RETURNS void
  AS 'MODULE_PATHNAME', 'pv_sql_pay_at_commit' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.pay_at_commit(integer, text, text, numeric, text, timestamptz, jsonb) IS
  'has a pay booked as the transaction commits: arguments and rights are judged now, all else then, and what is refused then refuses the commit; get_receipt has the receipt afterwards';

CREATE FUNCTION pointsvault.refund_at_commit(
  vault integer, purchase_ref text, ref text, amount numeric DEFAULT NULL, at timestamptz DEFAULT NULL,
  meta jsonb DEFAULT NULL
) RETURNS void
  AS 'MODULE_PATHNAME', 'pv_sql_refund_at_commit' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.refund_at_commit(integer, text, text, numeric, timestamptz, jsonb) IS
  'has a refund booked as the transaction commits: arguments and rights are judged now, all else then, and what is refused then refuses the commit; get_receipt has the receipt afterwards';

CREATE FUNCTION pointsvault.process_exits(vault integer, max_exits integer DEFAULT 10000) RETURNS bigint
  AS 'MODULE_PATHNAME', 'pv_sql_process_exits' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.process_exits(integer, integer) IS
  'books exits that are due and were left by exits_per_call (G7), and returns how many';
