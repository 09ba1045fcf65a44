-- A vault for an orders file, and a table for the file's rows as demo/read_orders.pl
-- writes them.

CREATE SCHEMA demo;

CREATE TABLE demo.order_line (
  line bigint PRIMARY KEY,
  ref text,
  customer text,
  amount numeric,
  day date,
  reason text,
  detail text,
  content text NOT NULL
);
COMMENT ON COLUMN demo.order_line.reason IS 'why the row is left out, NULL where it is not';
COMMENT ON COLUMN demo.order_line.content IS 'the row as it stands in the file, shortened';

CREATE FUNCTION demo.leave_out(o demo.order_line, reason text, detail text) RETURNS void
LANGUAGE sql AS $$
  UPDATE demo.order_line SET reason = leave_out.reason, detail = leave_out.detail WHERE line = o.line
$$;

-- What the vault refuses is undone for this row alone, and told.
CREATE FUNCTION demo.book_line(vault integer, zone text, o demo.order_line) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  receipt pointsvault.receipt;
  message text;
  token text;
BEGIN
  receipt := pointsvault.purchase(vault, o.customer, o.amount, o.ref,
                                  at => (o.day + time '12:00') AT TIME ZONE zone);
  IF receipt.replayed THEN
    PERFORM demo.leave_out(o, 'the same order as in an earlier row, booked once', 'ref ' || o.ref);
  END IF;
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, token = CONSTRAINT_NAME;
  PERFORM demo.leave_out(o, format('refused by the vault (%s %s)', SQLSTATE, token), message);
END
$$;

CREATE FUNCTION demo.enroll_customers(vault integer) RETURNS bigint
LANGUAGE sql AS $$
  SELECT pointsvault.enroll_many(vault, array_agg(customer ORDER BY first_line))
  FROM (
    SELECT customer, min(line) AS first_line
    FROM demo.order_line
    WHERE reason IS NULL
    GROUP BY customer
  ) c
$$;

CREATE FUNCTION demo.tell_progress(done bigint, total bigint, started timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  RAISE INFO '% of % orders, % a second', done, total,
    round(done / greatest(extract(epoch FROM clock_timestamp() - started), 0.001));
END
$$;

-- Books the rows in the order of the file, one purchase each, and commits now and
-- then, so that whoever looks meanwhile sees the vault move.  All customers are
-- enrolled before, in one call.
CREATE PROCEDURE demo.book_orders(vault integer, commit_every integer DEFAULT 5000)
LANGUAGE plpgsql AS $$
DECLARE
  zone text := (SELECT s.timezone FROM pointsvault.vault_status s WHERE s.vault = book_orders.vault);
  total bigint := (SELECT count(*) FROM demo.order_line WHERE reason IS NULL);
  done bigint := 0;
  started timestamptz := clock_timestamp();
  told timestamptz := started;
  o demo.order_line;
BEGIN
  PERFORM demo.enroll_customers(vault);
  FOR o IN SELECT * FROM demo.order_line WHERE reason IS NULL ORDER BY line LOOP
    PERFORM demo.book_line(vault, zone, o);
    done := done + 1;
    IF done % commit_every = 0 THEN
      COMMIT;
    END IF;
    IF clock_timestamp() > told + interval '1 second' THEN
      PERFORM demo.tell_progress(done, total, started);
      told := clock_timestamp();
    END IF;
  END LOOP;
  PERFORM demo.tell_progress(done, total, started);
END
$$;

\o /dev/null
SELECT pointsvault.create_vault('orders', pointsvault.preset('growth'));
