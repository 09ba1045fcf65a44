-- ---------------------------------------------------------------------------
-- Shares of the company (MODEL §9, Q1 to Q4): what a share costs, conversions of points,
-- allotments with a lock, deliveries; the grants, and an export of them.
-- ---------------------------------------------------------------------------

CREATE FUNCTION pointsvault.set_stock_price(
  vault integer, price numeric, ref text, at timestamptz DEFAULT NULL, meta jsonb DEFAULT NULL
) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_set_stock_price' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.set_stock_price(integer, numeric, text, timestamptz, jsonb) IS
  'sets what a share costs when points are converted (Q1); NULL closes it';

CREATE FUNCTION pointsvault.convert_to_stock(
  vault integer, member text, points numeric, ref text, min_shares bigint DEFAULT NULL,
  at timestamptz DEFAULT NULL, meta jsonb DEFAULT NULL
) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_convert_to_stock' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.convert_to_stock(integer, text, numeric, text, bigint, timestamptz, jsonb) IS
  'turns at most so many points into whole shares at their price (Q1); only the points that they cost are burned, the receipt''s item says how many shares they are; none is 22023, none left of the total 23514, no price 55000';

CREATE FUNCTION pointsvault.convert_to_stock_at_commit(
  vault integer, member text, points numeric, ref text, min_shares bigint DEFAULT NULL,
  at timestamptz DEFAULT NULL, meta jsonb DEFAULT NULL
) RETURNS void
  AS 'MODULE_PATHNAME', 'pv_sql_convert_to_stock_at_commit' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.convert_to_stock_at_commit(integer, text, numeric, text, bigint, timestamptz, jsonb) IS
  'has a convert_to_stock booked as the transaction commits: arguments and rights are judged now, all else then, and what is refused then refuses the commit; get_receipt has the receipt afterwards';

CREATE FUNCTION pointsvault.allot(
  vault integer, member text, shares bigint, ref text, free_from date, parts integer DEFAULT 1,
  part_months integer DEFAULT 1, reason text DEFAULT NULL, at timestamptz DEFAULT NULL, meta jsonb DEFAULT NULL
) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_allot' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.allot(integer, text, bigint, text, date, integer, integer, text, timestamptz, jsonb) IS
  'gives a member shares for nothing that come free in parts, the first from free_from on, each other part_months calendar months later (Q3); more than the total leaves is 23514';

CREATE FUNCTION pointsvault.deliver_stock(
  vault integer, member text, shares bigint, ref text, destination text, at timestamptz DEFAULT NULL,
  meta jsonb DEFAULT NULL
) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_deliver_stock' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.deliver_stock(integer, text, bigint, text, text, timestamptz, jsonb) IS
  'books that free shares were handed over to a depository or an exchange, of the oldest grants first (Q4); more than is free is 55000, which says how many are, and when the next come free';

CREATE FUNCTION pointsvault.quote_convert_to_stock(vault integer, points numeric, member text DEFAULT NULL) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_quote_convert_to_stock' LANGUAGE C STABLE;
COMMENT ON FUNCTION pointsvault.quote_convert_to_stock(integer, numeric, text) IS
  'how many shares so many points would bring now, and how many of them they would cost; exact for the caller''s snapshot, locks nothing: pass min_shares to be sure';

CREATE FUNCTION pointsvault.months_after(day date, months bigint) RETURNS date
  AS 'MODULE_PATHNAME', 'pv_sql_months_after' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pointsvault.months_after(date, bigint) IS
  'the day so many calendar months after another, or the last of its month where that has no such day (Q3); NULL beyond the days that a lock may name';

CREATE FUNCTION pointsvault.stock_unlocked(
  shares bigint, free_from date, parts integer, part_months integer, day date
) RETURNS bigint
  AS 'MODULE_PATHNAME', 'pv_sql_stock_unlocked' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pointsvault.stock_unlocked(bigint, date, integer, integer, date) IS
  'how many shares of a grant are free on a day by its lock, delivered or not (Q3)';

CREATE FUNCTION pointsvault.stock_next_free(
  shares bigint, free_from date, parts integer, part_months integer, day date
) RETURNS date
  AS 'MODULE_PATHNAME', 'pv_sql_stock_next_free' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pointsvault.stock_next_free(bigint, date, integer, integer, date) IS
  'the next day after one on which more shares of a grant come free, NULL where all are';

CREATE VIEW pointsvault.stock_grant AS
SELECT s.vault, m.name AS member, s.seq, s.shares,
       GREATEST(pointsvault.stock_unlocked(s.shares, s.free_from, s.parts, s.part_months, today.day) - s.delivered, 0) AS free,
       s.delivered,
       pointsvault.stock_next_free(s.shares, s.free_from, s.parts, s.part_months, today.day) AS next_free,
       s.free_from, s.parts, s.part_months
FROM pointsvault.stock_data s
JOIN pointsvault.member_data m ON m.vault = s.vault AND m.id = s.member
CROSS JOIN LATERAL (
  SELECT pointsvault.today(s.vault) AS day OFFSET 0
) today;
COMMENT ON VIEW pointsvault.stock_grant IS 'a row for each convert_to_stock and allot: its shares, and what of them may be delivered today (Q3, Q4)';
COMMENT ON COLUMN pointsvault.stock_grant.member IS 'whose they are: to whom they came, or who took over from that one by a merge';
COMMENT ON COLUMN pointsvault.stock_grant.seq IS 'the journal row that brought them';
COMMENT ON COLUMN pointsvault.stock_grant.free IS 'how many can be delivered today: those that are free less those delivered';
COMMENT ON COLUMN pointsvault.stock_grant.next_free IS 'the next day after today on which more come free, NULL where none do';
COMMENT ON COLUMN pointsvault.stock_grant.free_from IS 'the day on which the first part is free';
COMMENT ON COLUMN pointsvault.stock_grant.parts IS 'in how many parts the shares come free';
COMMENT ON COLUMN pointsvault.stock_grant.part_months IS 'calendar months from each part to the next';

