-- The identities of MODEL §11, and what each kind of event must do to the state,
-- as plain SQL over the views.  The only place they stand in; all tests load it.
--
-- check_vault.broken(vault, since) returns a row for each that does not hold, and
-- none when all do; check_vault.broken() does so for all vaults.  An outcome that is
-- NULL does not hold.  A kind, an asset, an account or a column that this file does
-- not know is a row too: who brings one says here what it must do.
--
-- What concerns single events is looked at for the journal rows after `since`
-- alone, so that a test may check after each of many operations, with the seq it
-- reached before; with since = 0 the whole journal is, and nothing is written.

CREATE SCHEMA check_vault;

CREATE TYPE check_vault.identity AS ENUM (
  'known: each kind', 'known: each asset', 'known: each account', 'known: each column',
  'an event does what its kind does',
  'journal: seq has no gaps', 'journal: booked_at never goes back',
  'journal: the policy it was booked under is there', 'V4: a ref is booked once',
  'V2: the price never falls', 'V3: no pool without points', 'V6: a point is worth at most 10 000',
  'state: nothing below 0', 'member: nothing below 0',
  'the status is the last journal row', 'a vault has a journal', 'a member has one holding',
  '2: circulating = points of members + treasury + custody', '2: issued = circulating + burned',
  '2: issued = minted, burned = what went',
  '3: points of a member = sum of its lots', '3: a lot has some of what was minted left', '3: a lot has its member',
  '4: credits are those of the members', '4: credits are covered',
  '5: redeeming everything pays at most the pool', '5: a holding shows what its points are worth',
  '6: postings of an event sum to zero', '6: a posting to a member names it',
  '7: a balance = sum of its postings', '7: cash owed and due = cash of the members',
  '8: paid + unallocated = pool, and why',
  '9: a plan''s granted = released + remaining + cancelled', '9: plans released what was posted and is not spent', '9: a day released what its plans did',
  'Q2: shares of stock are those of all grants, within the total', 'Q3: stock of a member = what its grants have left',
  'N5: serials 1 to issued, within the supply', 'N5: a member owns as many items as it has',
  'C6a: shareholders get at most their pool', 'M1: no more goes back of a commission than was paid',
  'D1: debts are those to the members', 'D3: held = what its lots do not give', 'D3: of a lot at most what it was is taken',
  'G6: exit limit of a member = sum over its lots', 'G7: exit floor <= exit price', 'G7: next exit <= every exit price',
  'P1: partners are who had enough at a close'
);

-- --- what there is --------------------------------------------------------------

CREATE TABLE check_vault.asset (name text PRIMARY KEY);
INSERT INTO check_vault.asset VALUES ('points'), ('credits'), ('cash'), ('reward'), ('quota'), ('shares');
INSERT INTO check_vault.asset VALUES ('stock'), ('items'), ('debt');

-- V8, and what each holds, as a column of the journal; of members their holdings say.
CREATE TABLE check_vault.account (name text, asset text, state text, PRIMARY KEY (name, asset));
INSERT INTO check_vault.account
SELECT 'member', name FROM check_vault.asset
UNION ALL SELECT 'outside', name FROM check_vault.asset;
INSERT INTO check_vault.account VALUES
  ('pool', 'cash', 'pool'), ('reserve', 'cash', 'reserve'), ('platform', 'cash', 'platform'),
  ('shareholders', 'cash', 'shareholders'), ('dividends', 'cash', 'dividends'), ('treasury', 'points', 'treasury'),
  ('exchange', 'points', 'exchange');

CREATE TABLE check_vault.kind (name text PRIMARY KEY);
INSERT INTO check_vault.kind VALUES
  ('create'), ('policy'), ('suspend'), ('resume'), ('rename'), ('purchase'), ('redeem'), ('exit'), ('inject'),
  ('withdraw'), ('withdraw_return'), ('points_to_credits'), ('credits_to_points'), ('pay'), ('grant_points'),
  ('redeem_surplus'), ('refund'), ('close'), ('dividend'), ('repay'), ('adjust'), ('redeem_return'), ('open'), ('begin_import'), ('end_import'),
  ('merge'), ('set_member'), ('suspend_member'), ('resume_member'), ('erase_member');

INSERT INTO check_vault.kind VALUES ('appoint_agent'), ('release'), ('spend_reward'), ('open_debt'), ('settle_debt');
INSERT INTO check_vault.kind VALUES ('set_stock_price'), ('convert_to_stock'), ('allot'), ('deliver_stock');
INSERT INTO check_vault.kind VALUES ('create_series'), ('set_series'), ('claim'), ('issue_item'), ('transfer_item'), ('list_item'),
  ('unlist_item'), ('buy_item'), ('use_item');
INSERT INTO check_vault.kind VALUES ('hand_over'), ('take_back'), ('award'), ('partner');

-- The figures of an event (the columns of check_vault.event): what it says, by how
-- much it moved the state, its own member and others.  `unsaid` is what must be
-- true of it for a kind that has no rule of its own for it.
CREATE TABLE check_vault.figure (name text PRIMARY KEY, unsaid text NOT NULL);
INSERT INTO check_vault.figure VALUES
  ('amount', 'IS NULL'), ('order_amount', 'IS NULL'), ('points', 'IS NULL'), ('cash', 'IS NULL'), ('fee', 'IS NULL'), ('contribution', 'IS NULL'), ('item', 'IS NULL'),
  ('pool_and_reserve', '= 0'), ('reserve', '= swept'),  -- V3 and V6 move money within the event
  ('circulating', '= 0'), ('issued', '= 0'), ('uncapped', '= 0'), ('treasury', '= 0'), ('credits', '= 0'), ('platform', '= 0'),
  ('shareholders', '= 0'), ('dividends', '= 0'), ('cash_owed', '= 0'), ('turnover', '= 0'), ('debts', '= 0'),
  ('others', '= 0'), ('paid_members', '= 0'), ('paid_pool', '= 0');  -- M1: commissions as they are listed
INSERT INTO check_vault.figure VALUES
  ('asked', 'IS NULL'), ('parts', 'IS NULL'), ('part_months', 'IS NULL'), ('stock_price', '= 0'), ('stock_issued', '= 0'),
  ('points_fee', 'IS NULL'), ('exchange', '= 0');
INSERT INTO check_vault.figure SELECT who || name, '= 0' FROM check_vault.asset, (VALUES ('member_'), ('other_')) w (who);

