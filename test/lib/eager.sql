-- The cycle of MODEL §5 with the parts of G15 that concern it, done one by one:
-- a close looks at each member and pays it, with no running totals.
--
-- Written from the rules alone, to be compared with the extension.  Money is
-- in whole 1/10 000 of the currency unit, as numeric, which is exact; div()
-- rounds down what is not below 0.

CREATE SCHEMA eager;

CREATE TABLE eager.vault (
  vault integer PRIMARY KEY, policy jsonb NOT NULL, open_day date,
  turnover numeric NOT NULL DEFAULT 0, carried numeric NOT NULL DEFAULT 0,
  platform numeric NOT NULL DEFAULT 0, reserve numeric NOT NULL DEFAULT 0
);
-- `rest` is spending toward the next share; `granted` and `dividends` are what
-- came of quota and of dividends over the member's whole life.
CREATE TABLE eager.member (
  vault integer, member text, sponsor text,
  quota numeric NOT NULL DEFAULT 0, shares numeric NOT NULL DEFAULT 0,
  rest numeric NOT NULL DEFAULT 0, cash numeric NOT NULL DEFAULT 0,
  granted numeric NOT NULL DEFAULT 0, dividends numeric NOT NULL DEFAULT 0,
  merged boolean NOT NULL DEFAULT false,
  PRIMARY KEY (vault, member)
);
CREATE TABLE eager.sale (
  vault integer, ref text, member text, amount numeric, refunded numeric NOT NULL DEFAULT 0,
  quota numeric, sponsor_quota numeric, sponsor_spending numeric, share_price numeric,
  contribution numeric, owed numeric NOT NULL DEFAULT 0, sponsor text,
  PRIMARY KEY (vault, ref)
);
CREATE TABLE eager.day (
  vault integer, day date, turnover numeric, pool numeric, paid numeric,
  no_taker numeric, inactive numeric, over_quota numeric,
  PRIMARY KEY (vault, day)
);
CREATE TABLE eager.dividend (
  vault integer, day date, member text, shares numeric, tier integer, due numeric, paid numeric,
  quota_left numeric,
  PRIMARY KEY (vault, day, member)
);
-- How many members had which share count at each close.
CREATE TABLE eager.class (
  vault integer, day date, shares numeric, members bigint, PRIMARY KEY (vault, day, shares)
);

-- The section of the policy, with the defaults of what it leaves out; NULL
-- where there is none.
CREATE FUNCTION eager.cycle(policy jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE AS $$
  SELECT '{"quota_multiple": 2, "share_price": 1000, "referral_quota_rate": 0, "referral_share_rate": 0,
           "weight_pool_rate": 0.3, "tiers": [], "tier_basis": "head", "denominator": "active",
           "unallocated": "platform"}'::jsonb || (policy->'cycle')
$$;

CREATE FUNCTION eager.rate_of(amount numeric, rate text) RETURNS numeric
LANGUAGE sql IMMUTABLE AS $$ SELECT div(amount * rate::numeric, 1) $$;

