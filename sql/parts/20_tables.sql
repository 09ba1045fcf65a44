-- ---------------------------------------------------------------------------
-- Tables.  The name of every key starts with the vault, the unit of locking, of
-- sharding and of dump; there are no foreign keys, which would lock shared rows
-- and break parallel restores: verify() checks the references.
--
-- Tables named ..._data belong to the extension's functions alone; users read
-- the views of the same name without the suffix.
-- ---------------------------------------------------------------------------

CREATE TABLE pointsvault.vault (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL CONSTRAINT vault_name_key UNIQUE,
  currency text NOT NULL,
  timezone text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  suspended text
);
COMMENT ON TABLE pointsvault.vault IS
  'one row a vault, the lock that orders its events; events never update it, its state is its last journal row';
COMMENT ON COLUMN pointsvault.vault.timezone IS 'business days are days in this time zone (U5)';
COMMENT ON COLUMN pointsvault.vault.suspended IS 'why the vault refuses events, NULL while it does not';

CREATE SEQUENCE pointsvault.policy_serial AS integer;
COMMENT ON SEQUENCE pointsvault.policy_serial IS
  'numbers policy versions over all vaults; never goes back, so backends may cache what they parsed under it';

CREATE TABLE pointsvault.policy_data (
  vault integer NOT NULL,
  version integer NOT NULL,
  serial integer NOT NULL DEFAULT pg_catalog.nextval('pointsvault.policy_serial'),
  seq bigint NOT NULL,
  document jsonb NOT NULL,
  PRIMARY KEY (vault, serial),
  UNIQUE (vault, version)
);
COMMENT ON TABLE pointsvault.policy_data IS 'every policy a vault ever had';
COMMENT ON COLUMN pointsvault.policy_data.seq IS 'the journal row that says when, and by whom, it was set';
COMMENT ON COLUMN pointsvault.policy_data.document IS 'the policy as set, merged over the one before; keys left out have their defaults';

CREATE TABLE pointsvault.member_data (
  vault integer NOT NULL,
  id bigint GENERATED ALWAYS AS IDENTITY,
  name text COLLATE "C" NOT NULL,
  sponsor bigint,
  region text,
  merchant boolean NOT NULL,
  digest bigint NOT NULL,
  enrolled_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  suspended text,
  merged_into bigint,
  PRIMARY KEY (vault, id),
  CONSTRAINT member_name_key UNIQUE (vault, name)
);
CREATE INDEX member_sponsor ON pointsvault.member_data (vault, sponsor) WHERE sponsor IS NOT NULL;
CREATE INDEX member_merged ON pointsvault.member_data (vault, merged_into) WHERE merged_into IS NOT NULL;
COMMENT ON TABLE pointsvault.member_data IS 'who takes part in a vault: what does not change with events';
COMMENT ON COLUMN pointsvault.member_data.name IS 'the caller''s own id for the person, 1 to 255 bytes, compared byte by byte';
COMMENT ON COLUMN pointsvault.member_data.digest IS 'a hash of all other columns but the vault, for verify()';
COMMENT ON COLUMN pointsvault.member_data.sponsor IS
  'id of the member this one stands below, who was enrolled earlier, or took over by a merge, which sees to it that no ring forms (M2). Where that one was merged, at the moment this one was enrolled, who took over is meant';
COMMENT ON COLUMN pointsvault.member_data.suspended IS 'why nothing may be taken from it, NULL while it may';
COMMENT ON COLUMN pointsvault.member_data.merged_into IS
  'id of the member who took over all it had, who was not merged itself; NULL: it is one by itself';

CREATE TABLE pointsvault.member_tally_data (
  vault integer PRIMARY KEY,
  upto bigint NOT NULL,
  members bigint NOT NULL
);
COMMENT ON TABLE pointsvault.member_tally_data IS
  'one row a vault with many members: how many, counted by run_jobs() once nobody can enroll with so low a number any more. vault_status adds those after it; a vault without a row is counted whole';
COMMENT ON COLUMN pointsvault.member_tally_data.upto IS 'id of the last member who is counted';

CREATE TABLE pointsvault.holding_data (
  vault integer NOT NULL,
  member bigint NOT NULL,
  points pointsvault.points NOT NULL DEFAULT 0,
  credits pointsvault.amount NOT NULL DEFAULT 0,
  cash pointsvault.amount NOT NULL DEFAULT 0,
  reward pointsvault.amount NOT NULL DEFAULT 0,
  quota pointsvault.amount NOT NULL DEFAULT 0,
  shares bigint NOT NULL DEFAULT 0,
  stock bigint NOT NULL DEFAULT 0,
  items bigint NOT NULL DEFAULT 0,
  spent pointsvault.amount NOT NULL DEFAULT 0,
  mark pointsvault.amount NOT NULL DEFAULT 0,
  posted_to date,
  exit_limit pointsvault.amount NOT NULL DEFAULT 0,
  exit_floor pointsvault.price,
  shareholder_mark pointsvault.amount,
  released pointsvault.amount,
  debt pointsvault.amount NOT NULL DEFAULT 0,
  PRIMARY KEY (vault, member)
) WITH (fillfactor = 80);
CREATE INDEX holding_exit ON pointsvault.holding_data (vault, exit_floor, member) WHERE exit_floor IS NOT NULL;
COMMENT ON TABLE pointsvault.holding_data IS
  'balances of members; narrow and updated in place (HOT), as no event but the rare change of exit_floor touches an index';
COMMENT ON COLUMN pointsvault.holding_data.stock IS 'shares of stock that are not handed over (Q4)';
COMMENT ON COLUMN pointsvault.holding_data.items IS 'collectibles that the member owns (N2), of all series';
COMMENT ON COLUMN pointsvault.holding_data.spent IS 'spending that counts toward the next share (C1)';
COMMENT ON COLUMN pointsvault.holding_data.mark IS
  'running total of the member''s share count (class_data) up to which its dividends are posted: what came since, up to its quota, is the member''s too (C8); 0 while the member is not active (C3)';
COMMENT ON COLUMN pointsvault.holding_data.posted_to IS 'the last day that was closed when the marks were set';
COMMENT ON COLUMN pointsvault.holding_data.shareholder_mark IS
  'likewise of shareholder_total (C6a), with quota or without; NULL stands for 0';
COMMENT ON COLUMN pointsvault.holding_data.exit_limit IS 'sum of what the member''s lots count toward its exit (G6, basis member)';
COMMENT ON COLUMN pointsvault.holding_data.exit_floor IS
  'a lower bound of the member''s exit price, exit_limit / points, lowered when that falls below it, raised once the vault''s price reached it';

