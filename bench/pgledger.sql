-- What it takes to measure pgledger, whose SQL was read before this: accounts by name,
-- and a sale of two transfers.  It prices nothing and knows no ref: the amount is
-- given as it would be of a shop that keeps the price elsewhere.

CREATE TABLE bench.pgledger_account (name text PRIMARY KEY, id text NOT NULL);

CREATE FUNCTION bench.pgledger_open(name text, currency text) RETURNS text LANGUAGE sql AS $$
  INSERT INTO bench.pgledger_account SELECT $1, a.id FROM pgledger_create_account($1, $2) a RETURNING id
$$;

CREATE FUNCTION bench.pgledger_id(name text) RETURNS text STABLE LANGUAGE sql
RETURN (SELECT a.id FROM bench.pgledger_account a WHERE a.name = $1);

CREATE FUNCTION bench.pgledger_purchase(member text, amount numeric) RETURNS bigint LANGUAGE sql AS $$
  SELECT count(*) FROM pgledger_create_transfers(
    (bench.pgledger_id('shop'), bench.pgledger_id('pool'), $2 * 0.3)::transfer_request,
    (bench.pgledger_id('mint'), bench.pgledger_id($1), $2 * 0.21)::transfer_request)
$$;

-- Members m1, m2, ... have an account for points each.
CREATE PROCEDURE bench.pgledger_enroll(members integer) LANGUAGE plpgsql AS $$
BEGIN
  PERFORM bench.pgledger_open('shop', 'CNY'), bench.pgledger_open('pool', 'CNY'), bench.pgledger_open('mint', 'points');
  FOR batch IN 1 .. members BY 10000 LOOP
    PERFORM bench.pgledger_open('m' || i, 'points') FROM generate_series(batch, LEAST(batch + 9999, members)) i;
    COMMIT;
  END LOOP;
END $$;

-- A sum of balances that is not 0, in which currency; no row where the books balance.
CREATE VIEW bench.pgledger_wrong AS
SELECT a.currency, sum(a.balance) FROM pgledger_accounts_view a GROUP BY 1 HAVING sum(a.balance) <> 0;
