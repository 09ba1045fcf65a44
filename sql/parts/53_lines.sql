-- ---------------------------------------------------------------------------
-- Lines: who stands below whom (M2)
-- ---------------------------------------------------------------------------

CREATE FUNCTION pointsvault.team_figures(
  vault integer,
  OUT id bigint, OUT member text, OUT sponsor text, OUT depth integer, OUT team_members bigint, OUT levels integer
) RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'pv_sql_team_figures' LANGUAGE C STABLE ROWS 1000;
COMMENT ON FUNCTION pointsvault.team_figures(integer) IS
  'the lines of a vault, for the view team: whom each stands below, how many stand above and below it, and on how many levels; those who were merged are not in it';

-- With its owner's rights: its rows come from a function, which judges the caller, and
-- has names too, as a planner that knows little of what it returns would join badly.
CREATE VIEW pointsvault.team WITH (security_barrier) AS
SELECT v.id AS vault, f.member, f.sponsor, f.depth, f.team_members,
       t.team_sales, t.star, t.rank, f.levels
FROM (
  SELECT id FROM pointsvault.vault
  WHERE id = ANY ((SELECT pointsvault.readable_vaults('team'))::integer[]) OFFSET 0
) v
CROSS JOIN LATERAL pointsvault.team_figures(v.id) f
LEFT JOIN LATERAL (
  -- a close keeps no row of who has no team, and 0 of who has no star or rank: NULL is both
  SELECT d.team_sales::numeric AS team_sales, NULLIF(d.star, 0)::integer AS star, NULLIF(d.rank, 0)::integer AS rank
  FROM pointsvault.team_data d WHERE d.vault = v.id AND d.member = f.id OFFSET 0
) t ON true;
COMMENT ON VIEW pointsvault.team IS
  'a row for each member of a vault: where it stands in its line. The whole vault is gone through for each query: team_of() shows one line';
COMMENT ON COLUMN pointsvault.team.sponsor IS 'whom the member stands below; NULL: nobody, it is the organiser of its line';
COMMENT ON COLUMN pointsvault.team.depth IS 'how many stand above it: 0 for the organiser of a line, 1 for those it brought, and so on';
COMMENT ON COLUMN pointsvault.team.team_members IS 'how many stand below it, on all levels, itself not counted';
COMMENT ON COLUMN pointsvault.team.levels IS 'on how many levels they stand';
COMMENT ON COLUMN pointsvault.team.team_sales IS
  'what all below bought, less what was returned, as of the last close (L4), where the policy has release plans or commissions; NULL: no close took any, or neither it nor anybody below bought by then. team_of() has it as of now, in any vault';
COMMENT ON COLUMN pointsvault.team.star IS 'the star by which the last close paid it (L4), NULL: none, or no close took any';
COMMENT ON COLUMN pointsvault.team.rank IS 'the rank that orders since the last close pay it by (M1), NULL: none, or no close took any';

CREATE FUNCTION pointsvault.team_of(
  vault integer, member text, depth integer DEFAULT NULL,
  OUT level integer, OUT name text, OUT sponsor text, OUT own_sales numeric, OUT team_sales numeric,
  OUT points numeric, OUT cash numeric, OUT team_members bigint, OUT star integer, OUT rank integer
) RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'pv_sql_team_of' LANGUAGE C STABLE ROWS 100;
COMMENT ON FUNCTION pointsvault.team_of(integer, text, integer) IS
  'the line of a member down to a depth, NULL: all of it: the member at level 0, those it brought at level 1, and so on, each level in the order of enrolment. own_sales: what it bought less what was returned, by now; team_sales: the same of all below it, its own apart; team_members: how many these are; star and rank as of the last close, NULL: none, or no close took any; cash: with all that closes paid and is not posted yet';