COMMENT ON COLUMN pointsvault.holding_data.released IS
  'what of all that the member''s plans ever released (team_data) is posted to reward (L7); NULL stands for 0';
COMMENT ON COLUMN pointsvault.holding_data.debt IS 'what the house owed the member before the vault, and has not settled (D1)';

CREATE TABLE pointsvault.debtor_data (
  vault integer NOT NULL,
  member bigint NOT NULL,
  PRIMARY KEY (vault, member)
);
COMMENT ON TABLE pointsvault.debtor_data IS 'a row a member whose cash is below 0 in holding_data (G13): they are few, and are found by it';

CREATE TABLE pointsvault.lot_data (
  vault integer NOT NULL,
  alone boolean NOT NULL,
  release_days smallint,
  free_on date,
  member bigint NOT NULL,
  seq bigint NOT NULL,
  points pointsvault.points NOT NULL,
  minted pointsvault.points NOT NULL,
  exit_limit pointsvault.amount NOT NULL,
  taken pointsvault.points,
  PRIMARY KEY (vault, member, seq)
);
CREATE INDEX lot_exit ON pointsvault.lot_data (vault, pointsvault.price(exit_limit, minted)) WHERE alone;
COMMENT ON TABLE pointsvault.lot_data IS 'points not yet burned, by the event that brought them (G5); used-up lots are deleted';
COMMENT ON COLUMN pointsvault.lot_data.alone IS 'exits by itself at exit_limit / minted (G6, basis order)';
COMMENT ON COLUMN pointsvault.lot_data.free_on IS 'held until that day, exits and refunds apart (G16, D3); NULL: never held';
COMMENT ON COLUMN pointsvault.lot_data.release_days IS
  'released evenly over so many days up to free_on (D3); NULL: all at once on that day (G16)';
COMMENT ON COLUMN pointsvault.lot_data.taken IS
  'of a lot released over days: what the member took of it, refunds apart (D3); NULL stands for 0';
COMMENT ON COLUMN pointsvault.lot_data.seq IS 'the event that brought the lot';
COMMENT ON COLUMN pointsvault.lot_data.minted IS 'points at mint';
COMMENT ON COLUMN pointsvault.lot_data.exit_limit IS 'what the whole lot may be worth before it exits (G6), 0 where there is no limit';

CREATE TABLE pointsvault.journal_data (
  vault integer NOT NULL,
  day date NOT NULL,
  policy integer NOT NULL,
  kind smallint NOT NULL,
  named_contribution boolean NOT NULL,
  suspended boolean NOT NULL,
  seq bigint NOT NULL,
  booked_at timestamptz NOT NULL,
  -- the vault's whole state after the event; NULL stands for 0 from uncapped on
  pool pointsvault.amount NOT NULL,
  circulating pointsvault.points NOT NULL,
  issued pointsvault.points NOT NULL,
  uncapped pointsvault.points,
  treasury pointsvault.points,
  credits pointsvault.amount,
  reserve pointsvault.amount,
  platform pointsvault.amount,
  shareholders pointsvault.amount,
  dividends pointsvault.amount,
  cash_owed pointsvault.amount,
  turnover pointsvault.amount,
  stock_price pointsvault.amount,
  stock_issued bigint,
  debts pointsvault.amount,
  exchange pointsvault.points,
  next_exit bigint,
  -- what the event said
  member bigint,
  amount pointsvault.amount,
  points pointsvault.points,
  cash pointsvault.amount,
  fee pointsvault.amount,
  contribution pointsvault.amount,
  reversed pointsvault.amount,
  -- what it changed for its own member, apart from points; NULL stands for 0
  member_credits pointsvault.amount,
  member_cash pointsvault.amount,
  member_reward pointsvault.amount,
  member_quota pointsvault.amount,
  member_shares bigint,
  member_stock bigint,
  member_items bigint,
  member_debt pointsvault.amount,
  digest bigint NOT NULL,
  cause bigint,
  at timestamptz,
  ref text COLLATE "C",
  actor text NOT NULL,
  region text,
  note text,
  meta jsonb,
  importing boolean,
  commissions bigint[],
  order_amount pointsvault.amount,
  item bigint,
  asked pointsvault.points,
  free_from date,
  parts integer,
  part_months integer,
  series bigint,
  points_fee pointsvault.points,
  PRIMARY KEY (vault, seq)
);
-- A third of the size of a unique index on (vault, ref).  Uniqueness comes from
-- the vault's lock, under which every event looks its ref up before it is
-- written (V4).
CREATE INDEX journal_ref ON pointsvault.journal_data USING hash (ref);
-- Without seq, so that a member's rows share an entry (deduplication), and
-- without the vault, as numbers of members are unique over all vaults.
CREATE INDEX journal_member ON pointsvault.journal_data (member);
-- What was taken back of an event; other rows are not in it and do not pay for it.
CREATE INDEX journal_reversal ON pointsvault.journal_data (vault, cause, seq) WHERE reversed IS NOT NULL;
-- What operators booked of what a policy may limit (limits.c): inject, grant_points,
-- adjust and allot.  Other rows are not in it and do not pay for it.
CREATE INDEX journal_limited ON pointsvault.journal_data (vault, day, kind, seq) WHERE kind IN (13, 19, 25, 51);
-- What happened to a collectible, and to its series (item is NULL): of sales there is nothing in it.
CREATE INDEX journal_item ON pointsvault.journal_data (vault, series, item, seq) WHERE series IS NOT NULL;
-- What an outside market has in custody, and awards: few, and looked for among all rows.
CREATE INDEX journal_custody ON pointsvault.journal_data (vault, day, seq) WHERE kind IN (65, 66);
CREATE INDEX journal_award ON pointsvault.journal_data (vault, seq) WHERE kind = 70;
-- For reports of a day.  Days go on with the rows, so a summary of some pages at a
-- time tells where a day lies: no bytes a sale, where a B-tree would have seven.
CREATE INDEX journal_day ON pointsvault.journal_data USING brin (day) WITH (pages_per_range = 32, autosummarize = on);
-- Always empty, and costs nothing: for the view posting, which says there why.
CREATE INDEX journal_nobody ON pointsvault.journal_data (NULLIF(seq, seq)) WHERE NULLIF(seq, seq) IS NOT NULL;
COMMENT ON TABLE pointsvault.journal_data IS
  'append-only, but that erase_member() takes texts out; one row an event, without gaps in seq: what was said, what it did, and the vault''s whole state after it. The last row is the vault''s state.';
