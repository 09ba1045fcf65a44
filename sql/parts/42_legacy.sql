-- ---------------------------------------------------------------------------
-- Old debts (MODEL 9, D1 to D3): what the house owed members before the vault.
-- ---------------------------------------------------------------------------

CREATE FUNCTION pointsvault.open_debt(
  vault integer, member text, amount numeric, ref text, note text DEFAULT NULL,
  at timestamptz DEFAULT NULL, meta jsonb DEFAULT NULL
) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_open_debt' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.open_debt(integer, text, numeric, text, text, timestamptz, jsonb) IS
  'books what the house owed a member before the vault (D1); nothing backs it. 55000 where the policy has no section legacy';

CREATE FUNCTION pointsvault.settle_debt(
  vault integer, member text, amount numeric, ref text, contribution numeric DEFAULT NULL,
  at timestamptz DEFAULT NULL, meta jsonb DEFAULT NULL
) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_settle_debt' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.settle_debt(integer, text, numeric, text, numeric, timestamptz, jsonb) IS
  'goods are handed over for a part of an old debt: the platform pays a contribution into the pool, and the member is minted points for it that are released over days (D2, D3), then exits due are booked (G7); more than is owed is 23514, a contribution above the policy''s rate 42501 but for profile treasurer';

CREATE FUNCTION pointsvault.settle_debt_at_commit(
  vault integer, member text, amount numeric, ref text, contribution numeric DEFAULT NULL,
  at timestamptz DEFAULT NULL, meta jsonb DEFAULT NULL
) RETURNS void
  AS 'MODULE_PATHNAME', 'pv_sql_settle_debt_at_commit' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.settle_debt_at_commit(integer, text, numeric, text, numeric, timestamptz, jsonb) IS
  'has a settle_debt booked as the transaction commits: arguments and rights are judged now, all else then, and what is refused then refuses the commit; get_receipt has the receipt afterwards';

CREATE FUNCTION pointsvault.quote_settle_debt(
  vault integer, amount numeric, contribution numeric DEFAULT NULL
) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_quote_settle_debt' LANGUAGE C STABLE;
COMMENT ON FUNCTION pointsvault.quote_settle_debt(integer, numeric, numeric) IS
  'what a settle_debt would mint now to a member who is owed as much; exact for the caller''s snapshot, locks nothing';
