-- A vault for an orders file, in the file's currency, and tables for what
-- demo/read_orders.pl found in it.

CREATE SCHEMA demo;

CREATE TABLE demo.order_event (
  nr bigint PRIMARY KEY,
  line bigint NOT NULL,
  kind text NOT NULL CHECK (kind IN ('purchase', 'refund')),
  ref text NOT NULL,
  purchase_ref text,
  customer text NOT NULL,
  amount numeric NOT NULL,
  day date NOT NULL
);
COMMENT ON TABLE demo.order_event IS 'what is to be booked, by nr in the order of days';

CREATE TABLE demo.order_row (
  line bigint NOT NULL,
  content text NOT NULL,
  order_line bigint,
  reason text,
  detail text,
  lost boolean NOT NULL
);
COMMENT ON TABLE demo.order_row IS 'the rows of the file, and once more those of which only a part was booked';
COMMENT ON COLUMN demo.order_row.content IS 'the row as it stands in the file, shortened';
COMMENT ON COLUMN demo.order_row.order_line IS 'the first row of the order that the row is of, where it is booked';
COMMENT ON COLUMN demo.order_row.reason IS 'why the row is left out, NULL where it is not';
COMMENT ON COLUMN demo.order_row.lost IS 'whether it could have been booked, had it been readable';
CREATE INDEX ON demo.order_row (line);

CREATE FUNCTION demo.leave_out(e demo.order_event, reason text, detail text) RETURNS void
LANGUAGE sql AS $$
  INSERT INTO demo.order_row (line, content, reason, detail, lost)
  SELECT e.line, content, leave_out.reason, leave_out.detail, true
  FROM demo.order_row WHERE line = e.line LIMIT 1
$$;

-- What the vault refuses is undone for this event alone, and told.
CREATE FUNCTION demo.book_event(vault integer, zone text, e demo.order_event) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  at timestamptz := (e.day + time '12:00') AT TIME ZONE zone;
  message text;
  token text;
BEGIN
  IF e.kind = 'purchase' THEN
    PERFORM pointsvault.purchase(vault, e.customer, e.amount, e.ref, at => at);
  ELSE
    PERFORM pointsvault.refund(vault, e.purchase_ref, e.ref, e.amount, at => at);
  END IF;
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, token = CONSTRAINT_NAME;
  PERFORM demo.leave_out(e, format('%s refused by the vault (%s %s)', e.kind, SQLSTATE, token), message);
END
$$;

CREATE FUNCTION demo.enroll_customers(vault integer) RETURNS bigint
LANGUAGE sql AS $$
  SELECT pointsvault.enroll_many(vault, array_agg(customer ORDER BY first))
  FROM (
    SELECT customer, min(nr) AS first
    FROM demo.order_event
    WHERE kind = 'purchase'
    GROUP BY customer
  ) c
$$;

CREATE FUNCTION demo.tell_progress(done bigint, total bigint, started timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  RAISE INFO '% of % orders and refunds, % a second', done, total,
    round(done / greatest(extract(epoch FROM clock_timestamp() - started), 0.001));
END
$$;

-- Books day by day, one call each, and commits now and then, so that whoever looks
-- meanwhile sees the vault move.  All customers are enrolled before, in one call.
CREATE PROCEDURE demo.book_orders(vault integer, commit_every integer DEFAULT 5000)
LANGUAGE plpgsql AS $$
DECLARE
  zone text := (SELECT s.timezone FROM pointsvault.vault_status s WHERE s.vault = book_orders.vault);
  total bigint := (SELECT count(*) FROM demo.order_event);
  done bigint := 0;
  started timestamptz := clock_timestamp();
  told timestamptz := started;
  e demo.order_event;
BEGIN
  PERFORM demo.enroll_customers(vault);
  FOR e IN SELECT * FROM demo.order_event ORDER BY nr LOOP
    PERFORM demo.book_event(vault, zone, e);
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
SELECT pointsvault.create_vault('orders', pointsvault.preset('growth'), :'currency');