COMMENT ON COLUMN pointsvault.journal_data.policy IS 'serial of the policy version in force';
COMMENT ON COLUMN pointsvault.journal_data.turnover IS 'of the open day, where the policy has a cycle (C2)';
COMMENT ON COLUMN pointsvault.journal_data.debts IS 'old debts of the house that are not settled (D1)';
COMMENT ON COLUMN pointsvault.journal_data.cash_owed IS 'what all members have in cash, with dividends not yet posted to each';
COMMENT ON COLUMN pointsvault.journal_data.day IS 'business day the event belongs to (V7); of a close: the day it closed';
COMMENT ON COLUMN pointsvault.journal_data.next_exit IS
  'no exit is due while the price is below this, in 1e-8 currency per point, rounded down; as the call that wrote the row left it, NULL: nothing can exit';
COMMENT ON COLUMN pointsvault.journal_data.kind IS 'what happened; pointsvault.kind_name(kind) names it';
COMMENT ON COLUMN pointsvault.journal_data.named_contribution IS
  'the caller named what the rules would else have given: of a purchase or a settle_debt its contribution (G1, D2), of a refund or a redeem_return its amount (G15, G17); of an award that it has a value; false for other kinds';
COMMENT ON COLUMN pointsvault.journal_data.note IS
  'by kind: the note of an inject, an open_debt or a use_item, the destination of a hand_over or a deliver_stock, the source of a take_back, the prize of an award, the reason of a grant_points, an issue_item, an allot, an adjust, a suspend or a suspend_member, the terms of a create_series or a set_series, the days that a dividend is for (a daterange); of a merge whom the other stood below, and who below the one; of an erase_member of how many rows texts were erased, what was published of balances by then, and a hash that binds both to erasure_data; of a purchase the buyer''s region where agents were looked for by it';
COMMENT ON COLUMN pointsvault.journal_data.digest IS
  'a hash of all other columns, of the movement beside the row and of the digest before: verify() finds what was changed behind the vault''s back; of a row in erasure_data as it was booked';
COMMENT ON COLUMN pointsvault.journal_data.suspended IS 'the vault refuses events after this row; vault.suspended says why';
COMMENT ON COLUMN pointsvault.journal_data.uncapped IS 'of issued, what opening balances brought outside issue_cap (G3)';
COMMENT ON COLUMN pointsvault.journal_data.importing IS
  'true: after this row the vault is being imported, between begin_import() and end_import(); NULL: it is not';
COMMENT ON COLUMN pointsvault.journal_data.commissions IS
  'purchase: whom it paid commissions, in their order, three numbers each: 256 * reason (see the view commission) + rank, member (0: the shareholder pool), 1/10 000 currency unit; a refund: what went back, below 0 (M1)';
COMMENT ON COLUMN pointsvault.journal_data.order_amount IS 'spend_reward: of the order that the reward pays for (L7)';
COMMENT ON COLUMN pointsvault.journal_data.series IS 'of collectibles: the journal row that created the series';
COMMENT ON COLUMN pointsvault.journal_data.item IS 'the serial of a collectible, or how many shares of stock';
COMMENT ON COLUMN pointsvault.journal_data.stock_price IS 'what a share of stock costs in points'' money (Q1); NULL: closed';
COMMENT ON COLUMN pointsvault.journal_data.stock_issued IS 'shares of stock converted and allotted, ever (Q2)';
COMMENT ON COLUMN pointsvault.journal_data.asked IS 'convert_to_stock: the points that it named at most (Q1); points has those it took';
COMMENT ON COLUMN pointsvault.journal_data.free_from IS 'convert_to_stock, allot: the day on which the first part of its shares is free (Q3)';
COMMENT ON COLUMN pointsvault.journal_data.parts IS 'in how many parts they come free';
COMMENT ON COLUMN pointsvault.journal_data.part_months IS 'calendar months from each part to the next';
COMMENT ON COLUMN pointsvault.journal_data.exchange IS 'points in custody of an outside market (X1)';
COMMENT ON COLUMN pointsvault.journal_data.points_fee IS 'hand_over: of its points, the fee, which was burned (X1)';
COMMENT ON COLUMN pointsvault.journal_data.cause IS 'seq of the event that led to this one, or that this one reverses';
COMMENT ON COLUMN pointsvault.journal_data.reversed IS
  'withdraw_return, refund, redeem_return: all that was taken back of the cause by then, this event included';
COMMENT ON COLUMN pointsvault.journal_data.at IS 'as the caller named it; NULL: when it was booked';
COMMENT ON COLUMN pointsvault.journal_data.actor IS
  'the role that called, which was judged for it; where the session is another''s: "shop (login web)"';

CREATE TABLE pointsvault.movement_data (
  vault integer NOT NULL,
  role smallint NOT NULL,
  seq bigint NOT NULL,
  member bigint NOT NULL,
  points pointsvault.points,
  credits pointsvault.amount,
  cash pointsvault.amount,
  reward pointsvault.amount,
  quota pointsvault.amount,
  shares bigint,
  stock bigint,
  items bigint,
  debt pointsvault.amount,
  PRIMARY KEY (vault, seq, member)
);
CREATE INDEX movement_member ON pointsvault.movement_data (member);
COMMENT ON TABLE pointsvault.movement_data IS
  'append-only, one row for each other member an event touched, such as the sponsor; NULL stands for 0';
COMMENT ON COLUMN pointsvault.movement_data.role IS
  'in what way it takes part: 1 sponsor of the buyer, 2 payee, 3 who takes over by a merge, 4 whom a commission was paid, 5 seller of an item';

CREATE TABLE pointsvault.erasure_data (
  vault integer NOT NULL,
  seq bigint NOT NULL,
  erased_by bigint NOT NULL,
  digest bigint NOT NULL,
  region bytea,
  note bytea,
  meta bytea,
  PRIMARY KEY (vault, seq)
);
COMMENT ON TABLE pointsvault.erasure_data IS
  'append-only, one row a journal row with texts that speak of a member who was erased: what its leaf is made of since';
COMMENT ON COLUMN pointsvault.erasure_data.seq IS 'the journal row that had them';
COMMENT ON COLUMN pointsvault.erasure_data.erased_by IS 'the journal row of the erase_member';
COMMENT ON COLUMN pointsvault.erasure_data.digest IS
  'a hash of the journal row as it is since, of the movements beside it and of the digest it was booked with, which can not be computed any more';
COMMENT ON COLUMN pointsvault.erasure_data.region IS 'the salted hash of the region that stood there; NULL: none did';
COMMENT ON COLUMN pointsvault.erasure_data.note IS 'likewise of the note; where the vault goes by it it stands there still';
COMMENT ON COLUMN pointsvault.erasure_data.meta IS 'likewise of meta, as text';

