-- What explain_event() tells of each row of a vault is what is stored: it tells of every
-- one, what it changed for members as the postings have it, and the facts of its receipt
-- as results of the rules they follow from.

CREATE SCHEMA explained;

-- The facts of a receipt, and the last step that comes to each.
CREATE TABLE explained.fact (kind text, fact text, rule text, what text);
INSERT INTO explained.fact VALUES
  ('purchase', 'points', 'G2', 'points minted%'), ('purchase', 'contribution', 'G1', 'contribution to the pool%'),
  ('redeem', 'amount', 'G4', 'gross%'), ('redeem', 'fee', 'G4', 'fee%'), ('redeem', 'cash', 'G4', 'net'),
  ('redeem', 'points', 'G5', 'taken%'),
  ('exit', 'amount', 'G4', 'gross%'), ('exit', 'fee', 'G4', 'fee%'), ('exit', 'cash', 'G4', 'net'), ('exit', 'points', 'G6', 'exit:%'),
  ('inject', 'amount', 'G11', 'money into%'), ('withdraw', 'amount', 'G13', 'paid out%'),
  ('withdraw_return', 'amount', 'G13', 'put back%'), ('repay', 'amount', 'G13', 'paid to%'),
  ('points_to_credits', 'amount', 'G8', 'credits%'), ('credits_to_points', 'points', 'G9', 'points out%'),
  ('pay', 'amount', 'G10', 'credits paid%'), ('grant_points', 'amount', 'G12', 'paid into%'),
  ('redeem_surplus', 'amount', 'G14', 'worth of these%'), ('redeem_surplus', 'points', 'G14', '%burned'),
  ('refund', 'amount', 'G15', 'refunded%'), ('refund', 'cash', 'G15', 'given back%'), ('refund', 'fee', 'G15', 'what the buyer owes by it%'),
  ('close', 'amount', 'C6', 'all pools%'), ('close', 'cash', 'C6', 'paid to members%'), ('dividend', 'cash', 'C6', 'posted%'),
  ('redeem_return', 'amount', 'G17', 'given back%'), ('redeem_return', 'points', 'G17', 'points that%'),
  ('merge', 'points', 'M2', 'points that go%'),
  ('release', 'amount', 'L7', 'posted%'), ('spend_reward', 'amount', 'L7', 'paid in rewards'),
  ('set_stock_price', 'amount', 'Q1', 'price of a share%'), ('convert_to_stock', 'amount', 'Q1', 'worth of the points burned'),
  ('convert_to_stock', 'points', 'Q1', 'fewest points%'), ('convert_to_stock', 'cash', 'Q1', 'what they cost%'),
  ('convert_to_stock', 'fee', 'Q1', 'fee: what%'),
  ('claim', 'amount', 'G4', 'gross%'), ('claim', 'fee', 'G4', 'fee%'), ('claim', 'cash', 'G4', 'net'), ('claim', 'points', 'N1', '%points%'),
  ('list_item', 'amount', 'N3', 'credits at which%'), ('unlist_item', 'amount', 'N3', 'credits at which%'),
  ('buy_item', 'amount', 'N3', 'credits at which%'), ('buy_item', 'fee', 'N3', 'fee%'),
  ('open_debt', 'amount', 'D1', 'owed to the member from%'), ('settle_debt', 'amount', 'D2', 'of what the member%'),
  ('settle_debt', 'contribution', 'D2', 'contribution of%'), ('settle_debt', 'points', 'G2', 'points minted%'),
  ('hand_over', 'amount', 'X1', 'worth of%'), ('hand_over', 'points', 'G5', 'taken%'), ('hand_over', 'fee', 'X1', 'fee in points%'),
  ('take_back', 'amount', 'X1', 'worth of%'), ('take_back', 'points', 'X2', 'points out of%'), ('award', 'amount', 'P3', 'value%');