CREATE TABLE check_vault.rule (
  kind text REFERENCES check_vault.kind, figure text REFERENCES check_vault.figure, must text NOT NULL,
  PRIMARY KEY (kind, figure)
);
-- G17: of one asset; both of these say so, as nothing else of the vault moves with them.
INSERT INTO check_vault.rule
SELECT 'adjust', figure, 'IS NOT NULL AND num_nonnulls(nullif(member_points, 0), nullif(member_credits, 0), nullif(member_cash, 0), nullif(member_reward, 0), nullif(member_quota, 0), nullif(member_debt, 0)) = 1'
FROM unnest(ARRAY['member_reward', 'member_quota']) figure;
INSERT INTO check_vault.rule VALUES
  -- G1 to G3, C1, C2
  ('purchase', 'amount', '> 0'), ('purchase', 'points', '>= 0'), ('purchase', 'contribution', 'BETWEEN 0 AND amount'),
  ('purchase', 'pool_and_reserve', '= contribution'),
  ('purchase', 'circulating', '= member_points + other_points'), ('purchase', 'issued', '= circulating'),
  ('purchase', 'turnover', '= CASE WHEN cycle THEN amount ELSE 0 END'),
  ('purchase', 'member_points', '= points'),
  ('purchase', 'member_quota', '= trunc(amount * quota_multiple, 4)'),
  ('purchase', 'member_shares', '>= 0 AND (cycle OR member_shares = 0)'),
  ('purchase', 'others', '= sponsors + earners AND sponsors <= 1'), ('purchase', 'other_points', '>= 0'),
  ('purchase', 'other_quota', '= trunc(amount * referral_quota_rate, 4) * sponsors'),
  -- M1: the budget goes to members, the shareholder pool and, what is left of it, the platform
  ('purchase', 'paid_members', '>= 0'), ('purchase', 'paid_pool', '>= 0'), ('purchase', 'shareholders', '= paid_pool'),
  ('purchase', 'platform', '= trunc(amount * budget_rate, 4) - paid_members - paid_pool AND platform >= 0'),
  ('purchase', 'cash_owed', '= paid_members'), ('purchase', 'member_cash', 'BETWEEN 0 AND paid_members'),
  ('purchase', 'other_cash', '= paid_members - member_cash'),
  ('purchase', 'other_shares', '>= 0 AND (cycle OR other_shares = 0)'),
  -- G4
  ('redeem', 'amount', '> 0'), ('redeem', 'points', '> 0'), ('redeem', 'cash', '> 0'),
  ('redeem', 'fee', '= amount - cash AND fee >= 0'),
  ('redeem', 'pool_and_reserve', '= -cash'), ('redeem', 'circulating', '= -points'),
  ('redeem', 'platform', '= cash - member_cash'), ('redeem', 'cash_owed', '= member_cash'),
  ('redeem', 'member_points', '= -points'), ('redeem', 'member_cash', 'IN (0, cash)'),
  -- G6
  ('exit', 'amount', '>= 0'), ('exit', 'points', '> 0'), ('exit', 'cash', '>= 0'),
  ('exit', 'fee', '= amount - cash AND fee >= 0'),
  ('exit', 'pool_and_reserve', '= -cash'), ('exit', 'circulating', '= -points'), ('exit', 'cash_owed', '= cash'),
  ('exit', 'member_points', '= -points'), ('exit', 'member_cash', '= cash'),
  -- G11, G13
  ('inject', 'amount', '> 0'), ('inject', 'pool_and_reserve', '= amount'),
  ('withdraw', 'amount', '> 0'), ('withdraw', 'cash_owed', '= -amount'), ('withdraw', 'member_cash', '= -amount'),
  ('withdraw_return', 'amount', '> 0'), ('withdraw_return', 'cash_owed', '= amount'), ('withdraw_return', 'member_cash', '= amount'),
  -- G8 to G10
  ('points_to_credits', 'amount', '> 0'), ('points_to_credits', 'points', '> 0'),
  ('points_to_credits', 'treasury', '= points'), ('points_to_credits', 'credits', '= amount'),
  ('points_to_credits', 'member_points', '= -points'), ('points_to_credits', 'member_credits', '= amount'),
  ('credits_to_points', 'amount', '> 0'), ('credits_to_points', 'points', '> 0'),
  ('credits_to_points', 'treasury', '= -points'), ('credits_to_points', 'credits', '= -amount'),
  ('credits_to_points', 'member_points', '= points'), ('credits_to_points', 'member_credits', '= -amount'),
  ('pay', 'amount', '> 0'), ('pay', 'member_credits', '= -amount'), ('pay', 'other_credits', '= amount'), ('pay', 'others', '= 1'),
  -- G12, G14
  ('grant_points', 'amount', '>= 0'), ('grant_points', 'points', '> 0'),
  ('grant_points', 'pool_and_reserve', '= amount'), ('grant_points', 'circulating', '= points'),
  ('grant_points', 'issued', '= points'), ('grant_points', 'member_points', '= points'),
  ('redeem_surplus', 'amount', '>= 0'), ('redeem_surplus', 'points', '>= 0'),
  ('redeem_surplus', 'reserve', '= amount + greatest(0, pool_before - amount - 10000 * circulating_after)'),
  ('redeem_surplus', 'circulating', '= -points'), ('redeem_surplus', 'treasury', '= -points'),
  -- G15: points are bought back out of what the members owe, which is the pool's; the rest of it the platform's
  ('refund', 'amount', '> 0'), ('refund', 'points', '>= 0'), ('refund', 'cash', '>= 0'), ('refund', 'fee', '= -member_cash'),
  ('refund', 'pool_and_reserve', 'BETWEEN -cash AND -cash - cash_owed'),
  ('refund', 'platform', '= -cash_owed - pool_and_reserve - shareholders'),
  ('refund', 'paid_members', 'BETWEEN cash_owed AND 0'), ('refund', 'paid_pool', '<= 0'), ('refund', 'shareholders', '= paid_pool'),
  ('refund', 'circulating', '= member_points + other_points'), ('refund', 'cash_owed', '= member_cash + other_cash'),
  ('refund', 'turnover', 'IN (0, -amount)'),
  ('refund', 'member_points', '= -points'), ('refund', 'member_cash', '<= 0'),
  ('refund', 'member_quota', '<= 0'), ('refund', 'member_shares', '<= 0'),
  ('refund', 'others', '= sponsors + earners AND sponsors <= 1'), ('refund', 'other_points', '<= 0'), ('refund', 'other_cash', '<= 0'),
  ('refund', 'other_quota', '<= 0'), ('refund', 'other_shares', '<= 0'),
  -- G13, G17
  ('repay', 'amount', '> 0'), ('repay', 'cash_owed', '= amount'), ('repay', 'member_cash', '= amount'),
  ('adjust', 'amount', 'IS NOT NULL AND (member_points <> 0 OR member_credits > 0 OR amount = 0)'), ('adjust', 'points', '= circulating - treasury'),
  ('adjust', 'pool_and_reserve', '= amount'), ('adjust', 'circulating', '= member_points + treasury'),
  ('adjust', 'issued', '= greatest(circulating, 0)'), ('adjust', 'platform', '= -least(amount, 0)'),
  ('adjust', 'treasury', '>= 0 AND (member_credits > 0 OR treasury = 0)'), ('adjust', 'credits', '= member_credits'),
  ('adjust', 'cash_owed', '= member_cash'), ('adjust', 'member_shares', '= 0'),
  ('adjust', 'member_points', '= points'), ('adjust', 'member_credits', '= credits'), ('adjust', 'member_cash', '= cash_owed'),
  ('adjust', 'debts', '= member_debt'), ('adjust', 'member_debt', '= debts'),
  -- D1, D2: the platform pays for the points; what is refunded is owed again
  ('open_debt', 'amount', '> 0'), ('open_debt', 'debts', '= amount'), ('open_debt', 'member_debt', '= amount'),
  ('settle_debt', 'amount', '> 0'), ('settle_debt', 'points', '>= 0'), ('settle_debt', 'contribution', 'BETWEEN 0 AND amount'),
  ('settle_debt', 'pool_and_reserve', '= contribution'), ('settle_debt', 'platform', '= -contribution'),
  ('settle_debt', 'circulating', '= points'), ('settle_debt', 'issued', '= points'), ('settle_debt', 'member_points', '= points'),
  ('settle_debt', 'debts', '= -amount'), ('settle_debt', 'member_debt', '= -amount'),
  ('refund', 'debts', '= member_debt'), ('refund', 'member_debt', 'IN (0, amount) AND (member_debt = 0 OR turnover = 0 AND others = 0)'),
  ('redeem_return', 'amount', '> 0'), ('redeem_return', 'points', '> 0'),
  ('redeem_return', 'pool_and_reserve', '= amount'), ('redeem_return', 'platform', '= -amount'),
  ('redeem_return', 'circulating', '= points'), ('redeem_return', 'issued', '= points'),
  ('redeem_return', 'member_points', '= points'),
  -- C2, C4 to C7
  ('close', 'amount', '>= 0'), ('close', 'cash', 'BETWEEN 0 AND amount'),
  -- C6a: of the shareholder pool members get what their cash is above that of the cycle
  ('close', 'platform', '= CASE WHEN carry THEN 0 ELSE amount - cash_owed - shareholders END'),
  ('close', 'dividends', '= CASE WHEN carry THEN amount - cash_owed - shareholders ELSE 0 END - CASE WHEN cycle THEN dividends_before ELSE 0 END'),
  ('close', 'cash_owed', 'BETWEEN cash AND cash - shareholders'), ('close', 'shareholders', '= -shareholders_before'), ('close', 'turnover', '= -greatest(turnover_before, 0)'),
  -- all of it goes over, and what was spent toward a share (C1)
  ('merge', 'points', '>= 0'), ('merge', 'member_points', '= -points'), ('merge', 'other_points', '= points'),
  ('merge', 'member_credits', '<= 0'), ('merge', 'other_credits', '= -member_credits'),
  ('merge', 'member_cash', '= -other_cash'), ('merge', 'other_cash', '= -member_cash'),
  ('merge', 'member_reward', '<= 0'), ('merge', 'other_reward', '= -member_reward'),
  ('merge', 'member_quota', '<= 0'), ('merge', 'other_quota', '= -member_quota'),
  ('merge', 'member_debt', '<= 0'), ('merge', 'other_debt', '= -member_debt'),
  ('merge', 'member_shares', '<= 0'), ('merge', 'other_shares', '>= -member_shares AND (cycle OR other_shares = -member_shares)'),
  ('merge', 'member_stock', '<= 0'), ('merge', 'other_stock', '= -member_stock'),
  ('merge', 'member_items', '<= 0'), ('merge', 'other_items', '= -member_items'),
  ('merge', 'others', '= 1'),
  -- N1: as a redeem for goods
  ('claim', 'amount', '> 0'), ('claim', 'points', '> 0'), ('claim', 'cash', '> 0'), ('claim', 'fee', '= amount - cash AND fee >= 0'),
  ('claim', 'item', '>= 1'), ('claim', 'pool_and_reserve', '= -cash'), ('claim', 'circulating', '= -points'), ('claim', 'platform', '= cash'),
  ('claim', 'member_points', '= -points'), ('claim', 'member_items', '= 1'),
  ('issue_item', 'item', '>= 1'), ('issue_item', 'member_items', '= 1'),
  -- N2 to N4
  ('transfer_item', 'item', '>= 1'), ('transfer_item', 'member_items', '= -1'), ('transfer_item', 'other_items', '= 1'), ('transfer_item', 'others', '= 1'),
  ('list_item', 'item', '>= 1'), ('list_item', 'amount', '> 0'), ('unlist_item', 'item', '>= 1'), ('unlist_item', 'amount', '> 0'),
  ('buy_item', 'item', '>= 1'), ('buy_item', 'amount', '> 0'), ('buy_item', 'fee', 'BETWEEN 0 AND amount'), ('buy_item', 'credits', '= -fee'),
  ('buy_item', 'member_credits', '= -amount'), ('buy_item', 'other_credits', '= amount - fee'),
  ('buy_item', 'member_items', '= 1'), ('buy_item', 'other_items', '= -1'), ('buy_item', 'others', '= 1'),
  ('use_item', 'item', '>= 1'),
  -- L7
  ('release', 'amount', '> 0'), ('release', 'member_reward', '= amount'),
  ('spend_reward', 'amount', '> 0'), ('spend_reward', 'member_reward', '= -amount'), ('spend_reward', 'order_amount', '>= amount'),
  -- C8: all members' cash has it since the close
  ('dividend', 'cash', '> 0'), ('dividend', 'member_cash', '= cash'), ('dividend', 'member_quota', 'BETWEEN -cash AND 0'),
  -- G12, G17: what was there before the vault; the treasury's points back the credits
  ('open', 'amount', '>= 0'), ('open', 'points', '>= 0'), ('open', 'pool_and_reserve', '= amount'),
  ('open', 'treasury', '>= 0 AND (treasury > 0) = (member_credits > 0)'),
  ('open', 'circulating', '= points + treasury'), ('open', 'issued', '= circulating'), ('open', 'uncapped', 'IN (0, issued)'),
  ('open', 'credits', '= member_credits'), ('open', 'cash_owed', '= member_cash'),
  ('open', 'member_points', '= points'), ('open', 'member_credits', '>= 0'), ('open', 'member_cash', '= cash_owed'),
  ('open', 'member_quota', '>= 0'), ('open', 'member_shares', '>= 0');