CREATE TABLE pointsvault.agent_data (
  vault integer NOT NULL,
  region text COLLATE "C" NOT NULL,
  member bigint NOT NULL,
  seq bigint NOT NULL,
  PRIMARY KEY (vault, region)
);
COMMENT ON TABLE pointsvault.agent_data IS 'one row a region that has an agent (M1): the last appointed';
COMMENT ON COLUMN pointsvault.agent_data.region IS 'its code: 2 digits a province, 4 a city, 6 a district';
COMMENT ON COLUMN pointsvault.agent_data.member IS 'id of the member who was appointed; where that one was merged meanwhile, who took over is meant';
COMMENT ON COLUMN pointsvault.agent_data.seq IS 'the journal row of the appointment';

CREATE TABLE pointsvault.series_data (
  vault integer NOT NULL,
  closed boolean NOT NULL,
  transferable boolean NOT NULL,
  seq bigint NOT NULL,
  supply bigint NOT NULL,
  issued bigint NOT NULL,
  price_points pointsvault.points,
  price_amount pointsvault.amount,
  min_spent pointsvault.amount NOT NULL,
  fee_rate bigint NOT NULL,
  uses bigint,
  code text COLLATE "C" NOT NULL,
  name text,
  about jsonb,
  PRIMARY KEY (vault, seq),
  CONSTRAINT series_code_key UNIQUE (vault, code)
) WITH (fillfactor = 80);
COMMENT ON TABLE pointsvault.series_data IS 'series of collectibles (N1): what they are as they stand now; the journal has every change';
COMMENT ON COLUMN pointsvault.series_data.seq IS 'the journal row that created it, which is its number';
COMMENT ON COLUMN pointsvault.series_data.issued IS 'items given out, which have the serials 1 to this';
COMMENT ON COLUMN pointsvault.series_data.price_points IS 'what an item is claimed for, in points; NULL: it is priced in money';
COMMENT ON COLUMN pointsvault.series_data.min_spent IS 'what own purchases less refunds must reach to claim one';
COMMENT ON COLUMN pointsvault.series_data.fee_rate IS 'of a sale between members, in parts per million (N3)';
COMMENT ON COLUMN pointsvault.series_data.uses IS 'how often an item may be used (N4); NULL: without an end';
COMMENT ON COLUMN pointsvault.series_data.about IS 'what the caller says of it, for item_metadata()';

CREATE TABLE pointsvault.item_data (
  vault integer NOT NULL,
  series bigint NOT NULL,
  serial bigint NOT NULL,
  owner bigint NOT NULL,
  listed pointsvault.amount,
  used bigint NOT NULL,
  since bigint NOT NULL,
  seq bigint NOT NULL,
  PRIMARY KEY (vault, series, serial)
) WITH (fillfactor = 80);
CREATE INDEX item_owner ON pointsvault.item_data (vault, owner);
CREATE INDEX item_listed ON pointsvault.item_data (vault, series, listed) WHERE listed IS NOT NULL;
COMMENT ON TABLE pointsvault.item_data IS 'one row a collectible: whose it is, and what holds it (N2 to N4)';
COMMENT ON COLUMN pointsvault.item_data.owner IS
  'id of the member whom its last event found or gave it to, or who took over from that one by a merge';
COMMENT ON COLUMN pointsvault.item_data.listed IS 'the price in credits at which it is listed; NULL: it is not';
COMMENT ON COLUMN pointsvault.item_data.used IS 'how often it was used';
COMMENT ON COLUMN pointsvault.item_data.since IS 'the journal row by which it came to its owner';
COMMENT ON COLUMN pointsvault.item_data.seq IS 'the journal row of its last event';

CREATE TABLE pointsvault.partner_data (
  vault integer NOT NULL,
  since date NOT NULL,
  member bigint NOT NULL,
  seq bigint NOT NULL,
  PRIMARY KEY (vault, member)
);
COMMENT ON TABLE pointsvault.partner_data IS 'one row a partner (P1), for ever; written by closes alone, and by merges, which hand it on';
COMMENT ON COLUMN pointsvault.partner_data.since IS 'the day whose close made it a partner';
COMMENT ON COLUMN pointsvault.partner_data.seq IS 'the journal row that says so';

CREATE TABLE pointsvault.class_data (
  vault integer NOT NULL,
  shares bigint NOT NULL,
  holders bigint NOT NULL,
  active bigint NOT NULL,
  total pointsvault.amount NOT NULL,
  shareholder_total pointsvault.amount NOT NULL,
  PRIMARY KEY (vault, shares)
) WITH (fillfactor = 50);
COMMENT ON TABLE pointsvault.class_data IS
  'one row a share count that any member ever had at a close: a close pays all its members by moving one running total (C8)';
COMMENT ON COLUMN pointsvault.class_data.holders IS 'members with so many shares at the last close';
COMMENT ON COLUMN pointsvault.class_data.active IS 'of them with quota left after it (C3)';
COMMENT ON COLUMN pointsvault.class_data.total IS 'sum of what an active member with so many shares was due at each close';

COMMENT ON COLUMN pointsvault.class_data.shareholder_total IS
  'sum of what each close paid a member with so many shares out of the shareholder pool (C6a)';

CREATE TABLE pointsvault.quota_data (
  vault integer NOT NULL,
  member bigint NOT NULL,
  shares bigint NOT NULL,
  ends_at bigint NOT NULL,
  PRIMARY KEY (vault, member)
);
-- The vault second, or a look-up of a member in a vault that the planner takes to
-- be small would go through all of that vault here.
CREATE INDEX quota_end ON pointsvault.quota_data (shares, vault, ends_at);
COMMENT ON TABLE pointsvault.quota_data IS
  'when the quota of active members ends; written by closes alone, for members of the day''s events and those whose quota ended';
COMMENT ON COLUMN pointsvault.quota_data.shares IS 'share count of the member at the last close';
COMMENT ON COLUMN pointsvault.quota_data.ends_at IS 'running total of that share count, in 1/10 000 currency unit, at which the member''s quota is used up';

CREATE TABLE pointsvault.plan_data (
  vault integer NOT NULL,
  as_of date NOT NULL,
  member bigint NOT NULL,
  seq bigint NOT NULL,
  amount pointsvault.amount NOT NULL,
  granted pointsvault.amount NOT NULL,
  daily pointsvault.amount NOT NULL,
  released pointsvault.amount NOT NULL,
  cancelled pointsvault.amount NOT NULL,
  rate pointsvault.amount NOT NULL,
  PRIMARY KEY (vault, member, seq)
) WITH (fillfactor = 50);
COMMENT ON TABLE pointsvault.plan_data IS
  'release plans (L1), one row a purchase that opened one; a plan that only runs on is not touched: what it has released follows from rate';
