-- ---------------------------------------------------------------------------
-- Set up: vaults, policies, members, access
-- ---------------------------------------------------------------------------

CREATE FUNCTION pointsvault.preset(name text) RETURNS jsonb
  AS 'MODULE_PATHNAME', 'pv_sql_preset' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION pointsvault.preset(text) IS
  'a whole policy by name (MODEL 10): growth, growth-profit, cycle, energy, release, release-flat; another name is error 22023';

CREATE FUNCTION pointsvault.create_vault(
  name text, policy jsonb DEFAULT pointsvault.preset('growth'),
  currency text DEFAULT 'CNY', timezone text DEFAULT 'Asia/Shanghai',
  if_not_exists boolean DEFAULT false
) RETURNS integer
  AS 'MODULE_PATHNAME', 'pv_sql_create_vault' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.create_vault(text, jsonb, text, text, boolean) IS
  'makes a vault and returns its id; the policy is checked whole (22023 names the key''s path); a name in use is 23505, whose detail says whether that vault was made with the same arguments; if_not_exists: returns its id then, with a notice, and is 23505 only for other arguments';

CREATE FUNCTION pointsvault.set_policy(vault integer, policy jsonb) RETURNS integer
  AS 'MODULE_PATHNAME', 'pv_sql_set_policy' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.set_policy(integer, jsonb) IS
  'lays a merge patch over the policy in force and returns the new version, which later events use (M3); null takes a key back to its default';

CREATE FUNCTION pointsvault.vault_id(name text) RETURNS integer
  AS 'MODULE_PATHNAME', 'pv_sql_vault_id' LANGUAGE C STABLE;
COMMENT ON FUNCTION pointsvault.vault_id(text) IS 'the id of the vault of that name; P0002 where there is none';

CREATE FUNCTION pointsvault.suspend_vault(vault integer, reason text) RETURNS void
  AS 'MODULE_PATHNAME', 'pv_sql_suspend_vault' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.suspend_vault(integer, text) IS
  'the vault refuses events (55000) and answers reads until resumed; journalled with the reason';

CREATE FUNCTION pointsvault.resume_vault(vault integer) RETURNS void
  AS 'MODULE_PATHNAME', 'pv_sql_resume_vault' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.resume_vault(integer) IS 'ends a suspension; journalled; 55000 where the vault is not suspended';

CREATE FUNCTION pointsvault.begin_import(vault integer) RETURNS void
  AS 'MODULE_PATHNAME', 'pv_sql_begin_import' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.begin_import(integer) IS
  'opens the vault for a history: until end_import() no job and no settler touches it, an event without "at" is 55000 and a new policy closes no day; journalled; 55000 where the vault is being imported already';

CREATE FUNCTION pointsvault.open_balances(
  vault integer, members text[], points numeric[], cash numeric[], credits numeric[], quota numeric[],
  shares bigint[], days date[], count_in_cap boolean DEFAULT false, refs text[] DEFAULT NULL
) RETURNS bigint
  AS 'MODULE_PATHNAME', 'pv_sql_open_balances' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.open_balances(integer, text[], numeric[], numeric[], numeric[], numeric[], bigint[], date[], boolean, text[]) IS
  'books what members had before the vault, during an import (else 55000), each element an event at the start of its day, in the order of the days, and returns how many were new; points (paid into the pool as granted ones, a lot each) and the points that back credits count toward issue_cap only where count_in_cap says so; with refs it can be called again; all or none';

CREATE FUNCTION pointsvault.end_import(vault integer) RETURNS void
  AS 'MODULE_PATHNAME', 'pv_sql_end_import' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.end_import(integer) IS
  'ends an import, and says by a notice which days are now to be closed; journalled; 55000 where the vault is not being imported';

CREATE FUNCTION pointsvault.enroll(
  vault integer, member text, sponsor text DEFAULT NULL, region text DEFAULT NULL,
  merchant boolean DEFAULT false
) RETURNS bigint
  AS 'MODULE_PATHNAME', 'pv_sql_enroll' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.enroll(integer, text, text, text, boolean) IS
  'enrolls a member under the caller''s own id for the person, 1 to 255 bytes; the same call again returns the same number, other arguments are 23505, an unknown sponsor P0002; takes no lock that events wait for';