-- Q1 to Q4
INSERT INTO check_vault.rule VALUES
  ('set_stock_price', 'amount', '>= 0'), ('set_stock_price', 'stock_price', '= amount - stock_price_before'),
  ('convert_to_stock', 'amount', '> 0'), ('convert_to_stock', 'points', '> 0'), ('convert_to_stock', 'asked', '>= points'),
  ('convert_to_stock', 'item', '> 0'), ('convert_to_stock', 'cash', '= item * stock_price_before'),
  ('convert_to_stock', 'fee', '= amount - cash AND fee >= 0'), ('convert_to_stock', 'parts', '= 1'), ('convert_to_stock', 'part_months', '= 1'),
  ('convert_to_stock', 'pool_and_reserve', '= -cash'), ('convert_to_stock', 'circulating', '= -points'),
  ('convert_to_stock', 'platform', '= cash'), ('convert_to_stock', 'stock_issued', '= item'),
  ('convert_to_stock', 'member_points', '= -points'), ('convert_to_stock', 'member_stock', '= item'),
  ('allot', 'item', '> 0'), ('allot', 'parts', '> 0'), ('allot', 'part_months', '> 0'),
  ('allot', 'stock_issued', '= item'), ('allot', 'member_stock', '= item'),
  ('deliver_stock', 'item', '> 0'), ('deliver_stock', 'member_stock', '= -item');
INSERT INTO check_vault.rule VALUES
  -- X1, X2
  ('hand_over', 'amount', '>= 0'), ('hand_over', 'points', '> 0'), ('hand_over', 'points_fee', 'BETWEEN 0 AND points'),
  ('hand_over', 'circulating', '= -points_fee'), ('hand_over', 'exchange', '= points - points_fee AND exchange > 0'),
  ('hand_over', 'member_points', '= -points'),
  ('take_back', 'amount', '>= 0'), ('take_back', 'points', '> 0'), ('take_back', 'exchange', '= -points'),
  ('take_back', 'member_points', '= points'),
  -- P3
  ('award', 'amount', 'IS NULL OR amount > 0');

-- --- events ---------------------------------------------------------------------