CREATE FUNCTION explained.differences(vault integer) RETURNS TABLE (seq bigint, kind text, difference text)
LANGUAGE sql STABLE AS $$
  WITH step AS MATERIALIZED (
    SELECT j.seq AS of, j.kind, e.*
    FROM pointsvault.journal j LEFT JOIN LATERAL pointsvault.explain_event(j.vault, j.seq) e ON true
    WHERE j.vault = differences.vault
  ), own AS (
    SELECT * FROM step WHERE step.seq = step.of
  ), fact AS (
    SELECT j.seq, j.kind, f.fact, f.rule, f.what,
           CASE f.fact WHEN 'amount' THEN j.amount WHEN 'points' THEN j.points WHEN 'cash' THEN j.cash
                       WHEN 'fee' THEN j.fee ELSE j.contribution END AS stored
    FROM pointsvault.journal j JOIN explained.fact f ON f.kind = j.kind
    WHERE j.vault = differences.vault
  ), told AS (
    SELECT f.*, (SELECT s.result FROM own s
                 WHERE s.of = f.seq AND s.what LIKE f.what
                   AND (s.rule = f.rule OR f.kind IN ('purchase', 'settle_debt') AND f.fact = 'points' AND s.rule = 'G3')
                   AND (f.kind <> 'purchase' OR f.fact <> 'points' OR s.member = (
                     SELECT j.member FROM pointsvault.journal j WHERE j.vault = differences.vault AND j.seq = f.seq))
                 ORDER BY s.step DESC LIMIT 1) AS result
    FROM fact f
  ), change AS (
    SELECT s.of AS seq, s.kind, s.member, s.what AS asset, sum(s.result) AS amount
    FROM own s WHERE s.rule = 'V8' AND s.member IS NOT NULL GROUP BY 1, 2, 3, 4
  ), posted AS (
    SELECT p.seq, p.kind, p.member, p.asset, sum(p.amount) AS amount
    FROM pointsvault.posting p
    WHERE p.vault = differences.vault AND p.account = 'member' AND p.member IS NOT NULL GROUP BY 1, 2, 3, 4
  )
  SELECT o.of, o.kind, 'nothing is told of it' FROM step o GROUP BY 1, 2 HAVING count(o.rule) < 3
  UNION ALL
  -- a fact of 0 may follow from no rule
  SELECT t.seq, t.kind, format('%s is %s, told as %s', t.fact, t.stored, t.result)
  FROM told t WHERE COALESCE(t.result, 0) <> t.stored
  UNION ALL
  SELECT seq, kind, format('%s of %s: told %s, posted %s', asset, member, c.amount, p.amount)
  FROM change c FULL JOIN posted p USING (seq, kind, member, asset)
  WHERE COALESCE(c.amount, 0) <> COALESCE(p.amount, 0)
  UNION ALL
  -- a dividend is the sum of what its days paid
  SELECT d.of, d.kind, format('days paid %s, posted %s', sum(d.result) FILTER (WHERE d.what LIKE 'paid%'),
                              max(d.result) FILTER (WHERE d.what LIKE 'posted%'))
  FROM step d WHERE d.kind = 'dividend' AND d.rule IN ('C6', 'C6a') GROUP BY 1, 2
  HAVING sum(d.result) FILTER (WHERE d.what LIKE 'paid%') IS DISTINCT FROM max(d.result) FILTER (WHERE d.what LIKE 'posted%')
  UNION ALL
  -- what of the budget is not left was paid
  SELECT b.of, b.kind, format('of the budget %s is told, %s is paid', b.told, b.paid)
  FROM (SELECT o.of, o.kind, sum(CASE WHEN o.what LIKE 'budget%' THEN o.result ELSE -o.result END) AS told,
               COALESCE((SELECT sum(c.amount) FROM pointsvault.commission c WHERE c.vault = differences.vault AND c.seq = o.of), 0) AS paid
        FROM own o WHERE o.kind = 'purchase' AND o.rule = 'M1' AND (o.what LIKE 'budget%' OR o.what LIKE 'to the platform%') GROUP BY 1, 2) b
  WHERE b.told <> b.paid
  UNION ALL
  -- plans are granted, and lose, what is told
  SELECT p.seq, 'plan', format('granted %s, cancelled %s, of which %s, %s is told', p.granted, p.cancelled, g.granted, c.cancelled)
  FROM pointsvault.release_plan p
  LEFT JOIN LATERAL (SELECT sum(o.result) AS granted FROM own o WHERE o.of = p.seq AND o.rule = 'L1' AND o.what LIKE 'granted%') g ON true
  LEFT JOIN LATERAL (SELECT COALESCE(sum(o.result), 0) AS cancelled FROM own o JOIN pointsvault.journal j ON j.vault = differences.vault AND j.seq = o.of
                     WHERE o.kind = 'refund' AND o.what = 'of that grant, cancelled' AND j.cause = p.seq) c ON true
  WHERE p.vault = differences.vault AND (p.granted IS DISTINCT FROM g.granted OR p.cancelled <> c.cancelled)
  UNION ALL
  SELECT j.seq, 'close', format('released %s, told %s', d.released, o.result)
  FROM pointsvault.dividend_day d JOIN pointsvault.journal j ON j.vault = d.vault AND j.kind = 'close' AND j.day = d.day
  LEFT JOIN own o ON o.of = j.seq AND o.rule = 'L6' AND o.what LIKE 'released by all%'
  WHERE d.vault = differences.vault AND d.released <> COALESCE(o.result, 0)
  ORDER BY 1
$$;
