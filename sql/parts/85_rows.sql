-- ---------------------------------------------------------------------------
-- Whose rows a reader sees: those of the vaults that readable_vaults() names, for the
-- table.  "= ANY" is for the indexes.  Where none is used, what the reader asks for
-- would be looked at first, and EXPLAIN tell by what was never executed that no row has
-- it: is_among() costs less than any operator and so goes before.
--
-- From PostgreSQL 15 on that is a policy of row security on each table that views
-- read, and the views have their invoker's rights: keys, ORDER BY and LIMIT get through
-- them.  grant_access() gives the columns that a profile's views name, and no others.
-- PostgreSQL 14 has no such views: there each names the rows it may read in the place
-- of a table, has its owner's rights and a security barrier, and tables stay closed.
--
-- An upgrade does it to what is new: a view that was replaced has lost its options.
-- ---------------------------------------------------------------------------

DO $$
DECLARE
  views text[] := '{member,holding,lot,journal,posting,release_plan,queue,dividend_day,job_run,agent,commission,stock_grant,item,partner}';
  tables text[] := '{member_data,holding_data,class_data,lot_data,journal_data,movement_data,policy_data,plan_data,team_data,queue_data,day_data,job_data,agent_data,stock_data,series_data,item_data,partner_data}';
  readable text := 'vault = ANY ((SELECT pointsvault.readable_vaults(%1$L))::pg_catalog.int4[]) '
    'AND pointsvault.is_among(vault, (SELECT pointsvault.readable_vaults(%1$L)))';
  has_invoker boolean := pg_catalog.current_setting('server_version_num')::integer >= 150000;
  name text;
BEGIN
  -- so that the text of views names relations in full
  PERFORM pg_catalog.set_config('search_path', 'pg_catalog', true);
  FOREACH name IN ARRAY CASE WHEN has_invoker THEN tables ELSE '{}' END LOOP
    CONTINUE WHEN (SELECT c.relrowsecurity FROM pg_catalog.pg_class c WHERE c.oid = ('pointsvault.' || name)::pg_catalog.regclass);
    EXECUTE pg_catalog.format('ALTER TABLE pointsvault.%I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE pg_catalog.format('CREATE POLICY readable ON pointsvault.%I FOR SELECT USING (' || readable || ')', name);
  END LOOP;
  FOREACH name IN ARRAY views LOOP
    CONTINUE WHEN (SELECT c.reloptions IS NOT NULL FROM pg_catalog.pg_class c WHERE c.oid = ('pointsvault.' || name)::pg_catalog.regclass);
    IF has_invoker THEN
      EXECUTE pg_catalog.format('ALTER VIEW pointsvault.%I SET (security_invoker = true)', name);
    ELSE
      EXECUTE pg_catalog.format('CREATE OR REPLACE VIEW pointsvault.%I WITH (security_barrier) AS ', name)
        || pg_catalog.regexp_replace(pg_catalog.pg_get_viewdef(('pointsvault.' || name)::pg_catalog.regclass),
             'pointsvault\.(\w+_data) (\w+)', '(SELECT * FROM pointsvault.\1 WHERE ' || pg_catalog.format(readable, name) || ') \2', 'g');
    END IF;
  END LOOP;
END $$;