CREATE VIEW check_vault.event AS
SELECT j.vault, j.seq, pointsvault.kind_name(j.kind) AS kind,
       j.amount::numeric AS amount, j.points::numeric AS points, j.cash::numeric AS cash, j.fee::numeric AS fee,
       j.contribution::numeric AS contribution, j.order_amount::numeric AS order_amount, j.item::numeric AS item,
       j.asked::numeric AS asked, j.parts, j.part_months,
       j.points_fee::numeric AS points_fee,
       d.*, greatest(0, d.pool_before + d.pool_and_reserve - 10000 * d.circulating_after) AS swept,
       COALESCE(j.points::numeric, 0) * pointsvault.kind_points_sign(j.kind) AS member_points,
       COALESCE(j.member_credits::numeric, 0) AS member_credits, COALESCE(j.member_cash::numeric, 0) AS member_cash,
       COALESCE(j.member_reward::numeric, 0) AS member_reward, COALESCE(j.member_quota::numeric, 0) AS member_quota,
       COALESCE(j.member_shares::numeric, 0) AS member_shares, COALESCE(j.member_stock::numeric, 0) AS member_stock, COALESCE(j.member_items::numeric, 0) AS member_items,
       COALESCE(j.member_debt::numeric, 0) AS member_debt,
       o.*,
       p.policy IS NOT NULL AND p.policy ? 'cycle' AS cycle,
       COALESCE(p.policy->'cycle'->>'unallocated' = 'carry', false) AS carry,
       CASE WHEN p.policy ? 'cycle' THEN COALESCE((p.policy->'cycle'->>'quota_multiple')::numeric, 2) ELSE 0 END AS quota_multiple,
       COALESCE((p.policy->'cycle'->>'referral_quota_rate')::numeric, 0) AS referral_quota_rate,
       CASE WHEN p.policy ? 'commission' THEN COALESCE((p.policy->'commission'->>'budget_rate')::numeric, 0.3) ELSE 0 END AS budget_rate,
       c.*
FROM pointsvault.journal_data j
LEFT JOIN LATERAL (  -- OFFSET 0: by its key, whatever is known of the table
  SELECT * FROM pointsvault.journal_data x WHERE x.vault = j.vault AND x.seq = j.seq - 1 OFFSET 0
) b ON true
LEFT JOIN LATERAL (
  SELECT y.document AS policy FROM pointsvault.policy_data y WHERE y.vault = j.vault AND y.serial = j.policy
) p ON true
CROSS JOIN LATERAL (
  SELECT COALESCE(b.pool::numeric, 0) AS pool_before, j.circulating::numeric AS circulating_after,
         COALESCE(b.turnover::numeric, 0) AS turnover_before, COALESCE(b.dividends::numeric, 0) AS dividends_before,
         COALESCE(b.shareholders::numeric, 0) AS shareholders_before, COALESCE(b.stock_price::numeric, 0) AS stock_price_before,
         COALESCE(j.stock_price::numeric, 0) - COALESCE(b.stock_price::numeric, 0) AS stock_price,
         COALESCE(j.stock_issued, 0)::numeric - COALESCE(b.stock_issued, 0) AS stock_issued,
         j.pool::numeric - COALESCE(b.pool::numeric, 0)
           + COALESCE(j.reserve::numeric, 0) - COALESCE(b.reserve::numeric, 0) AS pool_and_reserve,
         j.circulating::numeric - COALESCE(b.circulating::numeric, 0) AS circulating,
         j.issued::numeric - COALESCE(b.issued::numeric, 0) AS issued,
         COALESCE(j.uncapped::numeric, 0) - COALESCE(b.uncapped::numeric, 0) AS uncapped,
         COALESCE(j.treasury::numeric, 0) - COALESCE(b.treasury::numeric, 0) AS treasury,
         COALESCE(j.credits::numeric, 0) - COALESCE(b.credits::numeric, 0) AS credits,
         COALESCE(j.reserve::numeric, 0) - COALESCE(b.reserve::numeric, 0) AS reserve,
         COALESCE(j.platform::numeric, 0) - COALESCE(b.platform::numeric, 0) AS platform,
         COALESCE(j.shareholders::numeric, 0) - COALESCE(b.shareholders::numeric, 0) AS shareholders,
         COALESCE(j.dividends::numeric, 0) - COALESCE(b.dividends::numeric, 0) AS dividends,
         COALESCE(j.cash_owed::numeric, 0) - COALESCE(b.cash_owed::numeric, 0) AS cash_owed,
         COALESCE(j.turnover::numeric, 0) - COALESCE(b.turnover::numeric, 0) AS turnover,
         COALESCE(j.debts::numeric, 0) - COALESCE(b.debts::numeric, 0) AS debts,
         COALESCE(j.exchange::numeric, 0) - COALESCE(b.exchange::numeric, 0) AS exchange
) d
CROSS JOIN LATERAL (
  SELECT count(*) AS others, COALESCE(sum(m.points::numeric), 0) AS other_points,
         COALESCE(sum(m.credits::numeric), 0) AS other_credits, COALESCE(sum(m.cash::numeric), 0) AS other_cash,
         COALESCE(sum(m.reward::numeric), 0) AS other_reward, COALESCE(sum(m.quota::numeric), 0) AS other_quota,
         COALESCE(sum(m.shares), 0) AS other_shares, COALESCE(sum(m.stock), 0) AS other_stock, COALESCE(sum(m.items), 0) AS other_items,
         COALESCE(sum(m.debt::numeric), 0) AS other_debt,
         count(*) FILTER (WHERE m.role = 1) AS sponsors, count(*) FILTER (WHERE m.role = 4) AS earners
  FROM pointsvault.movement_data m WHERE m.vault = j.vault AND m.seq = j.seq
) o
CROSS JOIN LATERAL (
  SELECT COALESCE(sum(j.commissions[3 * n]) FILTER (WHERE j.commissions[3 * n - 1] <> 0), 0) / 10000 AS paid_members,
         COALESCE(sum(j.commissions[3 * n]) FILTER (WHERE j.commissions[3 * n - 1] = 0), 0) / 10000 AS paid_pool
  FROM generate_series(1, cardinality(j.commissions) / 3) n
) c;

-- The table of rules as one view: for each event the rules it broke.  No kind is let
-- through: one without a branch is broken, and so is a rule whose outcome is NULL.  What a
-- kind has no rule for goes by what is unsaid, which is looked at figure by figure: as
-- part of the expression it would make of it one of thousands, to be set up each time.
DO $$
DECLARE
  branches text;
BEGIN
  SELECT string_agg(branch, E'\n' ORDER BY kind) INTO branches
  FROM (
    SELECT k.name AS kind, format('WHEN %L THEN ARRAY[%s]::text[]', k.name, string_agg(
      format('CASE WHEN (%1$s) IS NOT TRUE THEN format(%2$L, %3$s) END', r.figure || ' ' || r.must,
             replace(r.figure || ' ' || r.must, '%', '%%') || ', and it is %s', r.figure), ', ')
      FILTER (WHERE r.kind IS NOT NULL)) AS branch
    FROM check_vault.kind k LEFT JOIN check_vault.rule r ON r.kind = k.name
    GROUP BY k.name
  ) b;
  EXECUTE format($view$CREATE VIEW check_vault.bad_event AS
    SELECT e.vault, e.seq, e.kind, b.rule
    FROM check_vault.event e
    CROSS JOIN LATERAL (
      SELECT rule FROM unnest(CASE e.kind %s ELSE ARRAY[''] END) rule
      UNION ALL
      SELECT concat(f.name, ' ', f.unsaid, ', and it is ', has.figures->>f.name)
      FROM (SELECT to_jsonb(e) AS figures OFFSET 0) has CROSS JOIN check_vault.figure f
      WHERE e.kind IN (SELECT name FROM check_vault.kind)
        AND NOT EXISTS (SELECT FROM check_vault.rule r WHERE r.kind = e.kind AND r.figure = f.name)
        AND (has.figures ? f.name AND CASE f.unsaid
               WHEN 'IS NULL' THEN has.figures->>f.name IS NULL
               WHEN '= 0' THEN (has.figures->>f.name)::numeric = 0
               WHEN '= swept' THEN (has.figures->>f.name)::numeric = e.swept END) IS NOT TRUE
    ) b (rule)
    WHERE b.rule IS NOT NULL$view$, branches);
END $$;

