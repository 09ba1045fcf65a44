-- The rival: the same sale in PL/pgSQL, as somebody would write it who knows both
-- PL/pgSQL and the trouble with hot rows.  It is append-only as the extension is:
-- the vault's row is locked but never updated, the state is the last journal row.
-- Integers are stored, products are numeric and so never overflow; the figures
-- are those of the extension to the last digit (bench/sales.sh checks that).
--
-- It does less than the extension: no sponsors, exits, contribution of the order's
-- own, region, guard, digest, profiles of roles.  What it lacks it does not pay for.

CREATE SCHEMA rival;

CREATE TABLE rival.vault (
  id integer PRIMARY KEY,
  name text NOT NULL UNIQUE,
  timezone text NOT NULL DEFAULT 'Asia/Shanghai',
  suspended text
);

-- Rates in parts per million, amounts in 1/10 000, points in 1e-8.
CREATE TABLE rival.policy (
  vault integer NOT NULL,
  version integer NOT NULL,
  pool_rate integer NOT NULL DEFAULT 300000,
  mint_rate integer NOT NULL DEFAULT 700000,
  start_price bigint NOT NULL DEFAULT 10000,
  exit_multiple integer NOT NULL DEFAULT 2000000,
  PRIMARY KEY (vault, version)
);

CREATE TABLE rival.member (
  vault integer NOT NULL,
  id bigint GENERATED ALWAYS AS IDENTITY,
  name text NOT NULL,
  PRIMARY KEY (vault, id),
  UNIQUE (vault, name)
);

CREATE TABLE rival.holding (
  vault integer NOT NULL,
  member bigint NOT NULL,
  points bigint NOT NULL DEFAULT 0,
  cash bigint NOT NULL DEFAULT 0,
  exit_limit bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (vault, member)
) WITH (fillfactor = 80);

CREATE TABLE rival.lot (
  vault integer NOT NULL,
  member bigint NOT NULL,
  seq bigint NOT NULL,
  points bigint NOT NULL,
  minted bigint NOT NULL,
  exit_limit bigint NOT NULL,
  PRIMARY KEY (vault, member, seq)
);

CREATE TABLE rival.journal (
  vault integer NOT NULL,
  day date NOT NULL,
  seq bigint NOT NULL,
  booked_at timestamptz NOT NULL,
  policy integer NOT NULL,
  kind smallint NOT NULL,
  -- the state after the event
  pool bigint NOT NULL,
  circulating bigint NOT NULL,
  issued bigint NOT NULL,
  -- the event
  member bigint,
  amount bigint,
  contribution bigint,
  points bigint,
  ref text,
  actor text NOT NULL DEFAULT session_user,
  PRIMARY KEY (vault, seq),
  UNIQUE (vault, ref)
);
CREATE INDEX ON rival.journal (vault, member);

CREATE TYPE rival.receipt AS (
  vault integer, seq bigint, kind text, ref text, member text, amount numeric, points numeric,
  price_before numeric, price_after numeric, day date, booked_at timestamptz, replayed boolean
);

CREATE PROCEDURE rival.create_vault(vault integer, members integer) LANGUAGE sql
BEGIN ATOMIC
  INSERT INTO rival.vault (id, name) VALUES (create_vault.vault, 'vault ' || create_vault.vault);
  INSERT INTO rival.policy (vault, version) VALUES (create_vault.vault, 1);
  INSERT INTO rival.journal (vault, day, seq, booked_at, policy, kind, pool, circulating, issued)
    VALUES (create_vault.vault, current_date, 1, clock_timestamp(), 1, 0, 0, 0, 0);
  INSERT INTO rival.member (vault, name)
    SELECT create_vault.vault, 'm' || i FROM generate_series(1, members) i;
  INSERT INTO rival.holding (vault, member)
    SELECT m.vault, m.id FROM rival.member m WHERE m.vault = create_vault.vault;
END;

-- The receipt of a ref that is booked already; another event's ref is an error.
CREATE FUNCTION rival.replay(vault integer, seq bigint, member text, units bigint)
RETURNS rival.receipt LANGUAGE plpgsql AS $$
DECLARE
  booked record;