COMMENT ON COLUMN pointsvault.plan_data.as_of IS 'the day by whose end released was that';
COMMENT ON COLUMN pointsvault.plan_data.seq IS 'the purchase that opened the plan';
COMMENT ON COLUMN pointsvault.plan_data.amount IS 'of that purchase';
COMMENT ON COLUMN pointsvault.plan_data.daily IS 'what the plan releases a day by itself, while it has as much (L2)';
COMMENT ON COLUMN pointsvault.plan_data.cancelled IS 'what refunds took of granted (G15)';
COMMENT ON COLUMN pointsvault.plan_data.rate IS 'what it releases each day after as_of, with what its member earns by others (L6)';

CREATE TABLE pointsvault.stock_data (
  vault integer NOT NULL,
  parts integer NOT NULL,
  part_months integer NOT NULL,
  free_from date NOT NULL,
  member bigint NOT NULL,
  seq bigint NOT NULL,
  shares bigint NOT NULL,
  delivered bigint NOT NULL,
  PRIMARY KEY (vault, member, seq)
) WITH (fillfactor = 90);
COMMENT ON TABLE pointsvault.stock_data IS 'grants of shares of stock (Q3), one row an event that brought some; kept when they are handed over';
COMMENT ON COLUMN pointsvault.stock_data.parts IS 'in how many parts the shares come free';
COMMENT ON COLUMN pointsvault.stock_data.part_months IS 'calendar months from each part to the next';
COMMENT ON COLUMN pointsvault.stock_data.free_from IS 'the day on which the first part is free';
COMMENT ON COLUMN pointsvault.stock_data.seq IS 'the convert_to_stock or allot that brought them';
COMMENT ON COLUMN pointsvault.stock_data.delivered IS 'how many of them were handed over (Q4)';

CREATE TABLE pointsvault.team_data (
  vault integer NOT NULL,
  as_of date,
  member bigint NOT NULL,
  star smallint NOT NULL,
  rank smallint NOT NULL,
  plans integer,
  sales pointsvault.amount NOT NULL,
  team_sales pointsvault.amount NOT NULL,
  released pointsvault.amount,
  rate pointsvault.amount,
  base pointsvault.amount,
  bonus pointsvault.amount,
  ends_on date,
  above bigint,
  generations bigint[],
  units bigint[],
  PRIMARY KEY (vault, member)
) WITH (fillfactor = 70);
CREATE INDEX team_end ON pointsvault.team_data (vault, ends_on) WHERE ends_on IS NOT NULL;
COMMENT ON TABLE pointsvault.team_data IS
  'one row a member that bought, or below whom somebody did, or that has or had release plans: its team at the last close, and what its plans release a day until one on which something ends; written by closes, and merges move what is above';
COMMENT ON COLUMN pointsvault.team_data.star IS 'the highest step of stars that team_sales reach (L4), 0 = none';
COMMENT ON COLUMN pointsvault.team_data.rank IS 'likewise of ranks (M1)';
COMMENT ON COLUMN pointsvault.team_data.sales IS 'its own purchases less refunds';
COMMENT ON COLUMN pointsvault.team_data.team_sales IS 'those of all below (L4)';
COMMENT ON COLUMN pointsvault.team_data.generations IS
  'what each generation below released by itself on the last day, the nearest first (L3), in 1/10 000 currency unit';
COMMENT ON COLUMN pointsvault.team_data.units IS
  'what was released below on the last day, by the highest star paid on it: none, then for each star that whose peer is to come and that whose peer was paid (L4, L5)';
COMMENT ON COLUMN pointsvault.team_data.above IS 'below whom the member stands, as merges move it: its sponsor, or who took over from that one; NULL: nobody';
COMMENT ON COLUMN pointsvault.team_data.as_of IS 'the day by whose end released was that; NULL, as all that follows: the member never had a plan that released';
COMMENT ON COLUMN pointsvault.team_data.released IS 'by all plans of the member, ever';
COMMENT ON COLUMN pointsvault.team_data.rate IS 'by all of them, each day after as_of';
COMMENT ON COLUMN pointsvault.team_data.base IS 'what the plans released by themselves on the last day: what others are paid by (L2)';
COMMENT ON COLUMN pointsvault.team_data.bonus IS 'what the member earns a day by what others release (L3 to L5)';
COMMENT ON COLUMN pointsvault.team_data.plans IS 'how many are not used up';
COMMENT ON COLUMN pointsvault.team_data.ends_on IS
  'the day whose close computes them again: the first that cannot be as the one before, or one ahead of it; NULL: none';

CREATE TABLE pointsvault.day_data (
  vault integer NOT NULL,
  day date NOT NULL,
  seq bigint NOT NULL,
  turnover pointsvault.amount NOT NULL,
  weight_pool pointsvault.amount NOT NULL,
  weight_shares bigint NOT NULL,
  by_weight boolean NOT NULL,
  tier_mins bigint[] NOT NULL,
  tier_pools bigint[] NOT NULL,
  tier_divisors bigint[] NOT NULL,
  active_shares bigint NOT NULL,
  over_quota pointsvault.amount NOT NULL,
  pool pointsvault.amount NOT NULL,
  paid pointsvault.amount NOT NULL,
  all_shares bigint NOT NULL,
  shareholder_pool pointsvault.amount NOT NULL,
  shareholders pointsvault.amount NOT NULL,
  released pointsvault.amount NOT NULL,
  running pointsvault.amount NOT NULL,
  PRIMARY KEY (vault, day)
);
COMMENT ON TABLE pointsvault.day_data IS
  'append-only, one row a closed day: what was shared out among how many, which tells what any share count was due';
COMMENT ON COLUMN pointsvault.day_data.seq IS 'the journal row of the close';
COMMENT ON COLUMN pointsvault.day_data.weight_pool IS 'shared out by weight (C4), with what was carried';
COMMENT ON COLUMN pointsvault.day_data.weight_shares IS 'among so many shares: the denominator of C4';
COMMENT ON COLUMN pointsvault.day_data.by_weight IS 'the tiers are shared out by shares, not by head (C5)';
COMMENT ON COLUMN pointsvault.day_data.tier_mins IS 'shares from which on a member is in the tier';
COMMENT ON COLUMN pointsvault.day_data.tier_pools IS 'the pool of each tier, in 1/10 000 currency unit';
COMMENT ON COLUMN pointsvault.day_data.tier_divisors IS 'active members in each tier, or their shares';
COMMENT ON COLUMN pointsvault.day_data.active_shares IS 'shares of the active members (C3)';
COMMENT ON COLUMN pointsvault.day_data.over_quota IS 'what active members were due and had no quota for (C6)';
COMMENT ON COLUMN pointsvault.day_data.released IS 'by all release plans on the day (L2 to L6)';
COMMENT ON COLUMN pointsvault.day_data.running IS 'what they release each day after it, while nothing changes';
COMMENT ON COLUMN pointsvault.day_data.pool IS 'all pools together; what of it is not paid went to the platform or into the next day''s (C7)';