CREATE FUNCTION check_vault.bad_steps(vault_id integer, since bigint) RETURNS TABLE (broken check_vault.identity, detail text)
LANGUAGE sql STABLE AS $$
  WITH step AS MATERIALIZED (
    SELECT seq, kind, booked_at, pool_after AS pool, circulating_after AS circulating, reserve_after AS reserve,
           lag(seq) OVER w AS seq_before, lag(booked_at) OVER w AS booked_before,
           lag(pool_after) OVER w AS pool_before, lag(circulating_after) OVER w AS circulating_before
    FROM pointsvault.journal WHERE vault = vault_id AND seq >= since WINDOW w AS (ORDER BY seq)
  )
  SELECT i.broken::check_vault.identity, i.detail
  FROM step s
  CROSS JOIN LATERAL (VALUES
    ('journal: seq has no gaps', s.seq = COALESCE(s.seq_before, 0) + 1, format('after %s', s.seq_before)),
    ('journal: booked_at never goes back', s.booked_before IS NULL OR s.booked_at >= s.booked_before,
     format('%s after %s', s.booked_at, s.booked_before)),
    ('V2: the price never falls', s.seq_before IS NULL OR s.circulating = 0 OR s.circulating_before = 0
       OR s.pool * s.circulating_before >= s.pool_before * s.circulating,
     format('%s/%s after %s/%s', s.pool, s.circulating, s.pool_before, s.circulating_before)),
    ('V3: no pool without points', s.circulating <> 0 OR s.pool = 0, format('pool %s', s.pool)),
    ('V6: a point is worth at most 10 000', s.pool <= 10000 * s.circulating, format('%s/%s', s.pool, s.circulating)),
    -- the platform's may be (V8)
    ('state: nothing below 0', least(s.pool, s.circulating, s.reserve) >= 0,
     format('pool %s, circulating %s, reserve %s', s.pool, s.circulating, s.reserve))
  ) o (broken, holds, detail)
  CROSS JOIN LATERAL (SELECT o.broken, format('seq %s, %s: %s', s.seq, s.kind, o.detail) AS detail) i
  WHERE s.seq > since AND o.holds IS NOT TRUE
  UNION ALL
  SELECT CASE e.rule WHEN '' THEN 'known: each kind' ELSE 'an event does what its kind does' END::check_vault.identity,
         format('seq %s, %s: %s', e.seq, e.kind, e.rule)
  FROM check_vault.bad_event e WHERE e.vault = vault_id AND e.seq > since
  UNION ALL
  -- the view journal leaves out a row whose policy is not there
  SELECT 'journal: the policy it was booked under is there', format('seq %s: serial %s', j.seq, j.policy)
  FROM pointsvault.journal_data j
  LEFT JOIN pointsvault.policy_data p ON p.vault = j.vault AND p.serial = j.policy
  WHERE j.vault = vault_id AND j.seq > since AND p.version IS NULL
  UNION ALL
  SELECT 'V4: a ref is booked once', format('seq %s and %s: %s', j.seq, d.seq, j.ref)
  FROM pointsvault.journal_data j
  CROSS JOIN LATERAL (SELECT * FROM pointsvault.journal_data x WHERE x.ref = j.ref AND x.vault + 0 = j.vault AND x.seq <> j.seq OFFSET 0) d
  WHERE j.vault = vault_id AND j.seq > since
$$;

-- --- the state ------------------------------------------------------------------

-- Totals over the members, with what the last journal row says.
CREATE FUNCTION check_vault.bad_totals(vault_id integer) RETURNS TABLE (broken check_vault.identity, detail text)
LANGUAGE sql STABLE AS $$
  WITH status AS MATERIALIZED (SELECT * FROM pointsvault.vault_status WHERE vault = vault_id),
  held AS MATERIALIZED (SELECT * FROM pointsvault.holding WHERE vault = vault_id),
  total AS (
    SELECT COALESCE(sum(points), 0) AS points, COALESCE(sum(credits), 0) AS credits, COALESCE(sum(greatest(cash, 0)), 0) AS owed,
           COALESCE(sum(greatest(-cash, 0)), 0) AS due, COALESCE(sum(debt), 0) AS debts
    FROM held
  )
  SELECT o.broken::check_vault.identity, o.detail
  FROM status s CROSS JOIN total h
  LEFT JOIN LATERAL (
    SELECT seq, pool, circulating, reserve, platform, turnover, dividends, uncapped, importing, stock_issued, stock_price, debts, exchange FROM pointsvault.journal_data
    WHERE vault = vault_id ORDER BY seq DESC LIMIT 1
  ) j ON true
  CROSS JOIN LATERAL (VALUES
    ('the status is the last journal row',
     (s.last_seq, s.pool, s.circulating, s.reserve, s.platform, s.turnover, s.carried, s.uncapped, s.importing,
      s.stock_issued, COALESCE(s.stock_price, 0), s.debts, s.exchange_points) =
     (j.seq, j.pool::numeric, j.circulating::numeric, COALESCE(j.reserve::numeric, 0), COALESCE(j.platform::numeric, 0),
      COALESCE(j.turnover::numeric, 0), COALESCE(j.dividends::numeric, 0), COALESCE(j.uncapped::numeric, 0), COALESCE(j.importing, false),
      COALESCE(j.stock_issued, 0), COALESCE(j.stock_price::numeric, 0), COALESCE(j.debts::numeric, 0), COALESCE(j.exchange::numeric, 0)),
     format('%s, of seq %s', s, j)),
    ('2: circulating = points of members + treasury + custody', s.circulating = h.points + s.treasury_points + s.exchange_points,
     format('%s, members %s, treasury %s, custody %s', s.circulating, h.points, s.treasury_points, s.exchange_points)),
    ('2: issued = circulating + burned', s.issued = s.circulating + s.burned AND s.burned >= 0,
     format('%s, circulating %s, burned %s', s.issued, s.circulating, s.burned)),
    ('4: credits are those of the members', s.credits = h.credits, format('%s, members %s', s.credits, h.credits)),
    ('D1: debts are those to the members', s.debts = h.debts, format('%s, members %s', s.debts, h.debts)),
    ('4: credits are covered', s.treasury_points * s.pool >= s.credits * s.circulating,
     format('%s by %s at %s/%s', s.credits, s.treasury_points, s.pool, s.circulating)),
    ('7: cash owed and due = cash of the members', (s.cash_owed, s.cash_due) = (h.owed, h.due),
     format('%s and %s, members %s and %s', s.cash_owed, s.cash_due, h.owed, h.due)),
    ('5: redeeming everything pays at most the pool', s.circulating = 0 OR (
       SELECT COALESCE(sum(trunc(points * s.pool / s.circulating, 4)), 0) + trunc(s.exchange_points * s.pool / s.circulating, 4) FROM held) <= s.pool, format('of %s', s.pool))
  ) o (broken, holds, detail)
  WHERE o.holds IS NOT TRUE
  UNION ALL
  SELECT 'a vault has a journal', 'no status' WHERE NOT EXISTS (SELECT FROM status)
  UNION ALL
  SELECT 'member: nothing below 0', h::text FROM held h
  WHERE (least(h.points, h.credits, h.reward, h.quota, h.shares, h.stock, h.items, h.debt) >= 0) IS NOT TRUE
  UNION ALL
  SELECT '5: a holding shows what its points are worth', format('%s: %s of %s points', h.member, h.value, h.points)
  FROM held h CROSS JOIN status s
  WHERE (h.value * s.circulating <= h.points * s.pool
         AND (s.circulating = 0 OR (h.value + 0.0001) * s.circulating > h.points * s.pool)) IS NOT TRUE
  UNION ALL
  SELECT 'a member has one holding', COALESCE(m.id, h.member)::text
  FROM (SELECT id FROM pointsvault.member_data WHERE vault = vault_id) m
  FULL JOIN (SELECT member FROM pointsvault.holding_data WHERE vault = vault_id) h ON h.member = m.id
  WHERE m.id IS NULL OR h.member IS NULL
  UNION ALL
  SELECT '8: paid + unallocated = pool, and why', d::text FROM pointsvault.dividend_day d
  WHERE vault = vault_id
    AND (paid + unallocated = pool AND no_taker + inactive + over_quota + rounding = unallocated
         AND least(paid, no_taker, inactive, over_quota, rounding) >= 0) IS NOT TRUE
  UNION ALL
  SELECT '9: a plan''s granted = released + remaining + cancelled', p::text FROM pointsvault.release_plan p
  WHERE vault = vault_id AND (granted = released + remaining + cancelled AND least(released, remaining, cancelled, daily) >= 0) IS NOT TRUE
  UNION ALL
  SELECT '9: plans released what was posted and is not spent', format('plans %s, posted and not %s', p.released, h.released)
  FROM (SELECT COALESCE(sum(released), 0) AS released FROM pointsvault.release_plan WHERE vault = vault_id) p,
       (SELECT COALESCE((SELECT sum(released::numeric) FROM pointsvault.holding_data WHERE vault = vault_id), 0)
               + COALESCE((SELECT sum(reward_accrued) FROM held), 0) AS released) h
  WHERE (p.released = h.released) IS NOT TRUE
  UNION ALL
  SELECT '9: a day released what its plans did', format('days %s, plans %s', d.released, p.released)
  FROM (SELECT COALESCE(sum(released), 0) AS released FROM pointsvault.dividend_day WHERE vault = vault_id) d,
       (SELECT COALESCE(sum(released), 0) AS released FROM pointsvault.release_plan WHERE vault = vault_id) p
  WHERE (d.released = p.released) IS NOT TRUE
  UNION ALL
  SELECT 'Q2: shares of stock are those of all grants, within the total', format('%s issued, grants %s, total %s', s.stock_issued, g.shares, p.total)
  FROM status s
  CROSS JOIN LATERAL (SELECT COALESCE(sum(shares), 0) AS shares FROM pointsvault.stock_grant WHERE vault = vault_id) g
  LEFT JOIN LATERAL (
    SELECT CASE WHEN policy ? 'stock' THEN COALESCE((policy->'stock'->>'total')::numeric, 6000000000) END AS total
    FROM pointsvault.policy WHERE vault = vault_id ORDER BY version DESC LIMIT 1) p ON true
  WHERE (s.stock_issued = g.shares AND (p.total IS NULL OR s.stock_issued <= p.total)) IS NOT TRUE
  UNION ALL
  SELECT 'Q3: stock of a member = what its grants have left', format('%s: %s, grants %s', h.member, h.stock, g.has)
  FROM held h
  LEFT JOIN (
    SELECT member, sum(shares - delivered) AS has, bool_and(delivered BETWEEN 0 AND shares AND free BETWEEN 0 AND shares - delivered) AS possible
    FROM pointsvault.stock_grant WHERE vault = vault_id GROUP BY member
  ) g ON g.member = h.member
  WHERE (h.stock = COALESCE(g.has, 0) AND COALESCE(g.possible, true)) IS NOT TRUE
  UNION ALL
  SELECT 'N5: serials 1 to issued, within the supply', format('series %s: %s issued, %s items up to %s', s.code, s.issued, i.items, i.last)
  FROM pointsvault.series s
  CROSS JOIN LATERAL (
    SELECT count(*) AS items, COALESCE(max(i.serial), 0) AS last, COALESCE(min(i.serial), 1) AS first
    FROM pointsvault.item i WHERE i.vault = vault_id AND i.series = s.code
  ) i
  WHERE s.vault = vault_id AND (s.issued <= s.supply AND i.items = s.issued AND i.last = s.issued AND i.first = 1) IS NOT TRUE
  UNION ALL
  SELECT 'N5: a member owns as many items as it has', format('%s: %s items, %s owned', h.member, h.items, i.items)
  FROM held h
  FULL JOIN (SELECT owner, count(*) AS items FROM pointsvault.item WHERE vault = vault_id GROUP BY owner) i ON i.owner = h.member
  WHERE COALESCE(h.items, -1) <> COALESCE(i.items, 0)
  UNION ALL
  SELECT 'C6a: shareholders get at most their pool', d::text FROM pointsvault.dividend_day d
  WHERE vault = vault_id AND (shareholders BETWEEN 0 AND shareholder_pool AND (all_shares > 0 OR shareholders = 0)) IS NOT TRUE