CREATE FUNCTION pointsvault.enroll_many(
  vault integer, members text[], sponsors text[] DEFAULT NULL, regions text[] DEFAULT NULL,
  merchants boolean[] DEFAULT NULL
) RETURNS bigint
  AS 'MODULE_PATHNAME', 'pv_sql_enroll_many' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.enroll_many(integer, text[], text[], text[], boolean[]) IS
  'enrolls a list and returns how many were new; a sponsor may stand in the list before those it brings; all or none';

CREATE FUNCTION pointsvault.rename_member(vault integer, member text, new_name text) RETURNS void
  AS 'MODULE_PATHNAME', 'pv_sql_rename_member' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.rename_member(integer, text, text) IS
  'gives a member another name: the journal knows members by number, so the old name is nowhere kept; journalled without names; a name in use, or kept for who was erased, is 23505';

CREATE FUNCTION pointsvault.erase_member(vault integer, member text) RETURNS text
  AS 'MODULE_PATHNAME', 'pv_sql_erase_member' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.erase_member(integer, text) IS
  'for a person''s right to be forgotten: leaves of a member its number, and returns the name that it has then, which nobody else can get. Its name, region, notes and meta are gone from all tables, and the salt that they are hashed with in the log; balances, verify and proofs stay as they are; journalled';

CREATE FUNCTION pointsvault.set_member(
  vault integer, member text, region text DEFAULT NULL, merchant boolean DEFAULT NULL
) RETURNS void
  AS 'MODULE_PATHNAME', 'pv_sql_set_member' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.set_member(integer, text, text, boolean) IS
  'changes what enroll() said of a member: NULL leaves it as it is, an empty region takes it away; journalled where anything changes';

CREATE FUNCTION pointsvault.suspend_member(vault integer, member text, reason text) RETURNS void
  AS 'MODULE_PATHNAME', 'pv_sql_suspend_member' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.suspend_member(integer, text, text) IS
  'nothing may be taken from the member until resumed (55000), be it points, credits, cash, rewards, shares of stock, items or old debts; what brings it something goes on, and so do exits and refunds; journalled with the reason';

CREATE FUNCTION pointsvault.resume_member(vault integer, member text) RETURNS void
  AS 'MODULE_PATHNAME', 'pv_sql_resume_member' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.resume_member(integer, text) IS
  'ends a suspension; journalled; 55000 where the member is not suspended';

CREATE FUNCTION pointsvault.appoint_agent(vault integer, member text, region text) RETURNS void
  AS 'MODULE_PATHNAME', 'pv_sql_appoint_agent' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.appoint_agent(integer, text, text) IS
  'makes a member the agent of a region, in the place of who was: 2 digits a province, 4 a city, 6 a district (M1), any other code is 22023; commissions of orders from now on are its; journalled where anything changes';

CREATE FUNCTION pointsvault.grant_access(role name, profile text, vault integer DEFAULT NULL) RETURNS void
  AS 'MODULE_PATHNAME', 'pv_sql_grant_access' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.grant_access(name, text, integer) IS
  'lets a role act by a profile (shop, cashier, treasurer, jobs, admin, auditor, monitor) on one vault, or on all';

CREATE FUNCTION pointsvault.revoke_access(role name, profile text, vault integer DEFAULT NULL) RETURNS void
  AS 'MODULE_PATHNAME', 'pv_sql_revoke_access' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.revoke_access(name, text, integer) IS
  'takes one grant_access back; without any left the role has no privilege in the schema';

CREATE FUNCTION pointsvault.readable_vaults(view text) RETURNS integer[]
  AS 'MODULE_PATHNAME', 'pv_sql_readable_vaults' LANGUAGE C STABLE PARALLEL SAFE;
COMMENT ON FUNCTION pointsvault.readable_vaults(text) IS
  'the vaults whose rows a view of the extension, or a table below its views, shows the caller, with 0 in front where it sees what concerns all vaults too';

CREATE FUNCTION pointsvault.is_among(vault integer, vaults integer[]) RETURNS boolean
  AS 'MODULE_PATHNAME', 'pv_sql_is_among' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 0.0001;
COMMENT ON FUNCTION pointsvault.is_among(integer, integer[]) IS
  'for the views: whether a vault is in a list, asked before anything else of a row';