-- The tiers of a policy: from `low` shares to below `high`.
CREATE FUNCTION eager.tiers(cycle jsonb, OUT tier integer, OUT low numeric, OUT high numeric, OUT rate text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE AS $$
  SELECT n::integer, (t->>'min')::numeric, lead((t->>'min')::numeric) OVER (ORDER BY n), t->>'rate'
  FROM jsonb_array_elements(cycle->'tiers') WITH ORDINALITY AS list (t, n)
$$;

-- C3 to C7: closes the open day.
CREATE FUNCTION eager.close(id integer) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v eager.vault;
  c jsonb;
  d eager.day;
  m eager.member;
  t record;
  weight_pool numeric;
  active numeric;
  denominator numeric;
  tier_pool numeric;
  divisor numeric;
  due numeric;
  member_paid numeric;
  member_tier integer;
  carried_turnover numeric;
BEGIN
  SELECT * INTO v FROM eager.vault WHERE vault = id;
  c := eager.cycle(v.policy);
  -- C2: below 0 it counts as 0 and is carried
  carried_turnover := least(v.turnover, 0);
  v.turnover := greatest(v.turnover, 0);
  d := (id, v.open_day, v.turnover, 0, 0, 0, 0, 0);
  weight_pool := eager.rate_of(v.turnover, c->>'weight_pool_rate') + v.carried;
  d.pool := weight_pool;
  SELECT COALESCE(sum(shares) FILTER (WHERE quota > 0), 0), COALESCE(sum(shares), 0)
  INTO active, denominator FROM eager.member WHERE vault = id;
  IF c->>'denominator' = 'active' THEN
    denominator := active;
  END IF;
  IF denominator = 0 THEN
    d.no_taker := weight_pool;
  ELSE
    d.inactive := div(weight_pool * (denominator - active), denominator);
  END IF;
  FOR t IN SELECT * FROM eager.tiers(c) LOOP
    tier_pool := eager.rate_of(v.turnover, t.rate);
    d.pool := d.pool + tier_pool;
    IF NOT EXISTS (SELECT FROM eager.member
                   WHERE vault = id AND quota > 0 AND shares >= t.low AND (t.high IS NULL OR shares < t.high)) THEN
      d.no_taker := d.no_taker + tier_pool;
    END IF;
  END LOOP;

  -- What each is due, of the members as they stand at the end of the day.
  FOR m IN SELECT * FROM eager.member WHERE vault = id AND quota > 0 AND shares > 0 LOOP
    due := div(weight_pool * m.shares, denominator);
    member_tier := NULL;
    FOR t IN SELECT * FROM eager.tiers(c) WHERE m.shares >= low AND (high IS NULL OR m.shares < high) LOOP
      member_tier := t.tier;
      tier_pool := eager.rate_of(v.turnover, t.rate);
      SELECT CASE c->>'tier_basis' WHEN 'head' THEN count(*) ELSE sum(shares) END INTO divisor
      FROM eager.member
      WHERE vault = id AND quota > 0 AND shares >= t.low AND (t.high IS NULL OR shares < t.high);
      due := due + div(tier_pool * CASE c->>'tier_basis' WHEN 'head' THEN 1 ELSE m.shares END, divisor);
    END LOOP;
    CONTINUE WHEN due = 0;
    INSERT INTO eager.dividend VALUES (id, v.open_day, m.member, m.shares, member_tier, due);
  END LOOP;

  -- Paid one by one.
  FOR m IN SELECT * FROM eager.member WHERE vault = id LOOP
    SELECT o.due INTO due FROM eager.dividend o
    WHERE o.vault = id AND o.day = v.open_day AND o.member = m.member;
    CONTINUE WHEN NOT FOUND;
    member_paid := least(due, m.quota);
    UPDATE eager.member
    SET cash = cash + member_paid, quota = quota - member_paid, dividends = dividends + member_paid
    WHERE vault = id AND member = m.member;
    UPDATE eager.dividend SET paid = member_paid, quota_left = m.quota - member_paid
    WHERE vault = id AND day = v.open_day AND member = m.member;
    d.paid := d.paid + member_paid;
    d.over_quota := d.over_quota + due - member_paid;
  END LOOP;

  INSERT INTO eager.day SELECT d.*;
  INSERT INTO eager.class
  SELECT id, v.open_day, shares, count(*) FROM eager.member WHERE vault = id AND shares > 0 GROUP BY shares;
  UPDATE eager.vault
  SET turnover = carried_turnover, open_day = open_day + 1,
      carried = CASE c->>'unallocated' WHEN 'carry' THEN d.pool - d.paid ELSE 0 END,
      platform = platform + CASE c->>'unallocated' WHEN 'carry' THEN 0 ELSE d.pool - d.paid END
  WHERE vault = id;
END $$;

-- V7: the days before `day` are closed.  An event (not a policy) also says
-- which is the first day.
CREATE FUNCTION eager.reach(id integer, day date, is_event boolean DEFAULT true) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  IF is_event THEN
    UPDATE eager.vault SET open_day = day WHERE vault = id AND open_day IS NULL;
  END IF;
  WHILE (SELECT open_day < day FROM eager.vault WHERE vault = id) LOOP
    PERFORM eager.close(id);
  END LOOP;
END $$;

CREATE FUNCTION eager.set_policy(id integer, new_policy jsonb, day date) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM eager.reach(id, day, is_event => false);
  UPDATE eager.vault SET policy = new_policy WHERE vault = id;
END $$;

-- C1: quota and spending toward shares.  What is left over waits for the next
-- spending, also where the share price falls below it.
CREATE FUNCTION eager.bring(id integer, who text, new_quota numeric, spending numeric, price numeric) RETURNS void
LANGUAGE sql AS $$
  UPDATE eager.member
  SET quota = quota + new_quota, granted = granted + new_quota,
      shares = CASE WHEN spending > 0 THEN shares + div(rest + spending, price) ELSE shares END,
      rest = CASE WHEN spending > 0 THEN mod(rest + spending, price) ELSE rest END
  WHERE vault = id AND member = who
$$;

-- C1, C2
CREATE FUNCTION eager.buy(id integer, who text, amount numeric, ref text, day date) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v eager.vault;
  c jsonb;
  s eager.sale;
BEGIN
  PERFORM eager.reach(id, day);
  SELECT * INTO v FROM eager.vault WHERE vault = id;
  c := eager.cycle(v.policy);
  s := (id, ref, who, amount, 0,
        eager.rate_of(amount, c->>'quota_multiple'), eager.rate_of(amount, c->>'referral_quota_rate'),
        eager.rate_of(amount, c->>'referral_share_rate'), (c->>'share_price')::numeric * 10000,
        COALESCE(eager.rate_of(amount, v.policy->'growth'->>'pool_rate'), 0), 0,
        (SELECT m.sponsor FROM eager.member m WHERE m.vault = id AND m.member = who));
  INSERT INTO eager.sale SELECT s.*;
  PERFORM eager.bring(id, who, s.quota, amount, s.share_price);
  PERFORM eager.bring(id, s.sponsor, s.sponsor_quota, s.sponsor_spending, s.share_price) WHERE s.sponsor IS NOT NULL;
  -- where nothing is minted, what came into the pool goes on to the reserve (V3)
  UPDATE eager.vault SET turnover = turnover + amount, reserve = reserve + s.contribution WHERE vault = id;
END $$;

-- G15: quota falls, what it cannot fall by is owed; spending falls, not below 0,
-- at the share price it was counted with; shares never come by it.  Returns what is owed.
CREATE FUNCTION eager.take(id integer, who text, old_quota numeric, spending numeric, price numeric)
RETURNS numeric
LANGUAGE plpgsql AS $$
DECLARE
  m eager.member;
  falls numeric;
  worth numeric;
  left_shares numeric;
BEGIN
  SELECT * INTO m FROM eager.member WHERE vault = id AND member = who;
  falls := least(m.quota, old_quota);
  UPDATE eager.member SET quota = quota - falls, cash = cash - (old_quota - falls)
  WHERE vault = id AND member = who;
  IF spending > 0 THEN
    worth := greatest(0, m.shares * price + m.rest - spending);
    left_shares := least(m.shares, div(worth, price));
    UPDATE eager.member SET shares = left_shares, rest = worth - left_shares * price
    WHERE vault = id AND member = who;
  END IF;
  RETURN old_quota - falls;
END $$;

-- G15.  A contribution is owed whole where nothing was minted for it, which is
-- where the comparison of cash goes with growth.
CREATE FUNCTION eager.refund(id integer, sale_ref text, amount numeric, day date) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  s eager.sale;
  v eager.vault;
  before numeric;
  after numeric;
  missing numeric;
  short numeric;
BEGIN
  PERFORM eager.reach(id, day);
  SELECT * INTO v FROM eager.vault WHERE vault = id;
  SELECT * INTO s FROM eager.sale WHERE vault = id AND ref = sale_ref;
  before := s.refunded;
  after := s.refunded + amount;
  missing := eager.take(id, s.member, div(s.quota * after, s.amount) - div(s.quota * before, s.amount),
                        amount, s.share_price);
  IF s.sponsor IS NOT NULL THEN
    missing := missing + eager.take(
      id, s.sponsor, div(s.sponsor_quota * after, s.amount) - div(s.sponsor_quota * before, s.amount),
      div(s.sponsor_spending * after, s.amount) - div(s.sponsor_spending * before, s.amount), s.share_price);
  END IF;
  short := CASE v.policy->'growth'->>'refund_shortfall' WHEN 'platform' THEN 0
           ELSE div(s.contribution * after, s.amount) - div(s.contribution * before, s.amount) END;
  UPDATE eager.member SET cash = cash - short WHERE vault = id AND member = s.member;
  UPDATE eager.sale x SET refunded = after, owed = x.owed + missing WHERE vault = id AND ref = sale_ref;
  UPDATE eager.vault SET turnover = turnover - CASE WHEN s.share_price > 0 THEN amount ELSE 0 END, platform = platform + missing + short
  WHERE vault = id;
END $$;

CREATE FUNCTION eager.withdraw(id integer, who text, amount numeric, day date) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM eager.reach(id, day);
  UPDATE eager.member SET cash = cash - amount WHERE vault = id AND member = who;
END $$;

-- One member becomes another: what it has, what it bought and brought, and the line below
-- it.  What it was granted and paid before stays its history.
CREATE FUNCTION eager.merge(id integer, one text, other text, day date) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  m eager.member;
  price numeric;
BEGIN
  PERFORM eager.reach(id, day);
  SELECT (eager.cycle(v.policy)->>'share_price')::numeric * 10000 INTO price FROM eager.vault v WHERE v.vault = id;
  SELECT * INTO m FROM eager.member WHERE vault = id AND member = one;
  UPDATE eager.member SET quota = 0, shares = 0, rest = 0, cash = 0, merged = true WHERE vault = id AND member = one;
  IF price IS NULL THEN
    UPDATE eager.member SET rest = rest + m.rest WHERE vault = id AND member = other;
  ELSE
    PERFORM eager.bring(id, other, 0, m.rest, price);
  END IF;
  UPDATE eager.member SET quota = quota + m.quota, granted = granted + m.quota, shares = shares + m.shares, cash = cash + m.cash
  WHERE vault = id AND member = other;
  UPDATE eager.sale SET member = other WHERE vault = id AND member = one;
  UPDATE eager.sale SET sponsor = other WHERE vault = id AND sponsor = one;
  UPDATE eager.member x SET sponsor = m.sponsor
  WHERE x.vault = id AND x.member = other AND one IN (
    WITH RECURSIVE above (member) AS (
      SELECT x.sponsor UNION SELECT a.sponsor FROM above b JOIN eager.member a ON a.vault = id AND a.member = b.member
    ) SELECT member FROM above);
  UPDATE eager.member SET sponsor = other WHERE vault = id AND sponsor = one;
END $$;