$$;

-- M1: commissions of the purchases that the rows after one are, or are refunds of.
CREATE FUNCTION check_vault.bad_commissions(vault_id integer, since bigint) RETURNS TABLE (broken check_vault.identity, detail text)
LANGUAGE sql STABLE AS $$
  WITH sale AS MATERIALIZED (
    SELECT DISTINCT CASE kind WHEN 21 THEN cause ELSE seq END AS seq FROM pointsvault.journal_data
    WHERE vault = vault_id AND seq > since AND kind IN (10, 21)
  )
  -- of each, and nothing is left where all was refunded; of the shareholder pool more may stay (G15)
  SELECT 'M1: no more goes back of a commission than was paid'::check_vault.identity, format('seq %s, %s %s: %s of %s', p.seq, c.what, c.grade, c.back, c.paid)
  FROM (
    SELECT s.seq, c.what, c.grade, sum(c.amount) FILTER (WHERE c.kind = 'purchase') AS paid,
           COALESCE(-sum(c.amount) FILTER (WHERE c.kind = 'refund'), 0) AS back
    FROM sale s CROSS JOIN LATERAL (
      SELECT s.seq AS seq UNION ALL
      SELECT r.seq FROM pointsvault.journal_data r WHERE r.vault = vault_id AND r.cause = s.seq AND r.reversed IS NOT NULL AND r.kind = 21
    ) j CROSS JOIN LATERAL (
      SELECT what, grade, amount, kind FROM pointsvault.commission WHERE vault = vault_id AND commission.seq = j.seq OFFSET 0
    ) c GROUP BY 1, 2, 3
  ) c
  LEFT JOIN LATERAL (
    SELECT o.seq, o.amount::numeric AS amount, (SELECT COALESCE(max(r.reversed::numeric), 0) FROM pointsvault.journal_data r
      WHERE r.vault = vault_id AND r.cause = o.seq AND r.reversed IS NOT NULL AND r.kind = 21) AS refunded
    FROM pointsvault.journal_data o WHERE o.vault = vault_id AND o.seq = c.seq
  ) p ON true
  WHERE (c.back BETWEEN 0 AND c.paid AND (c.what = 'shareholders' OR c.back = trunc(c.paid * p.refunded / p.amount, 4))) IS NOT TRUE
$$;