-- Objects of the Open Cap Table Format, each with the type that a file of them is of.
-- Amounts and quantities are texts there.
CREATE FUNCTION pointsvault.ocf_objects(vault integer, OUT object jsonb) RETURNS SETOF jsonb
LANGUAGE sql STABLE ROWS 1000
BEGIN ATOMIC
  SELECT jsonb_build_object(
    'object_type', 'STOCK_CLASS', 'id', format('stock-%s', v.id), 'name', v.name, 'class_type', 'COMMON',
    'default_id_prefix', format('%s-', v.id), 'initial_shares_authorized', COALESCE(p.document->'stock'->>'total', '6000000000'),
    'votes_per_share', '1', 'seniority', '1')
  FROM pointsvault.vault v
  CROSS JOIN LATERAL (
    SELECT d.document FROM pointsvault.policy_data d WHERE d.vault = v.id AND d.document ? 'stock' ORDER BY d.version DESC LIMIT 1
  ) p
  WHERE v.id = $1
  UNION ALL
  SELECT jsonb_build_object(
    'object_type', 'STAKEHOLDER', 'id', format('stakeholder-%s', m.id),
    'name', jsonb_build_object('legal_name', m.name), 'stakeholder_type', 'INDIVIDUAL', 'issuer_assigned_id', m.name)
  FROM pointsvault.member_data m
  WHERE m.vault = $1 AND EXISTS (SELECT FROM pointsvault.stock_data s WHERE s.vault = $1 AND s.member = m.id)
  UNION ALL
  SELECT jsonb_build_object(
    'object_type', 'VESTING_TERMS', 'id', format('lock-%s-%s', t.parts, t.part_months),
    'name', format('%s parts, %s months apart', t.parts, t.part_months),
    'description', 'Of s shares, the whole number below s * i / parts is free from part i on.',
    'allocation_type', 'CUMULATIVE_ROUND_DOWN',
    'vesting_conditions', jsonb_build_array(jsonb_build_object(
      'id', 'first', 'portion', jsonb_build_object('numerator', '1', 'denominator', t.parts::text),
      'trigger', jsonb_build_object('type', 'VESTING_START_DATE'),
      'next_condition_ids', CASE WHEN t.parts > 1 THEN '["next"]'::jsonb ELSE '[]'::jsonb END))
      || CASE WHEN t.parts > 1 THEN jsonb_build_array(jsonb_build_object(
      'id', 'next', 'portion', jsonb_build_object('numerator', '1', 'denominator', t.parts::text),
      'trigger', jsonb_build_object(
        'type', 'VESTING_SCHEDULE_RELATIVE', 'relative_to_condition_id', 'first',
        'period', jsonb_build_object('type', 'MONTHS', 'length', t.part_months, 'occurrences', t.parts - 1,
                                     'day_of_month', 'VESTING_START_DAY_OR_LAST_DAY_OF_MONTH')),
      'next_condition_ids', '[]'::jsonb)) ELSE '[]'::jsonb END)
  FROM (SELECT DISTINCT s.parts, s.part_months FROM pointsvault.stock_data s WHERE s.vault = $1) t
  UNION ALL
  SELECT jsonb_build_object(
    'object_type', 'TX_STOCK_ISSUANCE', 'id', format('issuance-%s', s.seq), 'security_id', format('security-%s', s.seq),
    'custom_id', format('%s-%s', s.vault, s.seq), 'date', to_char(j.day, 'YYYY-MM-DD'),
    'stakeholder_id', format('stakeholder-%s', s.member), 'stock_class_id', format('stock-%s', s.vault),
    'quantity', s.shares::text,
    'share_price', jsonb_build_object(
      'amount', COALESCE(trim_scale(j.cash::numeric / NULLIF(s.shares, 0)), 0)::text, 'currency', v.currency),
    'vesting_terms_id', format('lock-%s-%s', s.parts, s.part_months),
    'vestings', (
      SELECT jsonb_agg(jsonb_build_object('date', to_char(part.day, 'YYYY-MM-DD'), 'amount', part.shares::text) ORDER BY part.i)
      FROM (
        SELECT i, pointsvault.months_after(s.free_from, (i - 1) * s.part_months::bigint) AS day,
               trunc(s.shares::numeric * i / s.parts) - trunc(s.shares::numeric * (i - 1) / s.parts) AS shares
        FROM generate_series(1, s.parts) i
      ) part
      WHERE part.shares > 0),
    'security_law_exemptions', '[]'::jsonb, 'stock_legend_ids', '[]'::jsonb,
    'comments', jsonb_build_array(format('%s %s, journal row %s', pointsvault.kind_name(j.kind), j.ref, s.seq)))
  FROM pointsvault.stock_data s
  JOIN pointsvault.vault v ON v.id = s.vault
  JOIN pointsvault.journal_data j ON j.vault = s.vault AND j.seq = s.seq
  WHERE s.vault = $1;
END;
COMMENT ON FUNCTION pointsvault.ocf_objects(integer) IS 'internal: what stock_ocf() tells';

CREATE FUNCTION pointsvault.stock_ocf(vault integer) RETURNS SETOF jsonb
  AS 'MODULE_PATHNAME', 'pv_sql_stock_ocf' LANGUAGE C STABLE ROWS 1000;
COMMENT ON FUNCTION pointsvault.stock_ocf(integer) IS
  'the shares of a vault as objects of the Open Cap Table Format: its stock class, who has grants, how they vest, and an issuance for each grant';