COMMENT ON COLUMN pointsvault.day_data.all_shares IS 'shares of all members, with quota or without (C6a)';
COMMENT ON COLUMN pointsvault.day_data.shareholder_pool IS 'shared out over all_shares (C6a)';
COMMENT ON COLUMN pointsvault.day_data.shareholders IS 'paid of it; the rest went where that of pool went (C7)';

CREATE TABLE pointsvault.job_data (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  vault integer NOT NULL,
  job text NOT NULL,
  day date,
  started_at timestamptz NOT NULL,
  finished_at timestamptz NOT NULL,
  failed boolean NOT NULL,
  outcome text NOT NULL
);
-- The view job_run tells failures from the rest by the same expression.
CREATE INDEX job_failed ON pointsvault.job_data (vault, id) WHERE failed;
COMMENT ON TABLE pointsvault.job_data IS 'what run_jobs() did, and what failed';
COMMENT ON SEQUENCE pointsvault.job_data_id_seq IS 'numbers of job runs';

CREATE SEQUENCE pointsvault.queue_number;
COMMENT ON SEQUENCE pointsvault.queue_number IS 'the order in which submitted orders are booked (H2), over all vaults';

CREATE TABLE pointsvault.queue_data (
  vault integer NOT NULL,
  held boolean NOT NULL,
  beyond_rate boolean NOT NULL,
  kind smallint NOT NULL,
  number bigint NOT NULL,
  due_at timestamptz NOT NULL,
  amount pointsvault.amount NOT NULL,
  contribution pointsvault.amount,
  at timestamptz,
  ref text COLLATE "C" NOT NULL,
  member text COLLATE "C" NOT NULL,
  actor text NOT NULL,
  region text,
  error text,
  meta jsonb,
  digest bigint NOT NULL,
  PRIMARY KEY (vault, ref)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000);
CREATE INDEX queue_next ON pointsvault.queue_data (vault, number) WHERE NOT held AND error IS NULL;
CREATE INDEX queue_held ON pointsvault.queue_data (vault, due_at) WHERE held AND error IS NULL;
CREATE INDEX queue_aside ON pointsvault.queue_data (vault, number) WHERE error IS NOT NULL;
COMMENT ON TABLE pointsvault.queue_data IS 'orders submitted and not yet booked (MODEL 4), and those that could not be (H3)';
COMMENT ON COLUMN pointsvault.queue_data.held IS 'was not due yet when it was submitted';
COMMENT ON COLUMN pointsvault.queue_data.beyond_rate IS
  'who submitted may name a contribution above the policy''s rate, where a debt is settled (D2)';
COMMENT ON COLUMN pointsvault.queue_data.kind IS 'what it is booked as, a purchase or a settle_debt; pointsvault.kind_name(kind) names it';
COMMENT ON COLUMN pointsvault.queue_data.due_at IS 'the end of its hold; the moment the order is booked for (H4)';
COMMENT ON COLUMN pointsvault.queue_data.at IS 'as the caller named it; NULL: when it was submitted';
COMMENT ON COLUMN pointsvault.queue_data.actor IS 'the role that submitted, as in the journal';
COMMENT ON COLUMN pointsvault.queue_data.digest IS
  'a hash of what was submitted: an order changed behind the vault''s back is set aside, and verify() finds it';
COMMENT ON COLUMN pointsvault.queue_data.error IS 'why it was set aside; NULL while it waits';

CREATE TABLE pointsvault.intake_data (
  vault integer NOT NULL,
  rows integer NOT NULL,
  change bigint NOT NULL,
  digest bigint NOT NULL,
  at timestamptz NOT NULL,
  kind smallint NOT NULL,
  actor text NOT NULL,
  ref text COLLATE "C"
);
COMMENT ON TABLE pointsvault.intake_data IS
  'append-only and without an index, one row a call or batch that changed member_data or queue_data, which take no lock: verify() compares the sums with the rows there are';
COMMENT ON COLUMN pointsvault.intake_data.rows IS 'how many rows more there are, below 0: less';
COMMENT ON COLUMN pointsvault.intake_data.change IS 'by how much that moved the sum of the rows'' hashes, modulo 2^64';
COMMENT ON COLUMN pointsvault.intake_data.digest IS 'a hash of all other columns';
COMMENT ON COLUMN pointsvault.intake_data.kind IS
  'of members: 1 enrolled, 2 renamed, 3 changed otherwise, 4 merged, 5 erased; of orders: 10 submitted, 11 settled, 12 cancelled, 13 set aside, 14 of a buyer who was renamed or erased';
COMMENT ON COLUMN pointsvault.intake_data.actor IS 'the role that called';
COMMENT ON COLUMN pointsvault.intake_data.ref IS 'of an order that was cancelled, set aside or submitted anew, else NULL';

CREATE TABLE pointsvault.access_data (
  role regrole NOT NULL,
  profile text NOT NULL,
  vault integer,
  granted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  granted_by text NOT NULL
);
CREATE UNIQUE INDEX access_key ON pointsvault.access_data (role, profile, COALESCE(vault, 0));
-- vault may be NULL, so there is no key by which a subscriber finds what was taken back
ALTER TABLE pointsvault.access_data REPLICA IDENTITY FULL;
COMMENT ON TABLE pointsvault.access_data IS 'which role may act by which profile on which vault; vault NULL: on all';
COMMENT ON COLUMN pointsvault.access_data.role IS 'the role itself, whatever it is renamed to; a dump writes its name';

COMMENT ON SEQUENCE pointsvault.vault_id_seq IS 'numbers of vaults';
COMMENT ON SEQUENCE pointsvault.member_data_id_seq IS 'numbers of members, over all vaults';

CREATE TABLE pointsvault.access_change_data (
  number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  vault integer,
  granted boolean NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  role text NOT NULL,
  profile text NOT NULL,
  actor text NOT NULL
);
COMMENT ON TABLE pointsvault.access_change_data IS
  'append-only, one row each time that access was granted or taken back; vault NULL: on all. What is in force is in access_data';
COMMENT ON COLUMN pointsvault.access_change_data.number IS
  'in the order of commits, as a lock on access_data is held from before it is drawn';
COMMENT ON COLUMN pointsvault.access_change_data.role IS 'its name at that moment';
COMMENT ON COLUMN pointsvault.access_change_data.actor IS 'the role that called';
COMMENT ON SEQUENCE pointsvault.access_change_data_number_seq IS 'numbers of changes of access';