-- Lots, and where no view shows it (exit floors) the tables.
CREATE FUNCTION check_vault.bad_lots(vault_id integer) RETURNS TABLE (broken check_vault.identity, detail text)
LANGUAGE sql STABLE AS $$
  WITH holding AS MATERIALIZED (SELECT * FROM pointsvault.holding_data WHERE vault = vault_id),
  -- G6: what a lot counts toward the member's limit, in 1/10 000, rounded up
  lot AS MATERIALIZED (
    SELECT member, seq, alone, points::numeric AS points, minted::numeric AS minted, exit_limit::numeric AS exit_limit,
           CASE WHEN alone THEN 0 WHEN minted::numeric = 0 THEN exit_limit::numeric * 10000
                ELSE ceil(exit_limit::numeric * 10000 * points::numeric / minted::numeric) END AS counts,
           COALESCE(taken::numeric, 0) AS taken, release_days, free_on,
           -- D3: what is released by today and not taken; G16: nothing until that day
           CASE WHEN COALESCE(free_on > pointsvault.today(vault_id), false) THEN points::numeric - least(points::numeric, greatest(0,
             div(minted::numeric * 100000000 * greatest(0, pointsvault.today(vault_id) - (free_on - release_days)), release_days) / 100000000
             - COALESCE(taken::numeric, 0), 0)) ELSE 0 END AS held
    FROM pointsvault.lot_data WHERE vault = vault_id
  ),
  last AS (SELECT next_exit FROM pointsvault.journal_data WHERE vault = vault_id ORDER BY seq DESC LIMIT 1)
  SELECT o.broken::check_vault.identity, format('member %s: %s', h.member, o.detail)
  FROM holding h
  LEFT JOIN (SELECT member, sum(points) AS points, sum(counts) / 10000 AS exit_limit, sum(held) AS held,
                    max(free_on) FILTER (WHERE held > 0) AS held_until FROM lot GROUP BY member) l
    ON l.member = h.member
  LEFT JOIN (SELECT d.id, v.held, v.held_until FROM pointsvault.holding v
             JOIN pointsvault.member_data d ON d.vault = v.vault AND d.name = v.member WHERE v.vault = vault_id) shown ON shown.id = h.member
  CROSS JOIN LATERAL (VALUES
    ('3: points of a member = sum of its lots', h.points::numeric = COALESCE(l.points, 0),
     format('%s, lots %s', h.points, l.points)),
    ('G6: exit limit of a member = sum over its lots', h.exit_limit::numeric = COALESCE(l.exit_limit, 0),
     format('%s, lots %s', h.exit_limit, l.exit_limit)),
    ('D3: held = what its lots do not give', (shown.held, shown.held_until) IS NOT DISTINCT FROM (COALESCE(l.held, 0), l.held_until),
     format('%s until %s, lots %s until %s', shown.held, shown.held_until, l.held, l.held_until)),
    -- found by the index on the floor, so a floor above the exit price would lose an exit
    ('G7: exit floor <= exit price', h.exit_limit::numeric <= 0 OR h.points::numeric <= 0
       OR h.exit_floor OPERATOR(pointsvault.<=) pointsvault.price(h.exit_limit, h.points),
     format('floor %s, limit %s for %s points', h.exit_floor, h.exit_limit, h.points))
  ) o (broken, holds, detail)
  WHERE o.holds IS NOT TRUE
  UNION ALL
  SELECT o.broken::check_vault.identity, format('member %s, lot %s: %s of %s', l.member, l.seq, l.points, l.minted)
  FROM lot l
  CROSS JOIN LATERAL (VALUES
    ('3: a lot has some of what was minted left', l.points <= l.minted AND (l.points > 0 OR l.minted = 0)),
    ('D3: of a lot at most what it was is taken', l.taken >= 0 AND l.points + l.taken <= l.minted
      AND (l.release_days > 0 AND l.free_on IS NOT NULL OR l.release_days IS NULL AND l.taken = 0)),
    ('3: a lot has its member', l.seq IN (SELECT v.seq FROM pointsvault.lot v WHERE v.vault = vault_id))
  ) o (broken, holds)
  WHERE o.holds IS NOT TRUE
  UNION ALL
  -- no exit is looked for below next_exit, in 1e-8 currency a point, of the last journal row
  SELECT 'G7: next exit <= every exit price', format('%s: at %s / %s, next %s', c.what, c.exit_limit, c.points, n.next_exit)
  FROM (
    SELECT format('member %s', member) AS what, exit_limit::numeric AS exit_limit, points::numeric AS points FROM holding
    WHERE exit_limit::numeric > 0 AND points::numeric > 0
    UNION ALL
    SELECT format('lot %s', seq), exit_limit, minted FROM lot WHERE alone
  ) c LEFT JOIN last n ON true
  WHERE (n.next_exit * c.points <= c.exit_limit * 100000000) IS NOT TRUE
$$;

-- P1: at each close after a row who has enough of the asset is a partner, nobody else becomes
-- one, and the stored rows are of the first journal row of each, with those merged into it.
CREATE FUNCTION check_vault.bad_partners(vault_id integer, since bigint) RETURNS TABLE (broken check_vault.identity, detail text)
LANGUAGE sql STABLE AS $$
  WITH made AS MATERIALIZED (
    SELECT j.seq, j.cause, j.day, j.member, COALESCE(m.merged_into, m.id) AS now
    FROM pointsvault.journal_data j JOIN pointsvault.member_data m ON m.vault = j.vault AND m.id = j.member
    WHERE j.vault = vault_id AND j.kind = 71
  ), closed AS MATERIALIZED (
    SELECT c.seq, c.day, p.document->'partner'->>'asset' AS asset, (p.document->'partner'->>'min')::numeric AS least
    FROM pointsvault.journal_data c JOIN pointsvault.policy_data p ON p.vault = c.vault AND p.serial = c.policy
    WHERE c.vault = vault_id AND c.kind = 22 AND c.seq > since AND p.document ? 'partner'
  ), had AS (
    SELECT c.seq, c.day, h.member, COALESCE(m.merged_into, m.id) AS now
    FROM closed c
    CROSS JOIN LATERAL (
      SELECT x.member FROM pointsvault.member_change x WHERE x.vault = vault_id AND x.seq <= c.seq
      GROUP BY x.member HAVING sum(CASE c.asset WHEN 'points' THEN x.points ELSE x.shares END) >= c.least
    ) h
    JOIN pointsvault.member_data m ON m.vault = vault_id AND m.id = h.member
  )
  SELECT 'P1: partners are who had enough at a close'::check_vault.identity, format('close %s: member %s is none', h.seq, h.member)
  FROM had h WHERE NOT EXISTS (SELECT FROM made p WHERE p.now = h.now AND p.cause <= h.seq)
  UNION ALL
  SELECT 'P1: partners are who had enough at a close', format('seq %s: member %s had too little', p.seq, p.member)
  FROM made p
  WHERE p.cause > since AND NOT EXISTS (SELECT FROM had h WHERE h.seq = p.cause AND h.day = p.day AND h.member = p.member)
  UNION ALL
  SELECT 'P1: partners are who had enough at a close', format('stored %s, made %s', s, f)
  FROM (SELECT member, since, seq FROM pointsvault.partner_data WHERE vault = vault_id) s
  FULL JOIN (SELECT DISTINCT ON (now) now AS member, day AS since, seq FROM made ORDER BY now, seq) f USING (member)
  WHERE (s.since, s.seq) IS DISTINCT FROM (f.since, f.seq)
$$;

-- --- postings -------------------------------------------------------------------

-- Every balance there is, but of what is outside.  Dividends that are not posted to
-- each yet are with members as a whole.
CREATE FUNCTION check_vault.balance(vault_id integer) RETURNS TABLE (account text, member text, asset text, amount numeric)
LANGUAGE sql STABLE AS $$
  WITH held AS MATERIALIZED (SELECT h.*, to_jsonb(h) AS columns FROM pointsvault.holding h WHERE vault = vault_id),
  last AS MATERIALIZED (SELECT * FROM pointsvault.journal_data WHERE vault = vault_id ORDER BY seq DESC LIMIT 1)
  SELECT 'member', h.member, a.name,
         (h.columns->>a.name)::numeric + CASE a.name WHEN 'cash' THEN -h.accrued - h.shareholders WHEN 'quota' THEN h.accrued
                                           WHEN 'reward' THEN -h.reward_accrued ELSE 0 END
  FROM held h CROSS JOIN check_vault.asset a
  UNION ALL
  SELECT 'member', NULL, b.asset, b.amount
  FROM (SELECT sum(accrued) AS accrued, sum(shareholders) AS shareholders FROM held) h
  CROSS JOIN LATERAL (VALUES ('cash', h.accrued + h.shareholders), ('quota', -h.accrued)) b (asset, amount)
  UNION ALL
  SELECT a.name, NULL, a.asset, (to_jsonb(j)->>a.state)::numeric
  FROM last j CROSS JOIN check_vault.account a WHERE a.state IS NOT NULL
  UNION ALL
  -- what is outside is the counterpart of all the rest, of which these have a name
  SELECT o.account, NULL, o.asset, o.amount
  FROM pointsvault.vault_status s
  CROSS JOIN LATERAL (VALUES
    ('outside', 'points', -s.circulating), ('outside', 'credits', -s.credits),
    ('minted', 'points', s.issued), ('went', 'points', s.burned)) o (account, asset, amount)
  WHERE s.vault = vault_id
