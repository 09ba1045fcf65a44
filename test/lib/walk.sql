-- Release plans (MODEL §6), commissions (§7) and the shareholder pool (C6a), one unit and one
-- member at a time: whatever goes up a line goes step by step from a member to its sponsor,
-- and each close begins with nothing but members, sponsors, sales and plans.
--
-- Written from the rules alone, to be compared with the extension, and to be read rather than
-- to be fast.  Money is in whole 1/10 000 of the currency unit, as numeric, which is exact;
-- div() rounds down what is not below 0.

CREATE SCHEMA walk;

CREATE TABLE walk.vault (
  vault integer PRIMARY KEY, policy jsonb NOT NULL, open_day date,
  turnover numeric NOT NULL DEFAULT 0, carried numeric NOT NULL DEFAULT 0,
  shareholders numeric NOT NULL DEFAULT 0, -- the pool that is open
  platform numeric NOT NULL DEFAULT 0, reserve numeric NOT NULL DEFAULT 0,
  has_teams boolean NOT NULL DEFAULT false -- whether anything is, or ever was, paid by team figures: then they are kept
);
-- `rest` is spending toward the next share; team figures are those of the last close.
CREATE TABLE walk.member (
  vault integer, member text, number serial, sponsor text, region text, merged_into text,
  cash numeric NOT NULL DEFAULT 0, quota numeric NOT NULL DEFAULT 0,
  shares numeric NOT NULL DEFAULT 0, rest numeric NOT NULL DEFAULT 0, reward numeric NOT NULL DEFAULT 0,
  sales numeric NOT NULL DEFAULT 0, team_sales numeric NOT NULL DEFAULT 0,
  star integer NOT NULL DEFAULT 0, rank integer NOT NULL DEFAULT 0,
  PRIMARY KEY (vault, member)
);
CREATE TABLE walk.agent (vault integer, region text, member text, PRIMARY KEY (vault, region));
-- A sale with the plan that it opened; granted is 0 where it opened none.  Buyer and sponsor
-- are who has taken over from them, where somebody has.
CREATE TABLE walk.sale (
  vault integer, ref text, number serial, member text, sponsor text, amount numeric, refunded numeric NOT NULL DEFAULT 0,
  quota numeric, sponsor_quota numeric, sponsor_spending numeric, share_price numeric, contribution numeric,
  release_rate text, granted numeric, daily numeric, released numeric NOT NULL DEFAULT 0, cancelled numeric NOT NULL DEFAULT 0,
  PRIMARY KEY (vault, ref)
);
-- What a sale paid, to whom it would have to come back from; member NULL: the shareholder pool.
CREATE TABLE walk.commission (
  vault integer, sale text, place integer, member text, what text, grade integer, amount numeric,
  PRIMARY KEY (vault, sale, place)
);
-- What each purchase and each refund moved, in the names of then.
CREATE TABLE walk.moved (
  vault integer, ref text, place integer, member text, what text, grade integer, amount numeric,
  PRIMARY KEY (vault, ref, place)
);
-- Units that somebody earns by at a close: of generation `step` (L3), those on which star
-- `step` was the highest paid (L4), or as their peer (L5).
CREATE TABLE walk.earned (
  vault integer, member text, what text, step integer, units numeric,
  PRIMARY KEY (vault, member, what, step)
);
CREATE TABLE walk.day (
  vault integer, day date, turnover numeric, pool numeric, paid numeric, shareholder_pool numeric,
  shareholders numeric, all_shares numeric, released numeric, accelerated numeric, cut integer, ended_by_cut integer,
  stars_moved integer,
  PRIMARY KEY (vault, day)
);

-- The sections of a policy, with the defaults of what they leave out; NULL where there is none.
CREATE FUNCTION walk.section(policy jsonb, name text) RETURNS jsonb
LANGUAGE sql IMMUTABLE AS $$
  SELECT (CASE name
            WHEN 'cycle' THEN '{"quota_multiple": 2, "share_price": 1000, "referral_quota_rate": 0,
              "referral_share_rate": 0, "weight_pool_rate": 0.3, "unallocated": "platform"}'
            WHEN 'release' THEN '{"levels": [], "release_rate": 0.012, "generation_rates": [], "stars": [], "peer_rate": 0.03}'
            WHEN 'commission' THEN '{"budget_rate": 0.3, "direct_rate": 0, "indirect_rate": 0, "ranks": [],
              "rank_peer_rate": 0, "region_rates": {}, "shareholder_rate": 0}' END)::jsonb || (policy->name)