-- What was granted before changes were noted.

DO $$
BEGIN
  INSERT INTO pointsvault.access_change_data (vault, granted, at, role, profile, actor)
  SELECT a.vault, true, a.granted_at, r.rolname, a.profile, a.granted_by
  FROM pointsvault.access_data a JOIN pg_catalog.pg_roles r ON r.oid = a.role
  WHERE NOT EXISTS (SELECT FROM pointsvault.access_change_data)
  ORDER BY a.granted_at, r.rolname, a.profile, a.vault;
END $$;

CREATE TABLE pointsvault.seal_data (
  vault integer NOT NULL,
  size bigint NOT NULL,
  journal_upto bigint NOT NULL,
  journal_rows bigint NOT NULL,
  member_upto bigint NOT NULL,
  access_upto bigint NOT NULL,
  policy_upto integer NOT NULL,
  sealed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  origin text NOT NULL,
  place text NOT NULL,
  root bytea NOT NULL,
  PRIMARY KEY (vault, size)
);
CREATE UNIQUE INDEX seal_journal ON pointsvault.seal_data (vault, journal_upto, size);
COMMENT ON TABLE pointsvault.seal_data IS
  'append-only, one row each time that a vault''s log grew: how far, by what, and its root then';
COMMENT ON COLUMN pointsvault.seal_data.size IS 'leaves of the log';
COMMENT ON COLUMN pointsvault.seal_data.journal_upto IS
  'the last journal row that is sealed; it is the leaf size - 1 where journal_rows is above 0, and the rows before it the leaves before that one';
COMMENT ON COLUMN pointsvault.seal_data.journal_rows IS
  'how many journal rows this seal added, as its last leaves; those before them are in leaf_data';
COMMENT ON COLUMN pointsvault.seal_data.member_upto IS 'the last member that is sealed';
COMMENT ON COLUMN pointsvault.seal_data.access_upto IS 'the last change of access that is sealed';
COMMENT ON COLUMN pointsvault.seal_data.policy_upto IS 'the last version of the policy that is sealed';
COMMENT ON COLUMN pointsvault.seal_data.origin IS 'the first line of its checkpoint: shop, vault and incarnation';
COMMENT ON COLUMN pointsvault.seal_data.place IS
  'cluster, timeline, database and table that it was sealed in: where they are others, the rows came by a restore, and a new incarnation begins';
COMMENT ON COLUMN pointsvault.seal_data.root IS 'the hash of the whole log (RFC 6962)';

CREATE TABLE pointsvault.edge_data (
  vault integer PRIMARY KEY,
  size bigint NOT NULL,
  hashes bytea NOT NULL
);
ALTER TABLE pointsvault.edge_data ALTER COLUMN hashes SET STORAGE EXTERNAL;
COMMENT ON TABLE pointsvault.edge_data IS
  'where a vault''s log grows: the tiles that are not full, of its last seal; made anew by each, as they follow from the leaves';
COMMENT ON COLUMN pointsvault.edge_data.size IS 'of the seal that it is of';
COMMENT ON COLUMN pointsvault.edge_data.hashes IS 'those tiles, the lowest level first, with no gap between them';

CREATE TABLE pointsvault.tile_data (
  vault integer NOT NULL,
  level smallint NOT NULL,
  number bigint NOT NULL,
  hashes bytea NOT NULL,
  PRIMARY KEY (vault, level, number)
);
ALTER TABLE pointsvault.tile_data ALTER COLUMN hashes SET STORAGE EXTERNAL;
COMMENT ON TABLE pointsvault.tile_data IS 'append-only: the full tiles of a vault''s log, as tlog-tiles has them';
COMMENT ON COLUMN pointsvault.tile_data.level IS '0: hashes of leaves; above: of the tiles below';
COMMENT ON COLUMN pointsvault.tile_data.hashes IS '256 hashes of 32 bytes';

CREATE TABLE pointsvault.leaf_data (
  vault integer NOT NULL,
  place bigint NOT NULL,
  leaf bytea NOT NULL,
  PRIMARY KEY (vault, place)
);
COMMENT ON TABLE pointsvault.leaf_data IS
  'append-only: leaves of the log that are not of journal rows, and so cannot be made again from a row that never changes';
COMMENT ON COLUMN pointsvault.leaf_data.place IS 'its index in the log, from 0';
COMMENT ON COLUMN pointsvault.leaf_data.leaf IS 'its bytes, as docs/leaf.md has them';

CREATE TABLE pointsvault.salt_data (
  vault integer NOT NULL,
  member bigint NOT NULL,
  salt uuid DEFAULT pg_catalog.gen_random_uuid(),
  PRIMARY KEY (vault, member)
);
COMMENT ON TABLE pointsvault.salt_data IS
  'with what texts of a member are hashed in leaves, from when it is first sealed; once it is gone the hashes say nothing';
COMMENT ON COLUMN pointsvault.salt_data.member IS '0: of rows that have no member';

CREATE TABLE pointsvault.checkpoint_data (
  number bigint GENERATED ALWAYS AS IDENTITY,
  vault integer NOT NULL,
  size bigint NOT NULL,
  stored_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  note text NOT NULL,
  PRIMARY KEY (vault, number)
);
COMMENT ON TABLE pointsvault.checkpoint_data IS 'append-only: checkpoints that were signed outside and brought back';
COMMENT ON COLUMN pointsvault.checkpoint_data.size IS 'of the log that it is of';
COMMENT ON COLUMN pointsvault.checkpoint_data.note IS 'the signed note, byte for byte';
COMMENT ON SEQUENCE pointsvault.checkpoint_data_number_seq IS 'numbers of checkpoints';

-- The journal cannot be rewritten, not even by a replication or restore session.

CREATE FUNCTION pointsvault.refuse_change() RETURNS trigger
  AS 'MODULE_PATHNAME', 'pv_refuse_change' LANGUAGE C;
COMMENT ON FUNCTION pointsvault.refuse_change() IS 'trigger: the table is append-only (55000)';

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON pointsvault.journal_data
  FOR EACH STATEMENT EXECUTE FUNCTION pointsvault.refuse_change();
ALTER TABLE pointsvault.journal_data ENABLE ALWAYS TRIGGER append_only;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON pointsvault.movement_data
  FOR EACH STATEMENT EXECUTE FUNCTION pointsvault.refuse_change();
ALTER TABLE pointsvault.movement_data ENABLE ALWAYS TRIGGER append_only;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON pointsvault.erasure_data
  FOR EACH STATEMENT EXECUTE FUNCTION pointsvault.refuse_change();