BEGIN
  SELECT j.*, m.name, b.pool AS pool_before, b.circulating AS circulating_before INTO booked
  FROM rival.journal j
  JOIN rival.journal b ON b.vault = j.vault AND b.seq = j.seq - 1
  JOIN rival.member m ON m.vault = j.vault AND m.id = j.member
  WHERE j.vault = replay.vault AND j.seq = replay.seq;
  IF booked.name <> replay.member OR booked.amount <> units THEN
    RAISE unique_violation USING MESSAGE = format('ref %L is used for another event', booked.ref);
  END IF;
  RETURN (replay.vault, booked.seq, 'purchase'::text, booked.ref, booked.name, booked.amount * 0.0001,
          booked.points * 0.00000001,
          booked.pool_before * 10000.0 / NULLIF(booked.circulating_before, 0),
          booked.pool * 10000.0 / NULLIF(booked.circulating, 0),
          booked.day, booked.booked_at, true);
END $$;

CREATE FUNCTION rival.purchase(vault integer, member text, amount numeric, ref text)
RETURNS rival.receipt LANGUAGE plpgsql AS $$
DECLARE
  units bigint := amount * 10000;
  home record;
  last record;
  contribution bigint;
  minted bigint;
  lot_limit bigint;
  booked_at timestamptz;
  today date;
  pool bigint;
  circulating bigint;
BEGIN
  IF amount <= 0 OR scale(trim_scale(amount)) > 4 THEN
    RAISE invalid_parameter_value USING MESSAGE = format('bad amount %s', amount);
  END IF;

  SELECT v.timezone, v.suspended INTO home
  FROM rival.vault v WHERE v.id = purchase.vault FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RAISE no_data_found USING MESSAGE = format('vault %s does not exist', vault);
  ELSIF home.suspended IS NOT NULL THEN
    RAISE object_not_in_prerequisite_state USING MESSAGE = format('vault %s is suspended', vault);
  END IF;

  -- in a statement of its own, so that it sees what the lock's last holder did
  SELECT j.seq, j.booked_at, j.pool, j.circulating, j.issued, p.version, p.pool_rate, p.mint_rate,
         p.start_price, p.exit_multiple, r.seq AS replay, m.id AS member INTO last
  FROM (SELECT * FROM rival.journal l WHERE l.vault = purchase.vault ORDER BY l.seq DESC LIMIT 1) j
  JOIN rival.policy p ON p.vault = purchase.vault AND p.version = j.policy
  LEFT JOIN rival.journal r ON r.vault = purchase.vault AND r.ref = purchase.ref
  LEFT JOIN rival.member m ON m.vault = purchase.vault AND m.name = purchase.member;
  IF last.replay IS NOT NULL THEN
    RETURN rival.replay(vault, last.replay, member, units);
  ELSIF last.member IS NULL THEN
    RAISE no_data_found USING MESSAGE = format('member %L does not exist', member);
  END IF;

  -- G1, G2: the contribution, and points for its part at the price before
  contribution := div(units::numeric * last.pool_rate, 1000000);
  minted := div(contribution::numeric * last.mint_rate, 1000000);
  IF last.circulating > 0 THEN
    minted := div(minted::numeric * last.circulating, last.pool);
  ELSE
    minted := div(minted::numeric * 100000000, last.start_price);
  END IF;
  lot_limit := div(units::numeric * last.exit_multiple, 1000000);
  pool := last.pool + contribution;
  circulating := last.circulating + minted;
  booked_at := GREATEST(clock_timestamp(), last.booked_at);
  today := (booked_at AT TIME ZONE home.timezone)::date;

  INSERT INTO rival.lot (vault, member, seq, points, minted, exit_limit)
  VALUES (vault, last.member, last.seq + 1, minted, minted, lot_limit);
  UPDATE rival.holding h SET points = h.points + minted, exit_limit = h.exit_limit + lot_limit
  WHERE h.vault = purchase.vault AND h.member = last.member;
  INSERT INTO rival.journal (vault, day, seq, booked_at, policy, kind, pool, circulating, issued,
                             member, amount, contribution, points, ref)
  VALUES (vault, today, last.seq + 1, booked_at, last.version, 1, pool, circulating,
          last.issued + minted, last.member, units, contribution, minted, ref);

  RETURN (vault, last.seq + 1, 'purchase'::text, ref, member, amount, minted * 0.00000001,
          last.pool * 10000.0 / NULLIF(last.circulating, 0), pool * 10000.0 / NULLIF(circulating, 0),
          today, booked_at, false);
END $$;

-- Many sales in one transaction, to members far apart.
CREATE PROCEDURE rival.sell(vault integer, first bigint, members bigint, orders bigint) LANGUAGE plpgsql AS $$
BEGIN
  FOR i IN 1 .. orders LOOP
    PERFORM rival.purchase(vault, 'm' || 1 + (first + i * 7919) % members, (100 + i * 31 % 99900) * 0.01,
                           gen_random_uuid()::text);
  END LOOP;
END $$;