$$;

CREATE FUNCTION walk.rate_of(amount numeric, rate text) RETURNS numeric
LANGUAGE sql IMMUTABLE AS $$ SELECT div(amount * rate::numeric, 1) $$;

-- What of a whole goes with the amounts from `before` to `after` of a sale: a difference of
-- running sums.
CREATE FUNCTION walk.part_of(whole numeric, before numeric, after numeric, amount numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE AS $$ SELECT div(whole * after, amount) - div(whole * before, amount) $$;

CREATE FUNCTION walk.sponsor_of(id integer, who text) RETURNS text
LANGUAGE sql STABLE AS $$ SELECT sponsor FROM walk.member WHERE vault = id AND member = who $$;

-- L4: the highest of the steps that sales reach.
CREATE FUNCTION walk.grade_of(steps jsonb, sales numeric) RETURNS integer
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  grade integer := 0;
  step jsonb;
BEGIN
  FOR step IN SELECT * FROM jsonb_array_elements(steps) LOOP
    EXIT WHEN sales < (step->>'sales')::numeric * 10000;
    grade := grade + 1;
  END LOOP;
  RETURN grade;
END $$;

-- The rate of a grade, counted from 1; 0 of none.
CREATE FUNCTION walk.rate_at(steps jsonb, grade integer) RETURNS numeric
LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN grade = 0 THEN 0 ELSE (steps->(grade - 1)->>'rate')::numeric END
$$;

CREATE FUNCTION walk.set_policy(id integer, new_policy jsonb) RETURNS void
LANGUAGE sql AS $$
  INSERT INTO walk.vault AS v (vault, policy, has_teams) VALUES (id, new_policy, new_policy ?| '{release,commission}')
  ON CONFLICT (vault) DO UPDATE SET policy = new_policy, has_teams = v.has_teams OR EXCLUDED.has_teams
$$;

-- --- the close ------------------------------------------------------------------

-- L4, M1: team sales from every sale up its line, then star and rank of each; returns how many
-- stars are others than before.
CREATE FUNCTION walk.count_teams(id integer, policy jsonb) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
  s walk.sale;
  m walk.member;
  who text;
  new_star integer;
  new_rank integer;
  moved integer := 0;
BEGIN
  UPDATE walk.member SET sales = 0, team_sales = 0 WHERE vault = id;
  FOR s IN SELECT * FROM walk.sale WHERE vault = id LOOP
    UPDATE walk.member SET sales = sales + s.amount - s.refunded WHERE vault = id AND member = s.member;
    who := walk.sponsor_of(id, s.member);
    WHILE who IS NOT NULL LOOP
      UPDATE walk.member SET team_sales = team_sales + s.amount - s.refunded WHERE vault = id AND member = who;
      who := walk.sponsor_of(id, who);
    END LOOP;
  END LOOP;
  FOR m IN SELECT * FROM walk.member WHERE vault = id LOOP
    new_star := COALESCE(walk.grade_of(walk.section(policy, 'release')->'stars', m.team_sales), 0);
    new_rank := COALESCE(walk.grade_of(walk.section(policy, 'commission')->'ranks', m.team_sales), 0);
    UPDATE walk.member SET star = new_star, rank = new_rank WHERE vault = id AND member = m.member;
    moved := moved + (new_star <> m.star)::integer;
  END LOOP;
  RETURN moved;
END $$;

CREATE FUNCTION walk.earn(id integer, who text, by_what text, at_step integer, more numeric) RETURNS void
LANGUAGE sql AS $$
  INSERT INTO walk.earned AS e VALUES (id, who, by_what, at_step, more)
  ON CONFLICT (vault, member, what, step) DO UPDATE SET units = e.units + more
$$;

-- L3 to L5: units that a member released go up its line, and whoever earns by them is noted.
CREATE FUNCTION walk.rise(id integer, from_member text, units numeric, generations integer) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  m walk.member;
  generation integer := 0;
  star_paid integer := 0;
  peer_paid boolean := false;
BEGIN
  SELECT * INTO m FROM walk.member WHERE vault = id AND member = from_member;
  WHILE m.sponsor IS NOT NULL LOOP
    SELECT * INTO m FROM walk.member WHERE vault = id AND member = m.sponsor;
    generation := generation + 1;
    IF generation <= generations THEN
      PERFORM walk.earn(id, m.member, 'generation', generation, units);
    END IF;
    IF m.star > star_paid THEN
      PERFORM walk.earn(id, m.member, 'star', star_paid, units);
      star_paid := m.star;
      peer_paid := false;
    ELSIF m.star = star_paid AND m.star > 0 AND NOT peer_paid THEN
      PERFORM walk.earn(id, m.member, 'peer', m.star, units);
      peer_paid := true;
    END IF;
  END LOOP;
END $$;

-- L6: what a member earned by others comes out of its own plans, oldest first; returns what of
-- it they could not give.
CREATE FUNCTION walk.accelerate(id integer, who text, bonus numeric) RETURNS numeric
LANGUAGE plpgsql AS $$
DECLARE
  s walk.sale;
  part numeric;
BEGIN
  FOR s IN SELECT * FROM walk.sale WHERE vault = id AND member = who AND granted > 0 ORDER BY number LOOP
    part := least(bonus, s.granted - s.released - s.cancelled);
    UPDATE walk.sale SET released = released + part WHERE vault = id AND ref = s.ref;
    UPDATE walk.member SET reward = reward + part WHERE vault = id AND member = who;
    bonus := bonus - part;
  END LOOP;
  RETURN bonus;
END $$;

-- L2 to L6: all plans release their daily amounts; then those who earn by that, from theirs.
CREATE FUNCTION walk.release(id integer, release jsonb, INOUT d walk.day)
LANGUAGE plpgsql AS $$
DECLARE
  s walk.sale;
  m walk.member;
  e walk.earned;
  part numeric;
  bonus numeric;
  not_given numeric;
BEGIN
  FOR s IN SELECT * FROM walk.sale WHERE vault = id AND granted > 0 ORDER BY number LOOP
    part := least(s.daily, s.granted - s.released - s.cancelled);
    CONTINUE WHEN part = 0;
    UPDATE walk.sale SET released = released + part WHERE vault = id AND ref = s.ref;
    UPDATE walk.member SET reward = reward + part WHERE vault = id AND member = s.member;
    d.released := d.released + part;
    PERFORM walk.rise(id, s.member, part, jsonb_array_length(release->'generation_rates'));
  END LOOP;
  FOR m IN SELECT * FROM walk.member WHERE vault = id LOOP
    bonus := 0;
    FOR e IN SELECT * FROM walk.earned WHERE vault = id AND member = m.member LOOP
      bonus := bonus + CASE e.what
        WHEN 'generation' THEN walk.rate_of(e.units, release->'generation_rates'->>(e.step - 1))
        WHEN 'star' THEN div(e.units * (walk.rate_at(release->'stars', m.star) - walk.rate_at(release->'stars', e.step)), 1)
        WHEN 'peer' THEN walk.rate_of(e.units, release->>'peer_rate') END;
    END LOOP;
    not_given := walk.accelerate(id, m.member, bonus);
    d.released := d.released + bonus - not_given;
    d.accelerated := d.accelerated + bonus - not_given;
    d.cut := d.cut + (not_given > 0)::integer;
    d.ended_by_cut := d.ended_by_cut + (not_given > 0 AND not_given < bonus)::integer;
  END LOOP;
  DELETE FROM walk.earned WHERE vault = id;
END $$;

-- C3 to C7 without tiers: by weight among those who are active; returns what was paid.
CREATE FUNCTION walk.pay_dividends(id integer, pool numeric) RETURNS numeric
LANGUAGE plpgsql AS $$
DECLARE
  m walk.member;
  active numeric := 0;
  due numeric;
  paid numeric := 0;
BEGIN
  FOR m IN SELECT * FROM walk.member WHERE vault = id AND quota > 0 LOOP
    active := active + m.shares;
  END LOOP;
  FOR m IN SELECT * FROM walk.member WHERE vault = id AND quota > 0 AND shares > 0 LOOP
    due := least(div(pool * m.shares, active), m.quota);
    UPDATE walk.member SET cash = cash + due, quota = quota - due WHERE vault = id AND member = m.member;
    paid := paid + due;
  END LOOP;
  RETURN paid;
END $$;

-- C6a: the shareholder pool among all who have shares.
CREATE FUNCTION walk.pay_shareholders(id integer, INOUT d walk.day)
LANGUAGE plpgsql AS $$
DECLARE
  m walk.member;
  due numeric;
BEGIN
  FOR m IN SELECT * FROM walk.member WHERE vault = id LOOP
    d.all_shares := d.all_shares + m.shares;
  END LOOP;
  FOR m IN SELECT * FROM walk.member WHERE vault = id AND shares > 0 LOOP
    due := div(d.shareholder_pool * m.shares, d.all_shares);
    UPDATE walk.member SET cash = cash + due WHERE vault = id AND member = m.member;
    d.shareholders := d.shareholders + due;
  END LOOP;
END $$;

-- Closes the open day.
CREATE FUNCTION walk.close(id integer) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v walk.vault;
  d walk.day;
  c jsonb;
  rest numeric;
BEGIN
  SELECT * INTO v FROM walk.vault WHERE vault = id;
  c := walk.section(v.policy, 'cycle');
  d := (id, v.open_day, greatest(v.turnover, 0), 0, 0, v.shareholders, 0, 0, 0, 0, 0, 0, 0);
  IF v.has_teams THEN
    d.stars_moved := walk.count_teams(id, v.policy);
  END IF;
  IF v.policy ? 'release' THEN
    d := walk.release(id, walk.section(v.policy, 'release'), d);
  END IF;
  IF c IS NOT NULL THEN
    d.pool := walk.rate_of(d.turnover, c->>'weight_pool_rate') + v.carried;
    d.paid := walk.pay_dividends(id, d.pool);
  END IF;
  d := walk.pay_shareholders(id, d);
  INSERT INTO walk.day SELECT d.*;
  rest := d.pool - d.paid + d.shareholder_pool - d.shareholders;
  UPDATE walk.vault
  SET open_day = open_day + 1, turnover = least(turnover, 0), shareholders = 0,
      carried = CASE c->>'unallocated' WHEN 'carry' THEN rest ELSE 0 END,
      platform = platform + CASE c->>'unallocated' WHEN 'carry' THEN 0 ELSE rest END
  WHERE vault = id;
END $$;

-- V7: the first event of a later day closes the days before it.
CREATE FUNCTION walk.reach(id integer, day date) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  UPDATE walk.vault SET open_day = day WHERE vault = id AND open_day IS NULL;
  WHILE (SELECT open_day < day FROM walk.vault WHERE vault = id) LOOP
    PERFORM walk.close(id);
  END LOOP;
END $$;

-- --- commissions ------------------------------------------------------------------

-- M1: pays somebody, or the shareholder pool, as far as the budget has it, which it returns
-- what is left of.
CREATE FUNCTION walk.pay(id integer, of_sale walk.sale, who text, why text, of_grade integer, rate numeric, budget numeric)
RETURNS numeric
LANGUAGE plpgsql AS $$
DECLARE
  due numeric := least(div(of_sale.amount * rate, 1), budget);
  next integer := (SELECT count(*) + 1 FROM walk.commission WHERE vault = id AND sale = of_sale.ref);
BEGIN
  IF due = 0 THEN
    RETURN budget;
  END IF;
  INSERT INTO walk.commission VALUES (id, of_sale.ref, next, who, why, of_grade, due);
  INSERT INTO walk.moved VALUES (id, of_sale.ref, next, who, why, of_grade, due);
  UPDATE walk.member SET cash = cash + due WHERE vault = id AND member = who;
  UPDATE walk.vault SET shareholders = shareholders + due WHERE vault = id AND who IS NULL;
  RETURN budget - due;
END $$;

-- M1: up the line from the sponsor, each by its rank or as a peer when it is reached.  A
-- rank is that of the last close, or the highest there is since the policy has fewer.
CREATE FUNCTION walk.pay_line(id integer, s walk.sale, c jsonb, budget numeric) RETURNS numeric
LANGUAGE plpgsql AS $$
DECLARE
  m walk.member;
  paid integer := 0;
  peer_paid boolean := false;
BEGIN
  SELECT * INTO m FROM walk.member WHERE vault = id AND member = s.member;
  WHILE m.sponsor IS NOT NULL LOOP
    SELECT * INTO m FROM walk.member WHERE vault = id AND member = m.sponsor;
    m.rank := least(m.rank, jsonb_array_length(c->'ranks'));
    IF m.rank > paid THEN
      budget := walk.pay(id, s, m.member, 'rank', m.rank,
                         walk.rate_at(c->'ranks', m.rank) - walk.rate_at(c->'ranks', paid), budget);
      paid := m.rank;
      peer_paid := false;
    ELSIF m.rank = paid AND m.rank > 0 AND NOT peer_paid THEN
      budget := walk.pay(id, s, m.member, 'peer', m.rank, (c->>'rank_peer_rate')::numeric, budget);
      peer_paid := true;
    END IF;
  END LOOP;
  RETURN budget;
END $$;

-- M1: district, city and province of a region, the first 6, 4, 2 digits of its code.
CREATE FUNCTION walk.pay_agents(id integer, s walk.sale, region text, c jsonb, budget numeric) RETURNS numeric
LANGUAGE plpgsql AS $$
DECLARE
  r record;
  who text;
BEGIN
  FOR r IN SELECT * FROM (VALUES ('district', 6), ('city', 4), ('province', 2)) v (what, digits)
           WHERE length(region) >= digits LOOP
    SELECT a.member INTO who FROM walk.agent a WHERE a.vault = id AND a.region = left(pay_agents.region, r.digits);
    IF FOUND THEN
      budget := walk.pay(id, s, who, r.what, NULL, COALESCE((c->'region_rates'->>r.what)::numeric, 0), budget);
    END IF;
  END LOOP;
  RETURN budget;
END $$;

-- M1: all commissions of a sale.
CREATE FUNCTION walk.pay_commissions(id integer, s walk.sale, order_region text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  c jsonb := (SELECT walk.section(policy, 'commission') FROM walk.vault WHERE vault = id);
  direct text := walk.sponsor_of(id, s.member);
  indirect text := walk.sponsor_of(id, direct);
  region text := COALESCE(order_region, (SELECT m.region FROM walk.member m WHERE m.vault = id AND m.member = s.member));
  budget numeric := walk.rate_of(s.amount, c->>'budget_rate');
BEGIN
  IF c IS NULL THEN
    RETURN;
  END IF;
  IF direct IS NOT NULL THEN
    budget := walk.pay(id, s, direct, 'direct', NULL, (c->>'direct_rate')::numeric, budget);
  END IF;
  IF indirect IS NOT NULL THEN
    budget := walk.pay(id, s, indirect, 'indirect', NULL, (c->>'indirect_rate')::numeric, budget);
  END IF;
  budget := walk.pay_line(id, s, c, budget);
  budget := walk.pay_agents(id, s, region, c, budget);
  budget := walk.pay(id, s, NULL, 'shareholders', NULL, (c->>'shareholder_rate')::numeric, budget);
  UPDATE walk.vault SET platform = platform + budget WHERE vault = id;
END $$;

-- --- events ------------------------------------------------------------------------

-- C1: quota and spending toward shares.
CREATE FUNCTION walk.bring(id integer, who text, new_quota numeric, spending numeric, price numeric) RETURNS void
LANGUAGE sql AS $$
  UPDATE walk.member
  SET quota = quota + new_quota,
      shares = CASE WHEN spending > 0 THEN shares + div(rest + spending, price) ELSE shares END,
      rest = CASE WHEN spending > 0 THEN mod(rest + spending, price) ELSE rest END
  WHERE vault = id AND member = who
$$;

-- L1: what an order is granted by the highest level it reaches.
CREATE FUNCTION walk.granted(release jsonb, amount numeric) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  level jsonb;
  granted numeric := 0;
BEGIN
  FOR level IN SELECT * FROM jsonb_array_elements(release->'levels') LOOP
    EXIT WHEN amount < (level->>'min')::numeric * 10000;
    granted := walk.rate_of(amount, level->>'multiple');
  END LOOP;
  RETURN granted;
END $$;

-- G1, where nothing is minted: the contribution goes on to the reserve (V3).
CREATE FUNCTION walk.buy(id integer, who text, amount numeric, ref text, order_region text, day date) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v walk.vault;
  c jsonb;
  r jsonb;
  s walk.sale;
BEGIN
  PERFORM walk.reach(id, day);
  SELECT * INTO v FROM walk.vault WHERE vault = id;
  c := walk.section(v.policy, 'cycle');
  r := walk.section(v.policy, 'release');
  INSERT INTO walk.sale VALUES (
    id, ref, DEFAULT, who, walk.sponsor_of(id, who), amount, 0,
    COALESCE(walk.rate_of(amount, c->>'quota_multiple'), 0), COALESCE(walk.rate_of(amount, c->>'referral_quota_rate'), 0),
    COALESCE(walk.rate_of(amount, c->>'referral_share_rate'), 0), (c->>'share_price')::numeric * 10000,
    COALESCE(walk.rate_of(amount, v.policy->'growth'->>'pool_rate'), 0),
    r->>'release_rate', COALESCE(walk.granted(r, amount), 0), COALESCE(walk.rate_of(amount, r->>'release_rate'), 0))
  RETURNING * INTO s;
  IF c IS NOT NULL THEN
    PERFORM walk.bring(id, who, s.quota, amount, s.share_price);
    PERFORM walk.bring(id, s.sponsor, s.sponsor_quota, s.sponsor_spending, s.share_price);
    UPDATE walk.vault SET turnover = turnover + amount WHERE vault = id;
  END IF;
  UPDATE walk.vault SET reserve = reserve + s.contribution WHERE vault = id;
  PERFORM walk.pay_commissions(id, s, order_region);
END $$;

-- G15: quota falls, what it cannot fall by is owed to the platform; spending falls, not below 0,
-- and shares never come by it.
CREATE FUNCTION walk.take(id integer, who text, old_quota numeric, spending numeric, price numeric) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  m walk.member;
  falls numeric;
  worth numeric;
  left_shares numeric;
BEGIN
  SELECT * INTO m FROM walk.member WHERE vault = id AND member = who;
  falls := least(m.quota, old_quota);
  UPDATE walk.member SET quota = quota - falls, cash = cash - (old_quota - falls) WHERE vault = id AND member = who;
  UPDATE walk.vault SET platform = platform + old_quota - falls WHERE vault = id;
  IF spending > 0 THEN
    worth := greatest(0, m.shares * price + m.rest - spending);
    left_shares := least(m.shares, div(worth, price));
    UPDATE walk.member SET shares = left_shares, rest = worth - left_shares * price WHERE vault = id AND member = who;
  END IF;
END $$;

-- G15: each commission of a sale back in proportion.
CREATE FUNCTION walk.take_commissions(id integer, s walk.sale, refund_ref text, before numeric, after numeric) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  c walk.commission;
  back numeric;
  next integer := 0;
BEGIN
  FOR c IN SELECT * FROM walk.commission WHERE vault = id AND sale = s.ref ORDER BY place LOOP
    back := walk.part_of(c.amount, before, after, s.amount);
    IF c.member IS NULL THEN
      SELECT least(back, shareholders) INTO back FROM walk.vault WHERE vault = id;
      UPDATE walk.vault SET shareholders = shareholders - back WHERE vault = id;
    ELSE
      UPDATE walk.member SET cash = cash - back WHERE vault = id AND member = c.member;
    END IF;
    CONTINUE WHEN back = 0;
    UPDATE walk.vault SET platform = platform + back WHERE vault = id;
    next := next + 1;
    INSERT INTO walk.moved VALUES (id, refund_ref, next, c.member, c.what, c.grade, -back);
  END LOOP;
END $$;

-- G15.  A contribution is owed whole where nothing was minted for it.
CREATE FUNCTION walk.refund(id integer, sale_ref text, refund_ref text, back numeric, day date) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  s walk.sale;
  before numeric;
  after numeric;
  short numeric;
BEGIN
  PERFORM walk.reach(id, day);
  SELECT * INTO s FROM walk.sale WHERE vault = id AND ref = sale_ref;
  before := s.refunded;
  after := s.refunded + back;
  IF s.share_price IS NOT NULL THEN
    PERFORM walk.take(id, s.member, walk.part_of(s.quota, before, after, s.amount), back, s.share_price);
    PERFORM walk.take(id, s.sponsor, walk.part_of(s.sponsor_quota, before, after, s.amount),
                      walk.part_of(s.sponsor_spending, before, after, s.amount), s.share_price)
    WHERE s.sponsor IS NOT NULL;
    UPDATE walk.vault SET turnover = turnover - back WHERE vault = id;
  END IF;
  short := walk.part_of(s.contribution, before, after, s.amount);
  UPDATE walk.member SET cash = cash - short WHERE vault = id AND member = s.member;
  UPDATE walk.vault SET platform = platform + short WHERE vault = id;
  UPDATE walk.sale
  SET refunded = after,
      cancelled = cancelled + least(walk.part_of(granted, before, after, amount), granted - released - cancelled),
      daily = COALESCE(walk.rate_of(amount - after, release_rate), 0)
  WHERE vault = id AND ref = sale_ref;
  PERFORM walk.take_commissions(id, s, refund_ref, before, after);
END $$;

-- L7
CREATE FUNCTION walk.spend_reward(id integer, who text, amount numeric, day date) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM walk.reach(id, day);
  UPDATE walk.member SET reward = reward - amount WHERE vault = id AND member = who;
END $$;

CREATE FUNCTION walk.withdraw(id integer, who text, amount numeric, day date) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM walk.reach(id, day);
  UPDATE walk.member SET cash = cash - amount WHERE vault = id AND member = who;
END $$;

CREATE FUNCTION walk.stands_below(id integer, who text, above text) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
  LOOP
    who := walk.sponsor_of(id, who);
    IF who IS NULL OR who = above THEN
      RETURN who IS NOT NULL;
    END IF;
  END LOOP;
END $$;

-- One member becomes another: what it has, what it bought and brought and earned, its regions
-- and the line below it (M2).
CREATE FUNCTION walk.merge(id integer, one text, other text, day date) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  m walk.member;
  price numeric;
BEGIN
  PERFORM walk.reach(id, day);
  SELECT (walk.section(v.policy, 'cycle')->>'share_price')::numeric * 10000 INTO price FROM walk.vault v WHERE v.vault = id;
  SELECT * INTO m FROM walk.member WHERE vault = id AND member = one;
  UPDATE walk.member SET quota = 0, shares = 0, rest = 0, cash = 0, reward = 0, merged_into = other
  WHERE vault = id AND member = one;
  UPDATE walk.member SET merged_into = other WHERE vault = id AND merged_into = one;
  PERFORM walk.bring(id, other, 0, m.rest, price);
  UPDATE walk.member
  SET quota = quota + m.quota, shares = shares + m.shares, cash = cash + m.cash, reward = reward + m.reward
  WHERE vault = id AND member = other;
  UPDATE walk.sale SET member = other WHERE vault = id AND member = one;
  UPDATE walk.sale SET sponsor = other WHERE vault = id AND sponsor = one;
  UPDATE walk.commission SET member = other WHERE vault = id AND member = one;
  UPDATE walk.agent SET member = other WHERE vault = id AND member = one;
  IF walk.stands_below(id, other, one) THEN
    UPDATE walk.member SET sponsor = m.sponsor WHERE vault = id AND member = other;
  END IF;
  UPDATE walk.member SET sponsor = other WHERE vault = id AND sponsor = one;
END $$;