ALTER TABLE pointsvault.erasure_data ENABLE ALWAYS TRIGGER append_only;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON pointsvault.policy_data
  FOR EACH STATEMENT EXECUTE FUNCTION pointsvault.refuse_change();
ALTER TABLE pointsvault.policy_data ENABLE ALWAYS TRIGGER append_only;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON pointsvault.day_data
  FOR EACH STATEMENT EXECUTE FUNCTION pointsvault.refuse_change();
ALTER TABLE pointsvault.day_data ENABLE ALWAYS TRIGGER append_only;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON pointsvault.intake_data
  FOR EACH STATEMENT EXECUTE FUNCTION pointsvault.refuse_change();
ALTER TABLE pointsvault.intake_data ENABLE ALWAYS TRIGGER append_only;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON pointsvault.access_change_data
  FOR EACH STATEMENT EXECUTE FUNCTION pointsvault.refuse_change();
ALTER TABLE pointsvault.access_change_data ENABLE ALWAYS TRIGGER append_only;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON pointsvault.seal_data
  FOR EACH STATEMENT EXECUTE FUNCTION pointsvault.refuse_change();
ALTER TABLE pointsvault.seal_data ENABLE ALWAYS TRIGGER append_only;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON pointsvault.tile_data
  FOR EACH STATEMENT EXECUTE FUNCTION pointsvault.refuse_change();
ALTER TABLE pointsvault.tile_data ENABLE ALWAYS TRIGGER append_only;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON pointsvault.leaf_data
  FOR EACH STATEMENT EXECUTE FUNCTION pointsvault.refuse_change();
ALTER TABLE pointsvault.leaf_data ENABLE ALWAYS TRIGGER append_only;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON pointsvault.checkpoint_data
  FOR EACH STATEMENT EXECUTE FUNCTION pointsvault.refuse_change();
ALTER TABLE pointsvault.checkpoint_data ENABLE ALWAYS TRIGGER append_only;

-- Of what may have to be erased ANALYZE keeps no samples, but of names, which plans need:
-- these are taken anew where one of them goes (member_rows.c).

ALTER TABLE pointsvault.member_data ALTER COLUMN region SET STATISTICS 0;
ALTER TABLE pointsvault.member_data ALTER COLUMN suspended SET STATISTICS 0;
ALTER TABLE pointsvault.journal_data ALTER COLUMN region SET STATISTICS 0;
ALTER TABLE pointsvault.journal_data ALTER COLUMN note SET STATISTICS 0;
ALTER TABLE pointsvault.journal_data ALTER COLUMN meta SET STATISTICS 0;
ALTER TABLE pointsvault.queue_data ALTER COLUMN member SET STATISTICS 0;
ALTER TABLE pointsvault.queue_data ALTER COLUMN region SET STATISTICS 0;
ALTER TABLE pointsvault.queue_data ALTER COLUMN error SET STATISTICS 0;
ALTER TABLE pointsvault.queue_data ALTER COLUMN meta SET STATISTICS 0;
ALTER TABLE pointsvault.job_data ALTER COLUMN outcome SET STATISTICS 0;

-- A dump carries the rows of all of them.

SELECT pg_catalog.pg_extension_config_dump('pointsvault.vault', '');
SELECT pg_catalog.pg_extension_config_dump('pointsvault.vault_id_seq', '');
SELECT pg_catalog.pg_extension_config_dump('pointsvault.policy_serial', '');
SELECT pg_catalog.pg_extension_config_dump('pointsvault.policy_data', '');
SELECT pg_catalog.pg_extension_config_dump('pointsvault.member_data', '');
SELECT pg_catalog.pg_extension_config_dump('pointsvault.member_data_id_seq', '');
SELECT pg_catalog.pg_extension_config_dump('pointsvault.member_tally_data', '');
SELECT pg_catalog.pg_extension_config_dump('pointsvault.holding_data', '');
SELECT pg_catalog.pg_extension_config_dump('pointsvault.debtor_data', '');
SELECT pg_catalog.pg_extension_config_dump('pointsvault.lot_data', '');
SELECT pg_catalog.pg_extension_config_dump('pointsvault.journal_data', '');
SELECT pg_catalog.pg_extension_config_dump('pointsvault.movement_data', '');
SELECT pg_catalog.pg_extension_config_dump('pointsvault.erasure_data', '');
SELECT pg_catalog.pg_extension_config_dump('pointsvault.agent_data', '');
SELECT pg_catalog.pg_extension_config_dump('pointsvault.series_data', '');
SELECT pg_catalog.pg_extension_config_dump('pointsvault.item_data', '');
SELECT pg_catalog.pg_extension_config_dump('pointsvault.partner_data', '');
SELECT pg_catalog.pg_extension_config_dump('pointsvault.class_data', '');
SELECT pg_catalog.pg_extension_config_dump('pointsvault.quota_data', '');
SELECT pg_catalog.pg_extension_config_dump('pointsvault.plan_data', '');
SELECT pg_catalog.pg_extension_config_dump('pointsvault.stock_data', '');
SELECT pg_catalog.pg_extension_config_dump('pointsvault.team_data', '');
SELECT pg_catalog.pg_extension_config_dump('pointsvault.day_data', '');
SELECT pg_catalog.pg_extension_config_dump('pointsvault.job_data', '');
SELECT pg_catalog.pg_extension_config_dump('pointsvault.job_data_id_seq', '');
SELECT pg_catalog.pg_extension_config_dump('pointsvault.queue_number', '');
SELECT pg_catalog.pg_extension_config_dump('pointsvault.queue_data', '');
SELECT pg_catalog.pg_extension_config_dump('pointsvault.intake_data', '');
SELECT pg_catalog.pg_extension_config_dump('pointsvault.access_change_data', '');
SELECT pg_catalog.pg_extension_config_dump('pointsvault.access_change_data_number_seq', '');
SELECT pg_catalog.pg_extension_config_dump('pointsvault.seal_data', '');
SELECT pg_catalog.pg_extension_config_dump('pointsvault.edge_data', '');
SELECT pg_catalog.pg_extension_config_dump('pointsvault.tile_data', '');
SELECT pg_catalog.pg_extension_config_dump('pointsvault.leaf_data', '');
SELECT pg_catalog.pg_extension_config_dump('pointsvault.salt_data', '');
SELECT pg_catalog.pg_extension_config_dump('pointsvault.checkpoint_data', '');
SELECT pg_catalog.pg_extension_config_dump('pointsvault.checkpoint_data_number_seq', '');
-- without those of roles that were dropped, whose numbers mean others elsewhere
SELECT pg_catalog.pg_extension_config_dump('pointsvault.access_data',
  'WHERE role IN (SELECT oid FROM pg_catalog.pg_roles)');