$$;

-- Postings after a row, summed up; points that came from outside were minted, points
-- that went there burned.
CREATE FUNCTION check_vault.posted(vault_id integer, since bigint) RETURNS TABLE (account text, member text, asset text, amount numeric)
LANGUAGE sql STABLE AS $$
  WITH line AS MATERIALIZED (
    SELECT account, member, asset, amount FROM pointsvault.posting WHERE vault = vault_id AND seq > since
  )
  SELECT account, member, asset, sum(amount) FROM line
  WHERE account <> 'outside' OR asset IN ('points', 'credits') GROUP BY 1, 2, 3
  UNION ALL
  SELECT CASE WHEN amount < 0 THEN 'minted' ELSE 'went' END, NULL, asset, abs(sum(amount)) FROM line
  WHERE account = 'outside' AND asset = 'points' GROUP BY amount < 0, asset
$$;

-- The sums so far, kept by add_up() so that each posting is added once.
CREATE TABLE check_vault.total (vault integer, account text, member text, asset text, amount numeric);
CREATE UNIQUE INDEX ON check_vault.total (vault, account, COALESCE(member, ''), asset);

CREATE FUNCTION check_vault.add_up(vault_id integer, since bigint) RETURNS void
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
BEGIN  -- in PL/pgSQL, which keeps the plan
  INSERT INTO check_vault.total AS t
  SELECT vault_id, p.* FROM check_vault.posted(vault_id, since) p
  ON CONFLICT (vault, account, (COALESCE(member, '')), asset) DO UPDATE SET amount = t.amount + excluded.amount;
END $$;

CREATE FUNCTION check_vault.bad_postings(vault_id integer, since bigint) RETURNS TABLE (broken check_vault.identity, detail text)
LANGUAGE sql STABLE AS $$
  WITH line AS MATERIALIZED (SELECT * FROM pointsvault.posting WHERE vault = vault_id AND seq > since)
  SELECT '6: postings of an event sum to zero'::check_vault.identity, format('seq %s: %s %s', seq, sum(amount), asset)
  FROM line GROUP BY seq, asset HAVING (sum(amount) = 0) IS NOT TRUE
  UNION ALL
  SELECT '6: a posting to a member names it', format('seq %s: %s %s', seq, amount, asset)
  FROM line WHERE (account = 'member') <> (member IS NOT NULL) AND days IS NULL
  UNION ALL
  SELECT 'known: each asset', format('seq %s: %s', seq, asset) FROM line
  WHERE NOT EXISTS (SELECT FROM check_vault.asset a WHERE a.name = asset)
  UNION ALL
  SELECT 'known: each account', format('seq %s: %s in %s', seq, account, asset) FROM line
  WHERE NOT EXISTS (SELECT FROM check_vault.account a WHERE a.name = account AND (a.asset = line.asset))
$$;

CREATE FUNCTION check_vault.bad_balances(vault_id integer, since bigint) RETURNS TABLE (broken check_vault.identity, detail text)
LANGUAGE sql STABLE AS $$
  SELECT CASE WHEN COALESCE(b.account, p.account) IN ('minted', 'went') THEN '2: issued = minted, burned = what went'
              ELSE '7: a balance = sum of its postings' END::check_vault.identity,
         format('%s %s %s: %s, posted %s', COALESCE(b.account, p.account), COALESCE(b.asset, p.asset),
                COALESCE(b.member, p.member), b.amount, p.amount)
  FROM check_vault.balance(vault_id) b
  FULL JOIN (
    SELECT account, member, asset, amount FROM check_vault.total WHERE vault = vault_id AND since > 0
    UNION ALL
    SELECT * FROM check_vault.posted(vault_id, 0) WHERE since = 0
  ) p ON p.account = b.account AND p.asset = b.asset AND COALESCE(p.member, '') = COALESCE(b.member, '')
  WHERE COALESCE(b.amount, 0) <> COALESCE(p.amount, 0)
$$;

-- --- what is not known ------------------------------------------------------------

-- Columns by which an event or a member could have something that is not looked at.
CREATE VIEW check_vault.unknown_column AS
SELECT format('%s.%s', c.relname, a.attname) AS name
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relnamespace = 'pointsvault'::regnamespace
  AND c.relname IN ('journal_data', 'movement_data', 'holding_data')
  AND a.attname <> ALL (CASE c.relname
    WHEN 'journal_data' THEN '{vault,day,policy,kind,named_contribution,suspended,seq,booked_at,next_exit,member,reversed,digest,cause,at,ref,actor,region,note,meta,importing,commissions,free_from,series}'
    WHEN 'movement_data' THEN '{vault,role,seq,member}'
    ELSE '{vault,member,spent,mark,posted_to,exit_limit,exit_floor,shareholder_mark,released}' END::text[])
  AND NOT EXISTS (SELECT FROM check_vault.asset x WHERE x.name = a.attname AND c.relname <> 'journal_data')
  AND NOT (c.relname = 'journal_data' AND (a.attname = 'pool' OR EXISTS (SELECT FROM check_vault.figure f WHERE f.name = a.attname)));

-- --- all of it --------------------------------------------------------------------

CREATE FUNCTION check_vault.broken(vault_id integer, since bigint DEFAULT 0)
RETURNS TABLE (broken check_vault.identity, detail text)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  IF since > 0 THEN
    PERFORM check_vault.add_up(vault_id, since);
  END IF;
  RETURN QUERY
  SELECT * FROM check_vault.bad_steps(vault_id, since)
  UNION ALL
  SELECT * FROM check_vault.bad_totals(vault_id)
  UNION ALL
  SELECT * FROM check_vault.bad_commissions(vault_id, since)
  UNION ALL
  SELECT * FROM check_vault.bad_lots(vault_id)
  UNION ALL
  SELECT * FROM check_vault.bad_partners(vault_id, since)
  UNION ALL
  SELECT * FROM check_vault.bad_postings(vault_id, since)
  UNION ALL
  SELECT * FROM check_vault.bad_balances(vault_id, since)
  UNION ALL
  SELECT 'known: each column', name FROM check_vault.unknown_column WHERE since = 0;
END $$;

-- Of all vaults, those included of which only rows are left.
CREATE FUNCTION check_vault.broken() RETURNS TABLE (vault integer, broken check_vault.identity, detail text)
LANGUAGE sql AS $$
  SELECT v.vault, b.* FROM (
    SELECT id FROM pointsvault.vault
    UNION SELECT j.vault FROM pointsvault.journal_data j
    UNION SELECT m.vault FROM pointsvault.member_data m
    UNION SELECT h.vault FROM pointsvault.holding_data h
    UNION SELECT l.vault FROM pointsvault.lot_data l
  ) v (vault) CROSS JOIN LATERAL check_vault.broken(v.vault) b
  ORDER BY 1, 2, 3
$$;
