/* pointsvault: a points vault and ledger inside the shop's own database */

-- complain if script is sourced in psql, rather than via CREATE EXTENSION
\echo Use "CREATE EXTENSION pointsvault" to load this file. \quit

-- The schema is the extension's own: one that is there already may hold operators
-- that another role made.  Names are looked up in pg_catalog alone (see the
-- control file), so that nothing but what is named in full is found elsewhere.
CREATE SCHEMA pointsvault;
COMMENT ON SCHEMA pointsvault IS 'points vaults: accounts, events and their journal; see the extension''s README';
-- ---------------------------------------------------------------------------
-- Types: what the tables store, and what users may use in tables of their own.
-- To numeric implicitly, from numeric and integers in assignments only, so that
-- a column of these types behaves in any expression as a numeric does.
-- ---------------------------------------------------------------------------

CREATE TYPE pointsvault.amount;
CREATE FUNCTION pointsvault.amount_in(cstring) RETURNS pointsvault.amount
  AS 'MODULE_PATHNAME', 'pv_amount_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pointsvault.amount_in(cstring) IS 'text input of type amount';
CREATE FUNCTION pointsvault.amount_out(pointsvault.amount) RETURNS cstring
  AS 'MODULE_PATHNAME', 'pv_amount_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pointsvault.amount_out(pointsvault.amount) IS 'text output of type amount';
CREATE FUNCTION pointsvault.amount_recv(internal) RETURNS pointsvault.amount
  AS 'int8recv' LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pointsvault.amount_recv(internal) IS 'binary input of type amount';
CREATE FUNCTION pointsvault.amount_send(pointsvault.amount) RETURNS bytea
  AS 'int8send' LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pointsvault.amount_send(pointsvault.amount) IS 'binary output of type amount';
CREATE TYPE pointsvault.amount (
  INPUT = pointsvault.amount_in, OUTPUT = pointsvault.amount_out,
  RECEIVE = pointsvault.amount_recv, SEND = pointsvault.amount_send,
  LIKE = pg_catalog.int8, CATEGORY = 'N'
);
COMMENT ON TYPE pointsvault.amount IS
  'currency, credits, cash or quota: a 64-bit integer of 1/10 000 currency unit (U1), shown as a plain decimal';

CREATE TYPE pointsvault.points;
CREATE FUNCTION pointsvault.points_in(cstring) RETURNS pointsvault.points
  AS 'MODULE_PATHNAME', 'pv_points_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pointsvault.points_in(cstring) IS 'text input of type points';
CREATE FUNCTION pointsvault.points_out(pointsvault.points) RETURNS cstring
  AS 'MODULE_PATHNAME', 'pv_points_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pointsvault.points_out(pointsvault.points) IS 'text output of type points';
CREATE FUNCTION pointsvault.points_recv(internal) RETURNS pointsvault.points
  AS 'int8recv' LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pointsvault.points_recv(internal) IS 'binary input of type points';
CREATE FUNCTION pointsvault.points_send(pointsvault.points) RETURNS bytea
  AS 'int8send' LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pointsvault.points_send(pointsvault.points) IS 'binary output of type points';
CREATE TYPE pointsvault.points (
  INPUT = pointsvault.points_in, OUTPUT = pointsvault.points_out,
  RECEIVE = pointsvault.points_recv, SEND = pointsvault.points_send,
  LIKE = pg_catalog.int8, CATEGORY = 'N'
);
COMMENT ON TYPE pointsvault.points IS
  'appreciating points: a 64-bit integer of 1e-8 point (U2), shown as a plain decimal';

CREATE TYPE pointsvault.price;
CREATE FUNCTION pointsvault.price_in(cstring) RETURNS pointsvault.price
  AS 'MODULE_PATHNAME', 'pv_price_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pointsvault.price_in(cstring) IS 'text input of type price';
CREATE FUNCTION pointsvault.price_out(pointsvault.price) RETURNS cstring
  AS 'MODULE_PATHNAME', 'pv_price_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pointsvault.price_out(pointsvault.price) IS 'text output of type price';
CREATE FUNCTION pointsvault.price_recv(internal) RETURNS pointsvault.price
  AS 'MODULE_PATHNAME', 'pv_price_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pointsvault.price_recv(internal) IS 'binary input of type price';
CREATE FUNCTION pointsvault.price_send(pointsvault.price) RETURNS bytea
  AS 'MODULE_PATHNAME', 'pv_price_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pointsvault.price_send(pointsvault.price) IS 'binary output of type price';
CREATE TYPE pointsvault.price (
  INPUT = pointsvault.price_in, OUTPUT = pointsvault.price_out,
  RECEIVE = pointsvault.price_recv, SEND = pointsvault.price_send,
  INTERNALLENGTH = 16, ALIGNMENT = double, STORAGE = plain, CATEGORY = 'N'
);
COMMENT ON TYPE pointsvault.price IS
  'currency per point as an exact ratio of two 64-bit integers (U3), written amount/points';

-- Casts ----------------------------------------------------------------------

CREATE FUNCTION pointsvault.to_numeric(pointsvault.amount) RETURNS numeric
  AS 'MODULE_PATHNAME', 'pv_amount_to_numeric' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pointsvault.to_numeric(pointsvault.amount) IS 'cast of amount to numeric, exact';
CREATE CAST (pointsvault.amount AS numeric) WITH FUNCTION pointsvault.to_numeric(pointsvault.amount) AS IMPLICIT;
CREATE FUNCTION pointsvault.to_amount(numeric) RETURNS pointsvault.amount
  AS 'MODULE_PATHNAME', 'pv_amount_from_numeric' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pointsvault.to_amount(numeric) IS 'cast of numeric to amount, exact or error 22003';
CREATE CAST (numeric AS pointsvault.amount) WITH FUNCTION pointsvault.to_amount(numeric) AS ASSIGNMENT;
CREATE FUNCTION pointsvault.to_amount(smallint) RETURNS pointsvault.amount
  AS 'MODULE_PATHNAME', 'pv_amount_from_int2' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pointsvault.to_amount(smallint) IS 'cast of smallint to amount, exact or error 22003';
CREATE CAST (smallint AS pointsvault.amount) WITH FUNCTION pointsvault.to_amount(smallint) AS ASSIGNMENT;
CREATE FUNCTION pointsvault.to_amount(integer) RETURNS pointsvault.amount
  AS 'MODULE_PATHNAME', 'pv_amount_from_int4' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pointsvault.to_amount(integer) IS 'cast of integer to amount, exact or error 22003';
CREATE CAST (integer AS pointsvault.amount) WITH FUNCTION pointsvault.to_amount(integer) AS ASSIGNMENT;
CREATE FUNCTION pointsvault.to_amount(bigint) RETURNS pointsvault.amount
  AS 'MODULE_PATHNAME', 'pv_amount_from_int8' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pointsvault.to_amount(bigint) IS 'cast of bigint to amount, exact or error 22003';
CREATE CAST (bigint AS pointsvault.amount) WITH FUNCTION pointsvault.to_amount(bigint) AS ASSIGNMENT;

CREATE FUNCTION pointsvault.to_numeric(pointsvault.points) RETURNS numeric
  AS 'MODULE_PATHNAME', 'pv_points_to_numeric' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pointsvault.to_numeric(pointsvault.points) IS 'cast of points to numeric, exact';
CREATE CAST (pointsvault.points AS numeric) WITH FUNCTION pointsvault.to_numeric(pointsvault.points) AS IMPLICIT;
CREATE FUNCTION pointsvault.to_points(numeric) RETURNS pointsvault.points
  AS 'MODULE_PATHNAME', 'pv_points_from_numeric' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pointsvault.to_points(numeric) IS 'cast of numeric to points, exact or error 22003';
CREATE CAST (numeric AS pointsvault.points) WITH FUNCTION pointsvault.to_points(numeric) AS ASSIGNMENT;
CREATE FUNCTION pointsvault.to_points(smallint) RETURNS pointsvault.points
  AS 'MODULE_PATHNAME', 'pv_points_from_int2' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pointsvault.to_points(smallint) IS 'cast of smallint to points, exact or error 22003';
CREATE CAST (smallint AS pointsvault.points) WITH FUNCTION pointsvault.to_points(smallint) AS ASSIGNMENT;
CREATE FUNCTION pointsvault.to_points(integer) RETURNS pointsvault.points
  AS 'MODULE_PATHNAME', 'pv_points_from_int4' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pointsvault.to_points(integer) IS 'cast of integer to points, exact or error 22003';
CREATE CAST (integer AS pointsvault.points) WITH FUNCTION pointsvault.to_points(integer) AS ASSIGNMENT;
CREATE FUNCTION pointsvault.to_points(bigint) RETURNS pointsvault.points
  AS 'MODULE_PATHNAME', 'pv_points_from_int8' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pointsvault.to_points(bigint) IS 'cast of bigint to points, exact or error 22003';
CREATE CAST (bigint AS pointsvault.points) WITH FUNCTION pointsvault.to_points(bigint) AS ASSIGNMENT;

CREATE FUNCTION pointsvault.to_numeric(pointsvault.price) RETURNS numeric
  AS 'MODULE_PATHNAME', 'pv_price_to_numeric_sql' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE CAST (pointsvault.price AS numeric) WITH FUNCTION pointsvault.to_numeric(pointsvault.price) AS IMPLICIT;
COMMENT ON FUNCTION pointsvault.to_numeric(pointsvault.price) IS
  'the price rounded to at least 16 significant digits, for showing; compare prices as they are';
CREATE FUNCTION pointsvault.to_price(numeric) RETURNS pointsvault.price
  AS 'MODULE_PATHNAME', 'pv_price_from_numeric' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pointsvault.to_price(numeric) IS 'cast of numeric to price, exact or error 22003';
CREATE CAST (numeric AS pointsvault.price) WITH FUNCTION pointsvault.to_price(numeric) AS ASSIGNMENT;
CREATE FUNCTION pointsvault.to_price(smallint) RETURNS pointsvault.price
  AS 'MODULE_PATHNAME', 'pv_price_from_int2' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pointsvault.to_price(smallint) IS 'cast of smallint to price, exact or error 22003';
CREATE CAST (smallint AS pointsvault.price) WITH FUNCTION pointsvault.to_price(smallint) AS ASSIGNMENT;
CREATE FUNCTION pointsvault.to_price(integer) RETURNS pointsvault.price
  AS 'MODULE_PATHNAME', 'pv_price_from_int4' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pointsvault.to_price(integer) IS 'cast of integer to price, exact or error 22003';
CREATE CAST (integer AS pointsvault.price) WITH FUNCTION pointsvault.to_price(integer) AS ASSIGNMENT;
CREATE FUNCTION pointsvault.to_price(bigint) RETURNS pointsvault.price
  AS 'MODULE_PATHNAME', 'pv_price_from_int8' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pointsvault.to_price(bigint) IS 'cast of bigint to price, exact or error 22003';
CREATE CAST (bigint AS pointsvault.price) WITH FUNCTION pointsvault.to_price(bigint) AS ASSIGNMENT;
CREATE FUNCTION pointsvault.price(pointsvault.amount, pointsvault.points) RETURNS pointsvault.price
  AS 'MODULE_PATHNAME', 'pv_price_make' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pointsvault.price(pointsvault.amount, pointsvault.points) IS
  'the exact price of so many points for that amount; NULL where there are no points';

-- Comparison, hashing, arithmetic ---------------------------------------------

CREATE FUNCTION pointsvault.amount_eq(pointsvault.amount, pointsvault.amount) RETURNS boolean
  AS 'int8eq' LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
COMMENT ON FUNCTION pointsvault.amount_eq(pointsvault.amount, pointsvault.amount) IS 'implementation of operator = on amount';
CREATE OPERATOR pointsvault.= (LEFTARG = pointsvault.amount, RIGHTARG = pointsvault.amount, FUNCTION = pointsvault.amount_eq,
  COMMUTATOR = OPERATOR(pointsvault.=), NEGATOR = OPERATOR(pointsvault.<>), RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES);
COMMENT ON OPERATOR pointsvault.= (pointsvault.amount, pointsvault.amount) IS 'equal';
CREATE FUNCTION pointsvault.amount_ne(pointsvault.amount, pointsvault.amount) RETURNS boolean
  AS 'int8ne' LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
COMMENT ON FUNCTION pointsvault.amount_ne(pointsvault.amount, pointsvault.amount) IS 'implementation of operator <> on amount';
CREATE OPERATOR pointsvault.<> (LEFTARG = pointsvault.amount, RIGHTARG = pointsvault.amount, FUNCTION = pointsvault.amount_ne,
  COMMUTATOR = OPERATOR(pointsvault.<>), NEGATOR = OPERATOR(pointsvault.=), RESTRICT = neqsel, JOIN = neqjoinsel);
COMMENT ON OPERATOR pointsvault.<> (pointsvault.amount, pointsvault.amount) IS 'not equal';
CREATE FUNCTION pointsvault.amount_lt(pointsvault.amount, pointsvault.amount) RETURNS boolean
  AS 'int8lt' LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
COMMENT ON FUNCTION pointsvault.amount_lt(pointsvault.amount, pointsvault.amount) IS 'implementation of operator < on amount';
CREATE OPERATOR pointsvault.< (LEFTARG = pointsvault.amount, RIGHTARG = pointsvault.amount, FUNCTION = pointsvault.amount_lt,
  COMMUTATOR = OPERATOR(pointsvault.>), NEGATOR = OPERATOR(pointsvault.>=), RESTRICT = scalarltsel, JOIN = scalarltjoinsel);
COMMENT ON OPERATOR pointsvault.< (pointsvault.amount, pointsvault.amount) IS 'less than';
CREATE FUNCTION pointsvault.amount_le(pointsvault.amount, pointsvault.amount) RETURNS boolean
  AS 'int8le' LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
COMMENT ON FUNCTION pointsvault.amount_le(pointsvault.amount, pointsvault.amount) IS 'implementation of operator <= on amount';
CREATE OPERATOR pointsvault.<= (LEFTARG = pointsvault.amount, RIGHTARG = pointsvault.amount, FUNCTION = pointsvault.amount_le,
  COMMUTATOR = OPERATOR(pointsvault.>=), NEGATOR = OPERATOR(pointsvault.>), RESTRICT = scalarlesel, JOIN = scalarlejoinsel);
COMMENT ON OPERATOR pointsvault.<= (pointsvault.amount, pointsvault.amount) IS 'less than or equal';
CREATE FUNCTION pointsvault.amount_gt(pointsvault.amount, pointsvault.amount) RETURNS boolean
  AS 'int8gt' LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
COMMENT ON FUNCTION pointsvault.amount_gt(pointsvault.amount, pointsvault.amount) IS 'implementation of operator > on amount';
CREATE OPERATOR pointsvault.> (LEFTARG = pointsvault.amount, RIGHTARG = pointsvault.amount, FUNCTION = pointsvault.amount_gt,
  COMMUTATOR = OPERATOR(pointsvault.<), NEGATOR = OPERATOR(pointsvault.<=), RESTRICT = scalargtsel, JOIN = scalargtjoinsel);
COMMENT ON OPERATOR pointsvault.> (pointsvault.amount, pointsvault.amount) IS 'greater than';
CREATE FUNCTION pointsvault.amount_ge(pointsvault.amount, pointsvault.amount) RETURNS boolean
  AS 'int8ge' LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
COMMENT ON FUNCTION pointsvault.amount_ge(pointsvault.amount, pointsvault.amount) IS 'implementation of operator >= on amount';
CREATE OPERATOR pointsvault.>= (LEFTARG = pointsvault.amount, RIGHTARG = pointsvault.amount, FUNCTION = pointsvault.amount_ge,
  COMMUTATOR = OPERATOR(pointsvault.<=), NEGATOR = OPERATOR(pointsvault.<), RESTRICT = scalargesel, JOIN = scalargejoinsel);
COMMENT ON OPERATOR pointsvault.>= (pointsvault.amount, pointsvault.amount) IS 'greater than or equal';
CREATE FUNCTION pointsvault.amount_cmp(pointsvault.amount, pointsvault.amount) RETURNS integer
  AS 'btint8cmp' LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
COMMENT ON FUNCTION pointsvault.amount_cmp(pointsvault.amount, pointsvault.amount) IS 'btree comparison of amount';
CREATE FUNCTION pointsvault.amount_sortsupport(internal) RETURNS void
  AS 'btint8sortsupport' LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pointsvault.amount_sortsupport(internal) IS 'btree sort support of amount';
CREATE FUNCTION pointsvault.amount_hash(pointsvault.amount) RETURNS integer
  AS 'hashint8' LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pointsvault.amount_hash(pointsvault.amount) IS 'hash of amount';
CREATE FUNCTION pointsvault.amount_hash_extended(pointsvault.amount, bigint) RETURNS bigint
  AS 'hashint8extended' LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pointsvault.amount_hash_extended(pointsvault.amount, bigint) IS 'hash of amount';
CREATE OPERATOR CLASS pointsvault.amount_ops DEFAULT FOR TYPE pointsvault.amount USING btree AS
  OPERATOR 1 pointsvault.<, OPERATOR 2 pointsvault.<=, OPERATOR 3 pointsvault.=, OPERATOR 4 pointsvault.>=, OPERATOR 5 pointsvault.>,
  FUNCTION 1 pointsvault.amount_cmp(pointsvault.amount, pointsvault.amount),
  FUNCTION 2 pointsvault.amount_sortsupport(internal);
COMMENT ON OPERATOR CLASS pointsvault.amount_ops USING btree IS 'default btree operator class of amount';
CREATE OPERATOR CLASS pointsvault.amount_hash_ops DEFAULT FOR TYPE pointsvault.amount USING hash AS
  OPERATOR 1 pointsvault.=,
  FUNCTION 1 pointsvault.amount_hash(pointsvault.amount), FUNCTION 2 pointsvault.amount_hash_extended(pointsvault.amount, bigint);
COMMENT ON OPERATOR CLASS pointsvault.amount_hash_ops USING hash IS 'default hash operator class of amount';
CREATE FUNCTION pointsvault.amount_pl(pointsvault.amount, pointsvault.amount) RETURNS pointsvault.amount
  AS 'int8pl' LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pointsvault.amount_pl(pointsvault.amount, pointsvault.amount) IS 'implementation of operator + on amount; error 22003 where it does not fit';
CREATE OPERATOR pointsvault.+ (LEFTARG = pointsvault.amount, RIGHTARG = pointsvault.amount, FUNCTION = pointsvault.amount_pl, COMMUTATOR = OPERATOR(pointsvault.+));
COMMENT ON OPERATOR pointsvault.+ (pointsvault.amount, pointsvault.amount) IS 'add';
CREATE FUNCTION pointsvault.amount_mi(pointsvault.amount, pointsvault.amount) RETURNS pointsvault.amount
  AS 'int8mi' LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pointsvault.amount_mi(pointsvault.amount, pointsvault.amount) IS 'implementation of operator - on amount; error 22003 where it does not fit';
CREATE OPERATOR pointsvault.- (LEFTARG = pointsvault.amount, RIGHTARG = pointsvault.amount, FUNCTION = pointsvault.amount_mi);
COMMENT ON OPERATOR pointsvault.- (pointsvault.amount, pointsvault.amount) IS 'subtract';
CREATE FUNCTION pointsvault.amount_um(pointsvault.amount) RETURNS pointsvault.amount
  AS 'int8um' LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pointsvault.amount_um(pointsvault.amount) IS 'implementation of operator - on amount; error 22003 where it does not fit';
CREATE OPERATOR pointsvault.- (RIGHTARG = pointsvault.amount, FUNCTION = pointsvault.amount_um);
COMMENT ON OPERATOR pointsvault.- (NONE, pointsvault.amount) IS 'negate';
CREATE FUNCTION pointsvault.amount_smaller(pointsvault.amount, pointsvault.amount) RETURNS pointsvault.amount
  AS 'int8smaller' LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pointsvault.amount_smaller(pointsvault.amount, pointsvault.amount) IS 'the smaller of two amount values';
CREATE FUNCTION pointsvault.amount_larger(pointsvault.amount, pointsvault.amount) RETURNS pointsvault.amount
  AS 'int8larger' LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pointsvault.amount_larger(pointsvault.amount, pointsvault.amount) IS 'the larger of two amount values';
CREATE AGGREGATE pointsvault.min(pointsvault.amount) (SFUNC = pointsvault.amount_smaller, STYPE = pointsvault.amount, SORTOP = OPERATOR(pointsvault.<),
  COMBINEFUNC = pointsvault.amount_smaller, PARALLEL = SAFE);
COMMENT ON AGGREGATE pointsvault.min(pointsvault.amount) IS 'minimum';
CREATE AGGREGATE pointsvault.max(pointsvault.amount) (SFUNC = pointsvault.amount_larger, STYPE = pointsvault.amount, SORTOP = OPERATOR(pointsvault.>),
  COMBINEFUNC = pointsvault.amount_larger, PARALLEL = SAFE);
COMMENT ON AGGREGATE pointsvault.max(pointsvault.amount) IS 'maximum';
CREATE FUNCTION pointsvault.amount_accum(internal, pointsvault.amount) RETURNS internal
  AS 'int8_avg_accum' LANGUAGE internal IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION pointsvault.amount_accum(internal, pointsvault.amount) IS 'part of sum(amount)';
CREATE FUNCTION pointsvault.amount_accum_inv(internal, pointsvault.amount) RETURNS internal
  AS 'int8_avg_accum_inv' LANGUAGE internal IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION pointsvault.amount_accum_inv(internal, pointsvault.amount) IS 'part of sum(amount)';
CREATE FUNCTION pointsvault.amount_sum_final(internal) RETURNS numeric
  AS 'MODULE_PATHNAME', 'pv_amount_sum_final' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION pointsvault.amount_sum_final(internal) IS 'part of sum(amount)';
CREATE AGGREGATE pointsvault.sum(pointsvault.amount) (
  SFUNC = pointsvault.amount_accum, STYPE = internal, SSPACE = 48, FINALFUNC = pointsvault.amount_sum_final,
  COMBINEFUNC = int8_avg_combine, SERIALFUNC = int8_avg_serialize, DESERIALFUNC = int8_avg_deserialize,
  MSFUNC = pointsvault.amount_accum, MINVFUNC = pointsvault.amount_accum_inv, MSTYPE = internal, MSSPACE = 48,
  MFINALFUNC = pointsvault.amount_sum_final, PARALLEL = SAFE
);
COMMENT ON AGGREGATE pointsvault.sum(pointsvault.amount) IS 'the exact sum as numeric, which cannot overflow';

CREATE FUNCTION pointsvault.points_eq(pointsvault.points, pointsvault.points) RETURNS boolean
  AS 'int8eq' LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
COMMENT ON FUNCTION pointsvault.points_eq(pointsvault.points, pointsvault.points) IS 'implementation of operator = on points';
CREATE OPERATOR pointsvault.= (LEFTARG = pointsvault.points, RIGHTARG = pointsvault.points, FUNCTION = pointsvault.points_eq,
  COMMUTATOR = OPERATOR(pointsvault.=), NEGATOR = OPERATOR(pointsvault.<>), RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES);
COMMENT ON OPERATOR pointsvault.= (pointsvault.points, pointsvault.points) IS 'equal';
CREATE FUNCTION pointsvault.points_ne(pointsvault.points, pointsvault.points) RETURNS boolean
  AS 'int8ne' LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
COMMENT ON FUNCTION pointsvault.points_ne(pointsvault.points, pointsvault.points) IS 'implementation of operator <> on points';
CREATE OPERATOR pointsvault.<> (LEFTARG = pointsvault.points, RIGHTARG = pointsvault.points, FUNCTION = pointsvault.points_ne,
  COMMUTATOR = OPERATOR(pointsvault.<>), NEGATOR = OPERATOR(pointsvault.=), RESTRICT = neqsel, JOIN = neqjoinsel);
COMMENT ON OPERATOR pointsvault.<> (pointsvault.points, pointsvault.points) IS 'not equal';
CREATE FUNCTION pointsvault.points_lt(pointsvault.points, pointsvault.points) RETURNS boolean
  AS 'int8lt' LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
COMMENT ON FUNCTION pointsvault.points_lt(pointsvault.points, pointsvault.points) IS 'implementation of operator < on points';
CREATE OPERATOR pointsvault.< (LEFTARG = pointsvault.points, RIGHTARG = pointsvault.points, FUNCTION = pointsvault.points_lt,
  COMMUTATOR = OPERATOR(pointsvault.>), NEGATOR = OPERATOR(pointsvault.>=), RESTRICT = scalarltsel, JOIN = scalarltjoinsel);
COMMENT ON OPERATOR pointsvault.< (pointsvault.points, pointsvault.points) IS 'less than';
CREATE FUNCTION pointsvault.points_le(pointsvault.points, pointsvault.points) RETURNS boolean
  AS 'int8le' LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
COMMENT ON FUNCTION pointsvault.points_le(pointsvault.points, pointsvault.points) IS 'implementation of operator <= on points';
CREATE OPERATOR pointsvault.<= (LEFTARG = pointsvault.points, RIGHTARG = pointsvault.points, FUNCTION = pointsvault.points_le,
  COMMUTATOR = OPERATOR(pointsvault.>=), NEGATOR = OPERATOR(pointsvault.>), RESTRICT = scalarlesel, JOIN = scalarlejoinsel);
COMMENT ON OPERATOR pointsvault.<= (pointsvault.points, pointsvault.points) IS 'less than or equal';
CREATE FUNCTION pointsvault.points_gt(pointsvault.points, pointsvault.points) RETURNS boolean
  AS 'int8gt' LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
COMMENT ON FUNCTION pointsvault.points_gt(pointsvault.points, pointsvault.points) IS 'implementation of operator > on points';
CREATE OPERATOR pointsvault.> (LEFTARG = pointsvault.points, RIGHTARG = pointsvault.points, FUNCTION = pointsvault.points_gt,
  COMMUTATOR = OPERATOR(pointsvault.<), NEGATOR = OPERATOR(pointsvault.<=), RESTRICT = scalargtsel, JOIN = scalargtjoinsel);
COMMENT ON OPERATOR pointsvault.> (pointsvault.points, pointsvault.points) IS 'greater than';
CREATE FUNCTION pointsvault.points_ge(pointsvault.points, pointsvault.points) RETURNS boolean
  AS 'int8ge' LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
COMMENT ON FUNCTION pointsvault.points_ge(pointsvault.points, pointsvault.points) IS 'implementation of operator >= on points';
CREATE OPERATOR pointsvault.>= (LEFTARG = pointsvault.points, RIGHTARG = pointsvault.points, FUNCTION = pointsvault.points_ge,
  COMMUTATOR = OPERATOR(pointsvault.<=), NEGATOR = OPERATOR(pointsvault.<), RESTRICT = scalargesel, JOIN = scalargejoinsel);
COMMENT ON OPERATOR pointsvault.>= (pointsvault.points, pointsvault.points) IS 'greater than or equal';
CREATE FUNCTION pointsvault.points_cmp(pointsvault.points, pointsvault.points) RETURNS integer
  AS 'btint8cmp' LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
COMMENT ON FUNCTION pointsvault.points_cmp(pointsvault.points, pointsvault.points) IS 'btree comparison of points';
CREATE FUNCTION pointsvault.points_sortsupport(internal) RETURNS void
  AS 'btint8sortsupport' LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pointsvault.points_sortsupport(internal) IS 'btree sort support of points';
CREATE FUNCTION pointsvault.points_hash(pointsvault.points) RETURNS integer
  AS 'hashint8' LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pointsvault.points_hash(pointsvault.points) IS 'hash of points';
CREATE FUNCTION pointsvault.points_hash_extended(pointsvault.points, bigint) RETURNS bigint
  AS 'hashint8extended' LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pointsvault.points_hash_extended(pointsvault.points, bigint) IS 'hash of points';
CREATE OPERATOR CLASS pointsvault.points_ops DEFAULT FOR TYPE pointsvault.points USING btree AS
  OPERATOR 1 pointsvault.<, OPERATOR 2 pointsvault.<=, OPERATOR 3 pointsvault.=, OPERATOR 4 pointsvault.>=, OPERATOR 5 pointsvault.>,
  FUNCTION 1 pointsvault.points_cmp(pointsvault.points, pointsvault.points),
  FUNCTION 2 pointsvault.points_sortsupport(internal);
COMMENT ON OPERATOR CLASS pointsvault.points_ops USING btree IS 'default btree operator class of points';
CREATE OPERATOR CLASS pointsvault.points_hash_ops DEFAULT FOR TYPE pointsvault.points USING hash AS
  OPERATOR 1 pointsvault.=,
  FUNCTION 1 pointsvault.points_hash(pointsvault.points), FUNCTION 2 pointsvault.points_hash_extended(pointsvault.points, bigint);
COMMENT ON OPERATOR CLASS pointsvault.points_hash_ops USING hash IS 'default hash operator class of points';
CREATE FUNCTION pointsvault.points_pl(pointsvault.points, pointsvault.points) RETURNS pointsvault.points
  AS 'int8pl' LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pointsvault.points_pl(pointsvault.points, pointsvault.points) IS 'implementation of operator + on points; error 22003 where it does not fit';
CREATE OPERATOR pointsvault.+ (LEFTARG = pointsvault.points, RIGHTARG = pointsvault.points, FUNCTION = pointsvault.points_pl, COMMUTATOR = OPERATOR(pointsvault.+));
COMMENT ON OPERATOR pointsvault.+ (pointsvault.points, pointsvault.points) IS 'add';
CREATE FUNCTION pointsvault.points_mi(pointsvault.points, pointsvault.points) RETURNS pointsvault.points
  AS 'int8mi' LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pointsvault.points_mi(pointsvault.points, pointsvault.points) IS 'implementation of operator - on points; error 22003 where it does not fit';
CREATE OPERATOR pointsvault.- (LEFTARG = pointsvault.points, RIGHTARG = pointsvault.points, FUNCTION = pointsvault.points_mi);
COMMENT ON OPERATOR pointsvault.- (pointsvault.points, pointsvault.points) IS 'subtract';
CREATE FUNCTION pointsvault.points_um(pointsvault.points) RETURNS pointsvault.points
  AS 'int8um' LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pointsvault.points_um(pointsvault.points) IS 'implementation of operator - on points; error 22003 where it does not fit';
CREATE OPERATOR pointsvault.- (RIGHTARG = pointsvault.points, FUNCTION = pointsvault.points_um);
COMMENT ON OPERATOR pointsvault.- (NONE, pointsvault.points) IS 'negate';
CREATE FUNCTION pointsvault.points_smaller(pointsvault.points, pointsvault.points) RETURNS pointsvault.points
  AS 'int8smaller' LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pointsvault.points_smaller(pointsvault.points, pointsvault.points) IS 'the smaller of two points values';
CREATE FUNCTION pointsvault.points_larger(pointsvault.points, pointsvault.points) RETURNS pointsvault.points
  AS 'int8larger' LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pointsvault.points_larger(pointsvault.points, pointsvault.points) IS 'the larger of two points values';
CREATE AGGREGATE pointsvault.min(pointsvault.points) (SFUNC = pointsvault.points_smaller, STYPE = pointsvault.points, SORTOP = OPERATOR(pointsvault.<),
  COMBINEFUNC = pointsvault.points_smaller, PARALLEL = SAFE);
COMMENT ON AGGREGATE pointsvault.min(pointsvault.points) IS 'minimum';
CREATE AGGREGATE pointsvault.max(pointsvault.points) (SFUNC = pointsvault.points_larger, STYPE = pointsvault.points, SORTOP = OPERATOR(pointsvault.>),
  COMBINEFUNC = pointsvault.points_larger, PARALLEL = SAFE);
COMMENT ON AGGREGATE pointsvault.max(pointsvault.points) IS 'maximum';
CREATE FUNCTION pointsvault.points_accum(internal, pointsvault.points) RETURNS internal
  AS 'int8_avg_accum' LANGUAGE internal IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION pointsvault.points_accum(internal, pointsvault.points) IS 'part of sum(points)';
CREATE FUNCTION pointsvault.points_accum_inv(internal, pointsvault.points) RETURNS internal
  AS 'int8_avg_accum_inv' LANGUAGE internal IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION pointsvault.points_accum_inv(internal, pointsvault.points) IS 'part of sum(points)';
CREATE FUNCTION pointsvault.points_sum_final(internal) RETURNS numeric
  AS 'MODULE_PATHNAME', 'pv_points_sum_final' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION pointsvault.points_sum_final(internal) IS 'part of sum(points)';
CREATE AGGREGATE pointsvault.sum(pointsvault.points) (
  SFUNC = pointsvault.points_accum, STYPE = internal, SSPACE = 48, FINALFUNC = pointsvault.points_sum_final,
  COMBINEFUNC = int8_avg_combine, SERIALFUNC = int8_avg_serialize, DESERIALFUNC = int8_avg_deserialize,
  MSFUNC = pointsvault.points_accum, MINVFUNC = pointsvault.points_accum_inv, MSTYPE = internal, MSSPACE = 48,
  MFINALFUNC = pointsvault.points_sum_final, PARALLEL = SAFE
);
COMMENT ON AGGREGATE pointsvault.sum(pointsvault.points) IS 'the exact sum as numeric, which cannot overflow';

CREATE FUNCTION pointsvault.price_eq(pointsvault.price, pointsvault.price) RETURNS boolean
  AS 'MODULE_PATHNAME', 'pv_price_eq' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
COMMENT ON FUNCTION pointsvault.price_eq(pointsvault.price, pointsvault.price) IS 'implementation of operator = on price';
CREATE OPERATOR pointsvault.= (LEFTARG = pointsvault.price, RIGHTARG = pointsvault.price, FUNCTION = pointsvault.price_eq,
  COMMUTATOR = OPERATOR(pointsvault.=), NEGATOR = OPERATOR(pointsvault.<>), RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES);
COMMENT ON OPERATOR pointsvault.= (pointsvault.price, pointsvault.price) IS 'equal';
CREATE FUNCTION pointsvault.price_ne(pointsvault.price, pointsvault.price) RETURNS boolean
  AS 'MODULE_PATHNAME', 'pv_price_ne' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
COMMENT ON FUNCTION pointsvault.price_ne(pointsvault.price, pointsvault.price) IS 'implementation of operator <> on price';
CREATE OPERATOR pointsvault.<> (LEFTARG = pointsvault.price, RIGHTARG = pointsvault.price, FUNCTION = pointsvault.price_ne,
  COMMUTATOR = OPERATOR(pointsvault.<>), NEGATOR = OPERATOR(pointsvault.=), RESTRICT = neqsel, JOIN = neqjoinsel);
COMMENT ON OPERATOR pointsvault.<> (pointsvault.price, pointsvault.price) IS 'not equal';
CREATE FUNCTION pointsvault.price_lt(pointsvault.price, pointsvault.price) RETURNS boolean
  AS 'MODULE_PATHNAME', 'pv_price_lt' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
COMMENT ON FUNCTION pointsvault.price_lt(pointsvault.price, pointsvault.price) IS 'implementation of operator < on price';
CREATE OPERATOR pointsvault.< (LEFTARG = pointsvault.price, RIGHTARG = pointsvault.price, FUNCTION = pointsvault.price_lt,
  COMMUTATOR = OPERATOR(pointsvault.>), NEGATOR = OPERATOR(pointsvault.>=), RESTRICT = scalarltsel, JOIN = scalarltjoinsel);
COMMENT ON OPERATOR pointsvault.< (pointsvault.price, pointsvault.price) IS 'less than';
CREATE FUNCTION pointsvault.price_le(pointsvault.price, pointsvault.price) RETURNS boolean
  AS 'MODULE_PATHNAME', 'pv_price_le' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
COMMENT ON FUNCTION pointsvault.price_le(pointsvault.price, pointsvault.price) IS 'implementation of operator <= on price';
CREATE OPERATOR pointsvault.<= (LEFTARG = pointsvault.price, RIGHTARG = pointsvault.price, FUNCTION = pointsvault.price_le,
  COMMUTATOR = OPERATOR(pointsvault.>=), NEGATOR = OPERATOR(pointsvault.>), RESTRICT = scalarlesel, JOIN = scalarlejoinsel);
COMMENT ON OPERATOR pointsvault.<= (pointsvault.price, pointsvault.price) IS 'less than or equal';
CREATE FUNCTION pointsvault.price_gt(pointsvault.price, pointsvault.price) RETURNS boolean
  AS 'MODULE_PATHNAME', 'pv_price_gt' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
COMMENT ON FUNCTION pointsvault.price_gt(pointsvault.price, pointsvault.price) IS 'implementation of operator > on price';
CREATE OPERATOR pointsvault.> (LEFTARG = pointsvault.price, RIGHTARG = pointsvault.price, FUNCTION = pointsvault.price_gt,
  COMMUTATOR = OPERATOR(pointsvault.<), NEGATOR = OPERATOR(pointsvault.<=), RESTRICT = scalargtsel, JOIN = scalargtjoinsel);
COMMENT ON OPERATOR pointsvault.> (pointsvault.price, pointsvault.price) IS 'greater than';
CREATE FUNCTION pointsvault.price_ge(pointsvault.price, pointsvault.price) RETURNS boolean
  AS 'MODULE_PATHNAME', 'pv_price_ge' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
COMMENT ON FUNCTION pointsvault.price_ge(pointsvault.price, pointsvault.price) IS 'implementation of operator >= on price';
CREATE OPERATOR pointsvault.>= (LEFTARG = pointsvault.price, RIGHTARG = pointsvault.price, FUNCTION = pointsvault.price_ge,
  COMMUTATOR = OPERATOR(pointsvault.<=), NEGATOR = OPERATOR(pointsvault.<), RESTRICT = scalargesel, JOIN = scalargejoinsel);
COMMENT ON OPERATOR pointsvault.>= (pointsvault.price, pointsvault.price) IS 'greater than or equal';
CREATE FUNCTION pointsvault.price_cmp(pointsvault.price, pointsvault.price) RETURNS integer
  AS 'MODULE_PATHNAME', 'pv_price_compare' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
COMMENT ON FUNCTION pointsvault.price_cmp(pointsvault.price, pointsvault.price) IS 'btree comparison of price';
CREATE FUNCTION pointsvault.price_sortsupport(internal) RETURNS void
  AS 'MODULE_PATHNAME', 'pv_price_sortsupport' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pointsvault.price_sortsupport(internal) IS 'btree sort support of price';
CREATE FUNCTION pointsvault.price_hash(pointsvault.price) RETURNS integer
  AS 'MODULE_PATHNAME', 'pv_price_hash' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pointsvault.price_hash(pointsvault.price) IS 'hash of price';
CREATE FUNCTION pointsvault.price_hash_extended(pointsvault.price, bigint) RETURNS bigint
  AS 'MODULE_PATHNAME', 'pv_price_hash_extended' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pointsvault.price_hash_extended(pointsvault.price, bigint) IS 'hash of price';
CREATE OPERATOR CLASS pointsvault.price_ops DEFAULT FOR TYPE pointsvault.price USING btree AS
  OPERATOR 1 pointsvault.<, OPERATOR 2 pointsvault.<=, OPERATOR 3 pointsvault.=, OPERATOR 4 pointsvault.>=, OPERATOR 5 pointsvault.>,
  FUNCTION 1 pointsvault.price_cmp(pointsvault.price, pointsvault.price),
  FUNCTION 2 pointsvault.price_sortsupport(internal);
COMMENT ON OPERATOR CLASS pointsvault.price_ops USING btree IS 'default btree operator class of price';
CREATE OPERATOR CLASS pointsvault.price_hash_ops DEFAULT FOR TYPE pointsvault.price USING hash AS
  OPERATOR 1 pointsvault.=,
  FUNCTION 1 pointsvault.price_hash(pointsvault.price), FUNCTION 2 pointsvault.price_hash_extended(pointsvault.price, bigint);
COMMENT ON OPERATOR CLASS pointsvault.price_hash_ops USING hash IS 'default hash operator class of price';
CREATE FUNCTION pointsvault.price_smaller(pointsvault.price, pointsvault.price) RETURNS pointsvault.price
  AS 'MODULE_PATHNAME', 'pv_price_smaller' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pointsvault.price_smaller(pointsvault.price, pointsvault.price) IS 'the smaller of two price values';
CREATE FUNCTION pointsvault.price_larger(pointsvault.price, pointsvault.price) RETURNS pointsvault.price
  AS 'MODULE_PATHNAME', 'pv_price_larger' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pointsvault.price_larger(pointsvault.price, pointsvault.price) IS 'the larger of two price values';
CREATE AGGREGATE pointsvault.min(pointsvault.price) (SFUNC = pointsvault.price_smaller, STYPE = pointsvault.price, SORTOP = OPERATOR(pointsvault.<),
  COMBINEFUNC = pointsvault.price_smaller, PARALLEL = SAFE);
COMMENT ON AGGREGATE pointsvault.min(pointsvault.price) IS 'minimum';
CREATE AGGREGATE pointsvault.max(pointsvault.price) (SFUNC = pointsvault.price_larger, STYPE = pointsvault.price, SORTOP = OPERATOR(pointsvault.>),
  COMBINEFUNC = pointsvault.price_larger, PARALLEL = SAFE);
COMMENT ON AGGREGATE pointsvault.max(pointsvault.price) IS 'maximum';
-- ---------------------------------------------------------------------------
-- Tables.  The name of every key starts with the vault, the unit of locking, of
-- sharding and of dump; there are no foreign keys, which would lock shared rows
-- and break parallel restores: verify() checks the references.
--
-- Tables named ..._data belong to the extension's functions alone; users read
-- the views of the same name without the suffix.
-- ---------------------------------------------------------------------------

CREATE TABLE pointsvault.vault (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL CONSTRAINT vault_name_key UNIQUE,
  currency text NOT NULL,
  timezone text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  suspended text
);
COMMENT ON TABLE pointsvault.vault IS
  'one row a vault, the lock that orders its events; events never update it, its state is its last journal row';
COMMENT ON COLUMN pointsvault.vault.timezone IS 'business days are days in this time zone (U5)';
COMMENT ON COLUMN pointsvault.vault.suspended IS 'why the vault refuses events, NULL while it does not';

CREATE SEQUENCE pointsvault.policy_serial AS integer;
COMMENT ON SEQUENCE pointsvault.policy_serial IS
  'numbers policy versions over all vaults; never goes back, so backends may cache what they parsed under it';

CREATE TABLE pointsvault.policy_data (
  vault integer NOT NULL,
  version integer NOT NULL,
  serial integer NOT NULL DEFAULT pg_catalog.nextval('pointsvault.policy_serial'),
  seq bigint NOT NULL,
  document jsonb NOT NULL,
  PRIMARY KEY (vault, serial),
  UNIQUE (vault, version)
);
COMMENT ON TABLE pointsvault.policy_data IS 'every policy a vault ever had';
COMMENT ON COLUMN pointsvault.policy_data.seq IS 'the journal row that says when, and by whom, it was set';
COMMENT ON COLUMN pointsvault.policy_data.document IS 'the policy as set, merged over the one before; keys left out have their defaults';

CREATE TABLE pointsvault.member_data (
  vault integer NOT NULL,
  id bigint GENERATED ALWAYS AS IDENTITY,
  name text COLLATE "C" NOT NULL,
  sponsor bigint,
  region text,
  merchant boolean NOT NULL,
  digest bigint NOT NULL,
  enrolled_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  suspended text,
  merged_into bigint,
  PRIMARY KEY (vault, id),
  CONSTRAINT member_name_key UNIQUE (vault, name)
);
CREATE INDEX member_sponsor ON pointsvault.member_data (vault, sponsor) WHERE sponsor IS NOT NULL;
CREATE INDEX member_merged ON pointsvault.member_data (vault, merged_into) WHERE merged_into IS NOT NULL;
COMMENT ON TABLE pointsvault.member_data IS 'who takes part in a vault: what does not change with events';
COMMENT ON COLUMN pointsvault.member_data.name IS 'the caller''s own id for the person, 1 to 255 bytes, compared byte by byte';
COMMENT ON COLUMN pointsvault.member_data.digest IS 'a hash of all other columns but the vault, for verify()';
COMMENT ON COLUMN pointsvault.member_data.sponsor IS
  'id of the member this one stands below, who was enrolled earlier, or took over by a merge, which sees to it that no ring forms (M2). Where that one was merged, at the moment this one was enrolled, who took over is meant';
COMMENT ON COLUMN pointsvault.member_data.suspended IS 'why nothing may be taken from it, NULL while it may';
COMMENT ON COLUMN pointsvault.member_data.merged_into IS
  'id of the member who took over all it had, who was not merged itself; NULL: it is one by itself';

CREATE TABLE pointsvault.member_tally_data (
  vault integer PRIMARY KEY,
  upto bigint NOT NULL,
  members bigint NOT NULL
);
COMMENT ON TABLE pointsvault.member_tally_data IS
  'one row a vault with many members: how many, counted by run_jobs() once nobody can enroll with so low a number any more. vault_status adds those after it; a vault without a row is counted whole';
COMMENT ON COLUMN pointsvault.member_tally_data.upto IS 'id of the last member who is counted';

CREATE TABLE pointsvault.holding_data (
  vault integer NOT NULL,
  member bigint NOT NULL,
  points pointsvault.points NOT NULL DEFAULT 0,
  credits pointsvault.amount NOT NULL DEFAULT 0,
  cash pointsvault.amount NOT NULL DEFAULT 0,
  reward pointsvault.amount NOT NULL DEFAULT 0,
  quota pointsvault.amount NOT NULL DEFAULT 0,
  shares bigint NOT NULL DEFAULT 0,
  stock bigint NOT NULL DEFAULT 0,
  items bigint NOT NULL DEFAULT 0,
  spent pointsvault.amount NOT NULL DEFAULT 0,
  mark pointsvault.amount NOT NULL DEFAULT 0,
  posted_to date,
  exit_limit pointsvault.amount NOT NULL DEFAULT 0,
  exit_floor pointsvault.price,
  shareholder_mark pointsvault.amount,
  released pointsvault.amount,
  debt pointsvault.amount NOT NULL DEFAULT 0,
  PRIMARY KEY (vault, member)
) WITH (fillfactor = 80);
CREATE INDEX holding_exit ON pointsvault.holding_data (vault, exit_floor, member) WHERE exit_floor IS NOT NULL;
COMMENT ON TABLE pointsvault.holding_data IS
  'balances of members; narrow and updated in place (HOT), as no event but the rare change of exit_floor touches an index';
COMMENT ON COLUMN pointsvault.holding_data.stock IS 'shares of stock that are not handed over (Q4)';
COMMENT ON COLUMN pointsvault.holding_data.items IS 'collectibles that the member owns (N2), of all series';
COMMENT ON COLUMN pointsvault.holding_data.spent IS 'spending that counts toward the next share (C1)';
COMMENT ON COLUMN pointsvault.holding_data.mark IS
  'running total of the member''s share count (class_data) up to which its dividends are posted: what came since, up to its quota, is the member''s too (C8); 0 while the member is not active (C3)';
COMMENT ON COLUMN pointsvault.holding_data.posted_to IS 'the last day that was closed when the marks were set';
COMMENT ON COLUMN pointsvault.holding_data.shareholder_mark IS
  'likewise of shareholder_total (C6a), with quota or without; NULL stands for 0';
COMMENT ON COLUMN pointsvault.holding_data.exit_limit IS 'sum of what the member''s lots count toward its exit (G6, basis member)';
COMMENT ON COLUMN pointsvault.holding_data.exit_floor IS
  'a lower bound of the member''s exit price, exit_limit / points, lowered when that falls below it, raised once the vault''s price reached it';

COMMENT ON COLUMN pointsvault.holding_data.released IS
  'what of all that the member''s plans ever released (team_data) is posted to reward (L7); NULL stands for 0';
COMMENT ON COLUMN pointsvault.holding_data.debt IS 'what the house owed the member before the vault, and has not settled (D1)';

CREATE TABLE pointsvault.debtor_data (
  vault integer NOT NULL,
  member bigint NOT NULL,
  PRIMARY KEY (vault, member)
);
COMMENT ON TABLE pointsvault.debtor_data IS 'a row a member whose cash is below 0 in holding_data (G13): they are few, and are found by it';

CREATE TABLE pointsvault.lot_data (
  vault integer NOT NULL,
  alone boolean NOT NULL,
  release_days smallint,
  free_on date,
  member bigint NOT NULL,
  seq bigint NOT NULL,
  points pointsvault.points NOT NULL,
  minted pointsvault.points NOT NULL,
  exit_limit pointsvault.amount NOT NULL,
  taken pointsvault.points,
  PRIMARY KEY (vault, member, seq)
);
CREATE INDEX lot_exit ON pointsvault.lot_data (vault, pointsvault.price(exit_limit, minted)) WHERE alone;
COMMENT ON TABLE pointsvault.lot_data IS 'points not yet burned, by the event that brought them (G5); used-up lots are deleted';
COMMENT ON COLUMN pointsvault.lot_data.alone IS 'exits by itself at exit_limit / minted (G6, basis order)';
COMMENT ON COLUMN pointsvault.lot_data.free_on IS 'held until that day, exits and refunds apart (G16, D3); NULL: never held';
COMMENT ON COLUMN pointsvault.lot_data.release_days IS
  'released evenly over so many days up to free_on (D3); NULL: all at once on that day (G16)';
COMMENT ON COLUMN pointsvault.lot_data.taken IS
  'of a lot released over days: what the member took of it, refunds apart (D3); NULL stands for 0';
COMMENT ON COLUMN pointsvault.lot_data.seq IS 'the event that brought the lot';
COMMENT ON COLUMN pointsvault.lot_data.minted IS 'points at mint';
COMMENT ON COLUMN pointsvault.lot_data.exit_limit IS 'what the whole lot may be worth before it exits (G6), 0 where there is no limit';

CREATE TABLE pointsvault.journal_data (
  vault integer NOT NULL,
  day date NOT NULL,
  policy integer NOT NULL,
  kind smallint NOT NULL,
  named_contribution boolean NOT NULL,
  suspended boolean NOT NULL,
  seq bigint NOT NULL,
  booked_at timestamptz NOT NULL,
  -- the vault's whole state after the event; NULL stands for 0 from uncapped on
  pool pointsvault.amount NOT NULL,
  circulating pointsvault.points NOT NULL,
  issued pointsvault.points NOT NULL,
  uncapped pointsvault.points,
  treasury pointsvault.points,
  credits pointsvault.amount,
  reserve pointsvault.amount,
  platform pointsvault.amount,
  shareholders pointsvault.amount,
  dividends pointsvault.amount,
  cash_owed pointsvault.amount,
  turnover pointsvault.amount,
  stock_price pointsvault.amount,
  stock_issued bigint,
  debts pointsvault.amount,
  exchange pointsvault.points,
  next_exit bigint,
  -- what the event said
  member bigint,
  amount pointsvault.amount,
  points pointsvault.points,
  cash pointsvault.amount,
  fee pointsvault.amount,
  contribution pointsvault.amount,
  reversed pointsvault.amount,
  -- what it changed for its own member, apart from points; NULL stands for 0
  member_credits pointsvault.amount,
  member_cash pointsvault.amount,
  member_reward pointsvault.amount,
  member_quota pointsvault.amount,
  member_shares bigint,
  member_stock bigint,
  member_items bigint,
  member_debt pointsvault.amount,
  digest bigint NOT NULL,
  cause bigint,
  at timestamptz,
  ref text COLLATE "C",
  actor text NOT NULL,
  region text,
  note text,
  meta jsonb,
  importing boolean,
  commissions bigint[],
  order_amount pointsvault.amount,
  item bigint,
  asked pointsvault.points,
  free_from date,
  parts integer,
  part_months integer,
  series bigint,
  points_fee pointsvault.points,
  PRIMARY KEY (vault, seq)
);
-- A third of the size of a unique index on (vault, ref).  Uniqueness comes from
-- the vault's lock, under which every event looks its ref up before it is
-- written (V4).
CREATE INDEX journal_ref ON pointsvault.journal_data USING hash (ref);
-- Without seq, so that a member's rows share an entry (deduplication), and
-- without the vault, as numbers of members are unique over all vaults.
CREATE INDEX journal_member ON pointsvault.journal_data (member);
-- What was taken back of an event; other rows are not in it and do not pay for it.
CREATE INDEX journal_reversal ON pointsvault.journal_data (vault, cause, seq) WHERE reversed IS NOT NULL;
-- What operators booked of what a policy may limit (limits.c): inject, grant_points,
-- adjust and allot.  Other rows are not in it and do not pay for it.
CREATE INDEX journal_limited ON pointsvault.journal_data (vault, day, kind, seq) WHERE kind IN (13, 19, 25, 51);
-- What happened to a collectible, and to its series (item is NULL): of sales there is nothing in it.
CREATE INDEX journal_item ON pointsvault.journal_data (vault, series, item, seq) WHERE series IS NOT NULL;
-- What an outside market has in custody, and awards: few, and looked for among all rows.
CREATE INDEX journal_custody ON pointsvault.journal_data (vault, day, seq) WHERE kind IN (65, 66);
CREATE INDEX journal_award ON pointsvault.journal_data (vault, seq) WHERE kind = 70;
-- For reports of a day.  Days go on with the rows, so a summary of some pages at a
-- time tells where a day lies: no bytes a sale, where a B-tree would have seven.
CREATE INDEX journal_day ON pointsvault.journal_data USING brin (day) WITH (pages_per_range = 32, autosummarize = on);
-- Always empty, and costs nothing: for the view posting, which says there why.
CREATE INDEX journal_nobody ON pointsvault.journal_data (NULLIF(seq, seq)) WHERE NULLIF(seq, seq) IS NOT NULL;
COMMENT ON TABLE pointsvault.journal_data IS
  'append-only, one row an event, without gaps in seq: what was said, what it did, and the vault''s whole state after it. The last row is the vault''s state.';
COMMENT ON COLUMN pointsvault.journal_data.policy IS 'serial of the policy version in force';
COMMENT ON COLUMN pointsvault.journal_data.turnover IS 'of the open day, where the policy has a cycle (C2)';
COMMENT ON COLUMN pointsvault.journal_data.debts IS 'old debts of the house that are not settled (D1)';
COMMENT ON COLUMN pointsvault.journal_data.cash_owed IS 'what all members have in cash, with dividends not yet posted to each';
COMMENT ON COLUMN pointsvault.journal_data.day IS 'business day the event belongs to (V7); of a close: the day it closed';
COMMENT ON COLUMN pointsvault.journal_data.next_exit IS
  'no exit is due while the price is below this, in 1e-8 currency per point, rounded down; as the call that wrote the row left it, NULL: nothing can exit';
COMMENT ON COLUMN pointsvault.journal_data.kind IS 'what happened; pointsvault.kind_name(kind) names it';
COMMENT ON COLUMN pointsvault.journal_data.named_contribution IS
  'the caller named what the rules would else have given: of a purchase or a settle_debt its contribution (G1, D2), of a refund or a redeem_return its amount (G15, G17); of an award that it has a value; false for other kinds';
COMMENT ON COLUMN pointsvault.journal_data.note IS
  'by kind: the note of an inject, an open_debt or a use_item, the destination of a hand_over or a deliver_stock, the source of a take_back, the prize of an award, the reason of a grant_points, an issue_item, an allot, an adjust, a suspend or a suspend_member, the terms of a create_series or a set_series, the days that a dividend is for (a daterange); of a merge whom the other stood below, and who below the one; of a purchase the buyer''s region where agents were looked for by it';
COMMENT ON COLUMN pointsvault.journal_data.digest IS
  'a hash of all other columns, of the movement beside the row and of the digest before: verify() finds what was changed behind the vault''s back';
COMMENT ON COLUMN pointsvault.journal_data.suspended IS 'the vault refuses events after this row; vault.suspended says why';
COMMENT ON COLUMN pointsvault.journal_data.uncapped IS 'of issued, what opening balances brought outside issue_cap (G3)';
COMMENT ON COLUMN pointsvault.journal_data.importing IS
  'true: after this row the vault is being imported, between begin_import() and end_import(); NULL: it is not';
COMMENT ON COLUMN pointsvault.journal_data.commissions IS
  'purchase: whom it paid commissions, in their order, three numbers each: 256 * reason (see the view commission) + rank, member (0: the shareholder pool), 1/10 000 currency unit; a refund: what went back, below 0 (M1)';
COMMENT ON COLUMN pointsvault.journal_data.order_amount IS 'spend_reward: of the order that the reward pays for (L7)';
COMMENT ON COLUMN pointsvault.journal_data.series IS 'of collectibles: the journal row that created the series';
COMMENT ON COLUMN pointsvault.journal_data.item IS 'the serial of a collectible, or how many shares of stock';
COMMENT ON COLUMN pointsvault.journal_data.stock_price IS 'what a share of stock costs in points'' money (Q1); NULL: closed';
COMMENT ON COLUMN pointsvault.journal_data.stock_issued IS 'shares of stock converted and allotted, ever (Q2)';
COMMENT ON COLUMN pointsvault.journal_data.asked IS 'convert_to_stock: the points that it named at most (Q1); points has those it took';
COMMENT ON COLUMN pointsvault.journal_data.free_from IS 'convert_to_stock, allot: the day on which the first part of its shares is free (Q3)';
COMMENT ON COLUMN pointsvault.journal_data.parts IS 'in how many parts they come free';
COMMENT ON COLUMN pointsvault.journal_data.part_months IS 'calendar months from each part to the next';
COMMENT ON COLUMN pointsvault.journal_data.exchange IS 'points in custody of an outside market (X1)';
COMMENT ON COLUMN pointsvault.journal_data.points_fee IS 'hand_over: of its points, the fee, which was burned (X1)';
COMMENT ON COLUMN pointsvault.journal_data.cause IS 'seq of the event that led to this one, or that this one reverses';
COMMENT ON COLUMN pointsvault.journal_data.reversed IS
  'withdraw_return, refund, redeem_return: all that was taken back of the cause by then, this event included';
COMMENT ON COLUMN pointsvault.journal_data.at IS 'as the caller named it; NULL: when it was booked';
COMMENT ON COLUMN pointsvault.journal_data.actor IS
  'the role that called, which was judged for it; where the session is another''s: "shop (login web)"';

CREATE TABLE pointsvault.movement_data (
  vault integer NOT NULL,
  role smallint NOT NULL,
  seq bigint NOT NULL,
  member bigint NOT NULL,
  points pointsvault.points,
  credits pointsvault.amount,
  cash pointsvault.amount,
  reward pointsvault.amount,
  quota pointsvault.amount,
  shares bigint,
  stock bigint,
  items bigint,
  debt pointsvault.amount,
  PRIMARY KEY (vault, seq, member)
);
CREATE INDEX movement_member ON pointsvault.movement_data (member);
COMMENT ON TABLE pointsvault.movement_data IS
  'append-only, one row for each other member an event touched, such as the sponsor; NULL stands for 0';
COMMENT ON COLUMN pointsvault.movement_data.role IS
  'in what way it takes part: 1 sponsor of the buyer, 2 payee, 3 who takes over by a merge, 4 whom a commission was paid, 5 seller of an item';

CREATE TABLE pointsvault.agent_data (
  vault integer NOT NULL,
  region text COLLATE "C" NOT NULL,
  member bigint NOT NULL,
  seq bigint NOT NULL,
  PRIMARY KEY (vault, region)
);
COMMENT ON TABLE pointsvault.agent_data IS 'one row a region that has an agent (M1): the last appointed';
COMMENT ON COLUMN pointsvault.agent_data.region IS 'its code: 2 digits a province, 4 a city, 6 a district';
COMMENT ON COLUMN pointsvault.agent_data.member IS 'id of the member who was appointed; where that one was merged meanwhile, who took over is meant';
COMMENT ON COLUMN pointsvault.agent_data.seq IS 'the journal row of the appointment';

CREATE TABLE pointsvault.series_data (
  vault integer NOT NULL,
  closed boolean NOT NULL,
  transferable boolean NOT NULL,
  seq bigint NOT NULL,
  supply bigint NOT NULL,
  issued bigint NOT NULL,
  price_points pointsvault.points,
  price_amount pointsvault.amount,
  min_spent pointsvault.amount NOT NULL,
  fee_rate bigint NOT NULL,
  uses bigint,
  code text COLLATE "C" NOT NULL,
  name text,
  about jsonb,
  PRIMARY KEY (vault, seq),
  CONSTRAINT series_code_key UNIQUE (vault, code)
) WITH (fillfactor = 80);
COMMENT ON TABLE pointsvault.series_data IS 'series of collectibles (N1): what they are as they stand now; the journal has every change';
COMMENT ON COLUMN pointsvault.series_data.seq IS 'the journal row that created it, which is its number';
COMMENT ON COLUMN pointsvault.series_data.issued IS 'items given out, which have the serials 1 to this';
COMMENT ON COLUMN pointsvault.series_data.price_points IS 'what an item is claimed for, in points; NULL: it is priced in money';
COMMENT ON COLUMN pointsvault.series_data.min_spent IS 'what own purchases less refunds must reach to claim one';
COMMENT ON COLUMN pointsvault.series_data.fee_rate IS 'of a sale between members, in parts per million (N3)';
COMMENT ON COLUMN pointsvault.series_data.uses IS 'how often an item may be used (N4); NULL: without an end';
COMMENT ON COLUMN pointsvault.series_data.about IS 'what the caller says of it, for item_metadata()';

CREATE TABLE pointsvault.item_data (
  vault integer NOT NULL,
  series bigint NOT NULL,
  serial bigint NOT NULL,
  owner bigint NOT NULL,
  listed pointsvault.amount,
  used bigint NOT NULL,
  since bigint NOT NULL,
  seq bigint NOT NULL,
  PRIMARY KEY (vault, series, serial)
) WITH (fillfactor = 80);
CREATE INDEX item_owner ON pointsvault.item_data (vault, owner);
CREATE INDEX item_listed ON pointsvault.item_data (vault, series, listed) WHERE listed IS NOT NULL;
COMMENT ON TABLE pointsvault.item_data IS 'one row a collectible: whose it is, and what holds it (N2 to N4)';
COMMENT ON COLUMN pointsvault.item_data.owner IS
  'id of the member whom its last event found or gave it to, or who took over from that one by a merge';
COMMENT ON COLUMN pointsvault.item_data.listed IS 'the price in credits at which it is listed; NULL: it is not';
COMMENT ON COLUMN pointsvault.item_data.used IS 'how often it was used';
COMMENT ON COLUMN pointsvault.item_data.since IS 'the journal row by which it came to its owner';
COMMENT ON COLUMN pointsvault.item_data.seq IS 'the journal row of its last event';

CREATE TABLE pointsvault.partner_data (
  vault integer NOT NULL,
  since date NOT NULL,
  member bigint NOT NULL,
  seq bigint NOT NULL,
  PRIMARY KEY (vault, member)
);
COMMENT ON TABLE pointsvault.partner_data IS 'one row a partner (P1), for ever; written by closes alone, and by merges, which hand it on';
COMMENT ON COLUMN pointsvault.partner_data.since IS 'the day whose close made it a partner';
COMMENT ON COLUMN pointsvault.partner_data.seq IS 'the journal row that says so';

CREATE TABLE pointsvault.class_data (
  vault integer NOT NULL,
  shares bigint NOT NULL,
  holders bigint NOT NULL,
  active bigint NOT NULL,
  total pointsvault.amount NOT NULL,
  shareholder_total pointsvault.amount NOT NULL,
  PRIMARY KEY (vault, shares)
) WITH (fillfactor = 50);
COMMENT ON TABLE pointsvault.class_data IS
  'one row a share count that any member ever had at a close: a close pays all its members by moving one running total (C8)';
COMMENT ON COLUMN pointsvault.class_data.holders IS 'members with so many shares at the last close';
COMMENT ON COLUMN pointsvault.class_data.active IS 'of them with quota left after it (C3)';
COMMENT ON COLUMN pointsvault.class_data.total IS 'sum of what an active member with so many shares was due at each close';

COMMENT ON COLUMN pointsvault.class_data.shareholder_total IS
  'sum of what each close paid a member with so many shares out of the shareholder pool (C6a)';

CREATE TABLE pointsvault.quota_data (
  vault integer NOT NULL,
  member bigint NOT NULL,
  shares bigint NOT NULL,
  ends_at bigint NOT NULL,
  PRIMARY KEY (vault, member)
);
-- The vault second, or a look-up of a member in a vault that the planner takes to
-- be small would go through all of that vault here.
CREATE INDEX quota_end ON pointsvault.quota_data (shares, vault, ends_at);
COMMENT ON TABLE pointsvault.quota_data IS
  'when the quota of active members ends; written by closes alone, for members of the day''s events and those whose quota ended';
COMMENT ON COLUMN pointsvault.quota_data.shares IS 'share count of the member at the last close';
COMMENT ON COLUMN pointsvault.quota_data.ends_at IS 'running total of that share count, in 1/10 000 currency unit, at which the member''s quota is used up';

CREATE TABLE pointsvault.plan_data (
  vault integer NOT NULL,
  as_of date NOT NULL,
  member bigint NOT NULL,
  seq bigint NOT NULL,
  amount pointsvault.amount NOT NULL,
  granted pointsvault.amount NOT NULL,
  daily pointsvault.amount NOT NULL,
  released pointsvault.amount NOT NULL,
  cancelled pointsvault.amount NOT NULL,
  rate pointsvault.amount NOT NULL,
  PRIMARY KEY (vault, member, seq)
) WITH (fillfactor = 50);
COMMENT ON TABLE pointsvault.plan_data IS
  'release plans (L1), one row a purchase that opened one; a plan that only runs on is not touched: what it has released follows from rate';
COMMENT ON COLUMN pointsvault.plan_data.as_of IS 'the day by whose end released was that';
COMMENT ON COLUMN pointsvault.plan_data.seq IS 'the purchase that opened the plan';
COMMENT ON COLUMN pointsvault.plan_data.amount IS 'of that purchase';
COMMENT ON COLUMN pointsvault.plan_data.daily IS 'what the plan releases a day by itself, while it has as much (L2)';
COMMENT ON COLUMN pointsvault.plan_data.cancelled IS 'what refunds took of granted (G15)';
COMMENT ON COLUMN pointsvault.plan_data.rate IS 'what it releases each day after as_of, with what its member earns by others (L6)';

CREATE TABLE pointsvault.stock_data (
  vault integer NOT NULL,
  parts integer NOT NULL,
  part_months integer NOT NULL,
  free_from date NOT NULL,
  member bigint NOT NULL,
  seq bigint NOT NULL,
  shares bigint NOT NULL,
  delivered bigint NOT NULL,
  PRIMARY KEY (vault, member, seq)
) WITH (fillfactor = 90);
COMMENT ON TABLE pointsvault.stock_data IS 'grants of shares of stock (Q3), one row an event that brought some; kept when they are handed over';
COMMENT ON COLUMN pointsvault.stock_data.parts IS 'in how many parts the shares come free';
COMMENT ON COLUMN pointsvault.stock_data.part_months IS 'calendar months from each part to the next';
COMMENT ON COLUMN pointsvault.stock_data.free_from IS 'the day on which the first part is free';
COMMENT ON COLUMN pointsvault.stock_data.seq IS 'the convert_to_stock or allot that brought them';
COMMENT ON COLUMN pointsvault.stock_data.delivered IS 'how many of them were handed over (Q4)';

CREATE TABLE pointsvault.team_data (
  vault integer NOT NULL,
  as_of date,
  member bigint NOT NULL,
  star smallint NOT NULL,
  rank smallint NOT NULL,
  plans integer,
  sales pointsvault.amount NOT NULL,
  team_sales pointsvault.amount NOT NULL,
  released pointsvault.amount,
  rate pointsvault.amount,
  base pointsvault.amount,
  bonus pointsvault.amount,
  ends_on date,
  above bigint,
  generations bigint[],
  units bigint[],
  PRIMARY KEY (vault, member)
) WITH (fillfactor = 70);
CREATE INDEX team_end ON pointsvault.team_data (vault, ends_on) WHERE ends_on IS NOT NULL;
COMMENT ON TABLE pointsvault.team_data IS
  'one row a member that bought, or below whom somebody did, or that has or had release plans: its team at the last close, and what its plans release a day until one on which something ends; written by closes, and merges move what is above';
COMMENT ON COLUMN pointsvault.team_data.star IS 'the highest step of stars that team_sales reach (L4), 0 = none';
COMMENT ON COLUMN pointsvault.team_data.rank IS 'likewise of ranks (M1)';
COMMENT ON COLUMN pointsvault.team_data.sales IS 'its own purchases less refunds';
COMMENT ON COLUMN pointsvault.team_data.team_sales IS 'those of all below (L4)';
COMMENT ON COLUMN pointsvault.team_data.generations IS
  'what each generation below released by itself on the last day, the nearest first (L3), in 1/10 000 currency unit';
COMMENT ON COLUMN pointsvault.team_data.units IS
  'what was released below on the last day, by the highest star paid on it: none, then for each star that whose peer is to come and that whose peer was paid (L4, L5)';
COMMENT ON COLUMN pointsvault.team_data.above IS 'below whom the member stands, as merges move it: its sponsor, or who took over from that one; NULL: nobody';
COMMENT ON COLUMN pointsvault.team_data.as_of IS 'the day by whose end released was that; NULL, as all that follows: the member never had a plan that released';
COMMENT ON COLUMN pointsvault.team_data.released IS 'by all plans of the member, ever';
COMMENT ON COLUMN pointsvault.team_data.rate IS 'by all of them, each day after as_of';
COMMENT ON COLUMN pointsvault.team_data.base IS 'what the plans released by themselves on the last day: what others are paid by (L2)';
COMMENT ON COLUMN pointsvault.team_data.bonus IS 'what the member earns a day by what others release (L3 to L5)';
COMMENT ON COLUMN pointsvault.team_data.plans IS 'how many are not used up';
COMMENT ON COLUMN pointsvault.team_data.ends_on IS 'the first day that cannot be as the one before; NULL: none';

CREATE TABLE pointsvault.day_data (
  vault integer NOT NULL,
  day date NOT NULL,
  seq bigint NOT NULL,
  turnover pointsvault.amount NOT NULL,
  weight_pool pointsvault.amount NOT NULL,
  weight_shares bigint NOT NULL,
  by_weight boolean NOT NULL,
  tier_mins bigint[] NOT NULL,
  tier_pools bigint[] NOT NULL,
  tier_divisors bigint[] NOT NULL,
  active_shares bigint NOT NULL,
  over_quota pointsvault.amount NOT NULL,
  pool pointsvault.amount NOT NULL,
  paid pointsvault.amount NOT NULL,
  all_shares bigint NOT NULL,
  shareholder_pool pointsvault.amount NOT NULL,
  shareholders pointsvault.amount NOT NULL,
  released pointsvault.amount NOT NULL,
  running pointsvault.amount NOT NULL,
  PRIMARY KEY (vault, day)
);
COMMENT ON TABLE pointsvault.day_data IS
  'append-only, one row a closed day: what was shared out among how many, which tells what any share count was due';
COMMENT ON COLUMN pointsvault.day_data.seq IS 'the journal row of the close';
COMMENT ON COLUMN pointsvault.day_data.weight_pool IS 'shared out by weight (C4), with what was carried';
COMMENT ON COLUMN pointsvault.day_data.weight_shares IS 'among so many shares: the denominator of C4';
COMMENT ON COLUMN pointsvault.day_data.by_weight IS 'the tiers are shared out by shares, not by head (C5)';
COMMENT ON COLUMN pointsvault.day_data.tier_mins IS 'shares from which on a member is in the tier';
COMMENT ON COLUMN pointsvault.day_data.tier_pools IS 'the pool of each tier, in 1/10 000 currency unit';
COMMENT ON COLUMN pointsvault.day_data.tier_divisors IS 'active members in each tier, or their shares';
COMMENT ON COLUMN pointsvault.day_data.active_shares IS 'shares of the active members (C3)';
COMMENT ON COLUMN pointsvault.day_data.over_quota IS 'what active members were due and had no quota for (C6)';
COMMENT ON COLUMN pointsvault.day_data.released IS 'by all release plans on the day (L2 to L6)';
COMMENT ON COLUMN pointsvault.day_data.running IS 'what they release each day after it, while nothing changes';
COMMENT ON COLUMN pointsvault.day_data.pool IS 'all pools together; what of it is not paid went to the platform or into the next day''s (C7)';

COMMENT ON COLUMN pointsvault.day_data.all_shares IS 'shares of all members, with quota or without (C6a)';
COMMENT ON COLUMN pointsvault.day_data.shareholder_pool IS 'shared out over all_shares (C6a)';
COMMENT ON COLUMN pointsvault.day_data.shareholders IS 'paid of it; the rest went where that of pool went (C7)';

CREATE TABLE pointsvault.job_data (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  vault integer NOT NULL,
  job text NOT NULL,
  day date,
  started_at timestamptz NOT NULL,
  finished_at timestamptz NOT NULL,
  failed boolean NOT NULL,
  outcome text NOT NULL
);
-- The view job_run tells failures from the rest by the same expression.
CREATE INDEX job_failed ON pointsvault.job_data (vault, id) WHERE failed;
COMMENT ON TABLE pointsvault.job_data IS 'what run_jobs() did, and what failed';
COMMENT ON SEQUENCE pointsvault.job_data_id_seq IS 'numbers of job runs';

CREATE SEQUENCE pointsvault.queue_number;
COMMENT ON SEQUENCE pointsvault.queue_number IS 'the order in which submitted orders are booked (H2), over all vaults';

CREATE TABLE pointsvault.queue_data (
  vault integer NOT NULL,
  held boolean NOT NULL,
  beyond_rate boolean NOT NULL,
  kind smallint NOT NULL,
  number bigint NOT NULL,
  due_at timestamptz NOT NULL,
  amount pointsvault.amount NOT NULL,
  contribution pointsvault.amount,
  at timestamptz,
  ref text COLLATE "C" NOT NULL,
  member text COLLATE "C" NOT NULL,
  actor text NOT NULL,
  region text,
  error text,
  meta jsonb,
  digest bigint NOT NULL,
  PRIMARY KEY (vault, ref)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000);
CREATE INDEX queue_next ON pointsvault.queue_data (vault, number) WHERE NOT held AND error IS NULL;
CREATE INDEX queue_held ON pointsvault.queue_data (vault, due_at) WHERE held AND error IS NULL;
CREATE INDEX queue_aside ON pointsvault.queue_data (vault, number) WHERE error IS NOT NULL;
COMMENT ON TABLE pointsvault.queue_data IS 'orders submitted and not yet booked (MODEL 4), and those that could not be (H3)';
COMMENT ON COLUMN pointsvault.queue_data.held IS 'was not due yet when it was submitted';
COMMENT ON COLUMN pointsvault.queue_data.beyond_rate IS
  'who submitted may name a contribution above the policy''s rate, where a debt is settled (D2)';
COMMENT ON COLUMN pointsvault.queue_data.kind IS 'what it is booked as, a purchase or a settle_debt; pointsvault.kind_name(kind) names it';
COMMENT ON COLUMN pointsvault.queue_data.due_at IS 'the end of its hold; the moment the order is booked for (H4)';
COMMENT ON COLUMN pointsvault.queue_data.at IS 'as the caller named it; NULL: when it was submitted';
COMMENT ON COLUMN pointsvault.queue_data.actor IS 'the role that submitted, as in the journal';
COMMENT ON COLUMN pointsvault.queue_data.digest IS
  'a hash of what was submitted: an order changed behind the vault''s back is set aside, and verify() finds it';
COMMENT ON COLUMN pointsvault.queue_data.error IS 'why it was set aside; NULL while it waits';

CREATE TABLE pointsvault.intake_data (
  vault integer NOT NULL,
  rows integer NOT NULL,
  change bigint NOT NULL,
  digest bigint NOT NULL,
  at timestamptz NOT NULL,
  kind smallint NOT NULL,
  actor text NOT NULL,
  ref text COLLATE "C"
);
COMMENT ON TABLE pointsvault.intake_data IS
  'append-only and without an index, one row a call or batch that changed member_data or queue_data, which take no lock: verify() compares the sums with the rows there are';
COMMENT ON COLUMN pointsvault.intake_data.rows IS 'how many rows more there are, below 0: less';
COMMENT ON COLUMN pointsvault.intake_data.change IS 'by how much that moved the sum of the rows'' hashes, modulo 2^64';
COMMENT ON COLUMN pointsvault.intake_data.digest IS 'a hash of all other columns';
COMMENT ON COLUMN pointsvault.intake_data.kind IS
  'of members: 1 enrolled, 2 renamed, 3 changed otherwise, 4 merged; of orders: 10 submitted, 11 settled, 12 cancelled, 13 set aside, 14 of a buyer who was renamed';
COMMENT ON COLUMN pointsvault.intake_data.actor IS 'the role that called';
COMMENT ON COLUMN pointsvault.intake_data.ref IS 'of an order that was cancelled, set aside or submitted anew, else NULL';

CREATE TABLE pointsvault.access_data (
  role regrole NOT NULL,
  profile text NOT NULL,
  vault integer,
  granted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  granted_by text NOT NULL
);
CREATE UNIQUE INDEX access_key ON pointsvault.access_data (role, profile, COALESCE(vault, 0));
COMMENT ON TABLE pointsvault.access_data IS 'which role may act by which profile on which vault; vault NULL: on all';
COMMENT ON COLUMN pointsvault.access_data.role IS 'the role itself, whatever it is renamed to; a dump writes its name';

COMMENT ON SEQUENCE pointsvault.vault_id_seq IS 'numbers of vaults';
COMMENT ON SEQUENCE pointsvault.member_data_id_seq IS 'numbers of members, over all vaults';

-- The journal cannot be rewritten, not even by a replication or restore session.

CREATE FUNCTION pointsvault.refuse_change() RETURNS trigger
  AS 'MODULE_PATHNAME', 'pv_refuse_change' LANGUAGE C;
COMMENT ON FUNCTION pointsvault.refuse_change() IS 'trigger: the table is append-only (55000)';

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON pointsvault.journal_data
  FOR EACH STATEMENT EXECUTE FUNCTION pointsvault.refuse_change();
ALTER TABLE pointsvault.journal_data ENABLE ALWAYS TRIGGER append_only;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON pointsvault.movement_data
  FOR EACH STATEMENT EXECUTE FUNCTION pointsvault.refuse_change();
ALTER TABLE pointsvault.movement_data ENABLE ALWAYS TRIGGER append_only;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON pointsvault.policy_data
  FOR EACH STATEMENT EXECUTE FUNCTION pointsvault.refuse_change();
ALTER TABLE pointsvault.policy_data ENABLE ALWAYS TRIGGER append_only;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON pointsvault.day_data
  FOR EACH STATEMENT EXECUTE FUNCTION pointsvault.refuse_change();
ALTER TABLE pointsvault.day_data ENABLE ALWAYS TRIGGER append_only;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON pointsvault.intake_data
  FOR EACH STATEMENT EXECUTE FUNCTION pointsvault.refuse_change();
ALTER TABLE pointsvault.intake_data ENABLE ALWAYS TRIGGER append_only;

-- A dump carries the rows of all of them.

SELECT pg_catalog.pg_extension_config_dump('pointsvault.vault', '');
SELECT pg_catalog.pg_extension_config_dump('pointsvault.vault_id_seq', '');
SELECT pg_catalog.pg_extension_config_dump('pointsvault.policy_serial', '');
SELECT pg_catalog.pg_extension_config_dump('pointsvault.policy_data', '');
SELECT pg_catalog.pg_extension_config_dump('pointsvault.member_data', '');
SELECT pg_catalog.pg_extension_config_dump('pointsvault.member_data_id_seq', '');
SELECT pg_catalog.pg_extension_config_dump('pointsvault.member_tally_data', '');
SELECT pg_catalog.pg_extension_config_dump('pointsvault.holding_data', '');
SELECT pg_catalog.pg_extension_config_dump('pointsvault.debtor_data', '');
SELECT pg_catalog.pg_extension_config_dump('pointsvault.lot_data', '');
SELECT pg_catalog.pg_extension_config_dump('pointsvault.journal_data', '');
SELECT pg_catalog.pg_extension_config_dump('pointsvault.movement_data', '');
SELECT pg_catalog.pg_extension_config_dump('pointsvault.agent_data', '');
SELECT pg_catalog.pg_extension_config_dump('pointsvault.series_data', '');
SELECT pg_catalog.pg_extension_config_dump('pointsvault.item_data', '');
SELECT pg_catalog.pg_extension_config_dump('pointsvault.partner_data', '');
SELECT pg_catalog.pg_extension_config_dump('pointsvault.class_data', '');
SELECT pg_catalog.pg_extension_config_dump('pointsvault.quota_data', '');
SELECT pg_catalog.pg_extension_config_dump('pointsvault.plan_data', '');
SELECT pg_catalog.pg_extension_config_dump('pointsvault.stock_data', '');
SELECT pg_catalog.pg_extension_config_dump('pointsvault.team_data', '');
SELECT pg_catalog.pg_extension_config_dump('pointsvault.day_data', '');
SELECT pg_catalog.pg_extension_config_dump('pointsvault.job_data', '');
SELECT pg_catalog.pg_extension_config_dump('pointsvault.job_data_id_seq', '');
SELECT pg_catalog.pg_extension_config_dump('pointsvault.queue_number', '');
SELECT pg_catalog.pg_extension_config_dump('pointsvault.queue_data', '');
SELECT pg_catalog.pg_extension_config_dump('pointsvault.intake_data', '');
-- without those of roles that were dropped, whose numbers mean others elsewhere
SELECT pg_catalog.pg_extension_config_dump('pointsvault.access_data',
  'WHERE role IN (SELECT oid FROM pg_catalog.pg_roles)');
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
  'gives a member another name, for a person''s right to be forgotten: the journal knows members by number, so the old name is nowhere kept; journalled without names; a name in use is 23505';

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
-- ---------------------------------------------------------------------------
-- Events.  Each books one event whole, in the caller's transaction, and returns
-- its receipt; the same call with the same ref again returns the stored receipt
-- (V4).  The vault stays locked until the transaction ends: call it last, or leave it
-- to the commit.
-- ---------------------------------------------------------------------------

CREATE TYPE pointsvault.receipt AS (
  vault integer,
  seq bigint,
  kind text,
  ref text,
  member text,
  amount numeric,
  points numeric,
  cash numeric,
  fee numeric,
  price_before numeric,
  price_after numeric,
  at timestamptz,
  day date,
  booked_at timestamptz,
  replayed boolean,
  item bigint,
  owed_by_others numeric,
  refunded numeric
);
COMMENT ON TYPE pointsvault.receipt IS 'what an event did; what its kind does not say is NULL';
COMMENT ON COLUMN pointsvault.receipt.seq IS 'its row in the journal';
COMMENT ON COLUMN pointsvault.receipt.amount IS 'purchase: the order''s amount; settle_debt: what of the debt is settled; redeem, exit, claim, convert_to_stock: gross value; points_to_credits: credits got; credits_to_points: credits given; grant_points, open: paid into the pool; redeem_return: back into it; adjust: paid into the pool, below 0 from there to the platform; redeem_surplus: to the reserve; hand_over, take_back: what the points were worth; award: the value of the prize, NULL: none was named; list_item, unlist_item, buy_item: the price in credits; set_stock_price: the price, 0: closed; close: the day''s pools; release: posted to the member''s rewards; else the amount';
COMMENT ON COLUMN pointsvault.receipt.points IS 'purchase: minted to the buyer; settle_debt: to the member; redeem, exit, claim, convert_to_stock, redeem_surplus: burned; refund: burned from the buyer''s lot; swaps: given or got; grant_points: granted; open: brought; adjust: the change; redeem_return: what came back; merge: that went over; hand_over: given, the fee included; take_back: that came back';
COMMENT ON COLUMN pointsvault.receipt.cash IS 'redeem, exit: net; claim, convert_to_stock: what the platform got; refund: given back by the pool; close: paid to members; dividend: posted to the member';
COMMENT ON COLUMN pointsvault.receipt.fee IS 'redeem, exit, claim, convert_to_stock: kept by the pool; refund: what the buyer owes for it; buy_item: of the price, in credits; hand_over: points burned of those handed over';
COMMENT ON COLUMN pointsvault.receipt.price_before IS 'currency per point before the event, for showing';
COMMENT ON COLUMN pointsvault.receipt.price_after IS 'after this event alone: exits it led to have journal rows of their own';
COMMENT ON COLUMN pointsvault.receipt.day IS 'business day in the vault''s time zone (U5)';
COMMENT ON COLUMN pointsvault.receipt.replayed IS 'the ref was booked before; nothing changed by this call';
COMMENT ON COLUMN pointsvault.receipt.item IS 'the serial of a collectible, or how many shares of stock';
COMMENT ON COLUMN pointsvault.receipt.owed_by_others IS 'refund: what others than the buyer owe for it, such as the sponsor';
COMMENT ON COLUMN pointsvault.receipt.refunded IS 'purchase, settle_debt: what was refunded of it since; as of now, no part of what is stored';

CREATE FUNCTION pointsvault.purchase(
  vault integer, member text, amount numeric, ref text, contribution numeric DEFAULT NULL,
  region text DEFAULT NULL, min_points numeric DEFAULT NULL, at timestamptz DEFAULT NULL,
  meta jsonb DEFAULT NULL
) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_purchase' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.purchase(integer, text, numeric, text, numeric, text, numeric, timestamptz, jsonb) IS
  'books a sale: the pool gets the contribution, the buyer and the sponsor are minted points at the price before (G1 to G3), then exits due are booked (G7); fewer points than min_points is 23514';

CREATE FUNCTION pointsvault.redeem(
  vault integer, member text, points numeric, ref text, purpose text DEFAULT 'cash',
  min_cash numeric DEFAULT NULL, at timestamptz DEFAULT NULL, meta jsonb DEFAULT NULL
) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_redeem' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.redeem(integer, text, numeric, text, text, numeric, timestamptz, jsonb) IS
  'burns a member''s points, oldest lots first, for cash or goods at the price now less the fee (G4, G5); net rounded down, fee up; more than held is 23514, a net of 0 is 22023, less than min_cash is 23514';

CREATE FUNCTION pointsvault.merge_members(
  vault integer, from_member text, into_member text, ref text, at timestamptz DEFAULT NULL, meta jsonb DEFAULT NULL
) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_merge_members' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.merge_members(integer, text, text, text, timestamptz, jsonb) IS
  'a person enrolled twice becomes one: balances, lots and the line below go over, and so do waiting orders and later refunds; the old name answers P0002 with a hint that names the new one. Leads to no exits';

CREATE FUNCTION pointsvault.inject(
  vault integer, amount numeric, ref text, note text DEFAULT NULL, at timestamptz DEFAULT NULL,
  meta jsonb DEFAULT NULL
) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_inject' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.inject(integer, numeric, text, text, timestamptz, jsonb) IS
  'adds money from outside to the pool (G11); 55000 while no points circulate';

CREATE FUNCTION pointsvault.withdraw(
  vault integer, member text, amount numeric, ref text, at timestamptz DEFAULT NULL,
  meta jsonb DEFAULT NULL
) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_withdraw' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.withdraw(integer, text, numeric, text, timestamptz, jsonb) IS
  'records that cash was paid out to a member (G13); more than the member has is 23514';

CREATE FUNCTION pointsvault.withdraw_return(
  vault integer, withdraw_ref text, ref text, at timestamptz DEFAULT NULL, meta jsonb DEFAULT NULL
) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_withdraw_return' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.withdraw_return(integer, text, text, timestamptz, jsonb) IS
  'a payout bounced: the cash of that withdraw goes back to its member, once (55000 the second time)';

CREATE FUNCTION pointsvault.points_to_credits(
  vault integer, member text, points numeric, ref text, at timestamptz DEFAULT NULL,
  meta jsonb DEFAULT NULL, min_credits numeric DEFAULT NULL
) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_points_to_credits' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.points_to_credits(integer, text, numeric, text, timestamptz, jsonb, numeric) IS
  'points become credits of a fixed value at the price now, rounded down; the points, oldest lots first, move to the treasury and keep circulating (G8); more than held is 23514, a swap of 0 is 22023, less than min_credits is 23514';

CREATE FUNCTION pointsvault.credits_to_points(
  vault integer, member text, credits numeric, ref text, at timestamptz DEFAULT NULL,
  meta jsonb DEFAULT NULL, min_points numeric DEFAULT NULL
) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_credits_to_points' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.credits_to_points(integer, text, numeric, text, timestamptz, jsonb, numeric) IS
  'credits of a merchant become points out of the treasury at the price now, rounded down (G9); one who is no merchant is 42501, more than held is 23514, a swap of 0 is 22023';

CREATE FUNCTION pointsvault.pay(
  vault integer, payer text, payee text, credits numeric, ref text, at timestamptz DEFAULT NULL,
  meta jsonb DEFAULT NULL
) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_pay' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.pay(integer, text, text, numeric, text, timestamptz, jsonb) IS
  'moves credits from one member to another (G10); more than the payer has is 23514, paying oneself 22023';

CREATE FUNCTION pointsvault.grant_points(
  vault integer, member text, points numeric, ref text, reason text, at timestamptz DEFAULT NULL,
  meta jsonb DEFAULT NULL
) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_grant_points' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.grant_points(integer, text, numeric, text, text, timestamptz, jsonb) IS
  'gives a member new points, paid into the pool from outside at the price now, rounded up (G12); beyond the issue cap is 23514; the reason is journalled';

CREATE FUNCTION pointsvault.redeem_surplus(
  vault integer, ref text, at timestamptz DEFAULT NULL, meta jsonb DEFAULT NULL
) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_redeem_surplus' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.redeem_surplus(integer, text, timestamptz, jsonb) IS
  'burns the treasury''s points beyond what the credits need and moves their worth from the pool to the reserve; the price stays (G14); nothing beyond: a receipt of 0';

CREATE FUNCTION pointsvault.refund(
  vault integer, purchase_ref text, ref text, amount numeric DEFAULT NULL, at timestamptz DEFAULT NULL,
  meta jsonb DEFAULT NULL
) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_refund' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.refund(integer, text, text, numeric, timestamptz, jsonb) IS
  'takes a purchase or a settle_debt, or a part of it, back, all that is left where amount is NULL (G15): its points are burned or bought back out of the members'' cash, the pool gives back what it can without the price falling; more than is left is 23514; the receipt''s fee is what the buyer owes';

CREATE FUNCTION pointsvault.spend_reward(
  vault integer, member text, amount numeric, ref text, order_amount numeric, at timestamptz DEFAULT NULL,
  meta jsonb DEFAULT NULL
) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_spend_reward' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.spend_reward(integer, text, numeric, text, numeric, timestamptz, jsonb) IS
  'rewards pay for goods, at most usage_rate of the order (L7), more is 23514, as is more than the member has';

CREATE FUNCTION pointsvault.repay(
  vault integer, member text, amount numeric, ref text, at timestamptz DEFAULT NULL, meta jsonb DEFAULT NULL
) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_repay' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.repay(integer, text, numeric, text, timestamptz, jsonb) IS
  'books that a member who owes cash paid the house outside (G13); more than it owes is 23514';

CREATE FUNCTION pointsvault.adjust(
  vault integer, member text, asset text, change numeric, ref text, reason text,
  at timestamptz DEFAULT NULL, meta jsonb DEFAULT NULL
) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_adjust' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.adjust(integer, text, text, numeric, text, text, timestamptz, jsonb) IS
  'corrects what a member has of points, credits, cash, reward, quota or debt (G17): points and credits up are paid into the pool from outside, points down go from there to the platform; below 0 is 23514; the reason is journalled';

CREATE FUNCTION pointsvault.hand_over(
  vault integer, member text, points numeric, ref text, destination text, at timestamptz DEFAULT NULL,
  meta jsonb DEFAULT NULL
) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_hand_over' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.hand_over(integer, text, numeric, text, text, timestamptz, jsonb) IS
  'a member''s points, oldest lots first, go into custody of an exchange, less a fee in points, which are burned (X1); more than held is 23514, nothing left after the fee 22023; without section exchange 55000';

CREATE FUNCTION pointsvault.take_back(
  vault integer, member text, points numeric, ref text, source text, at timestamptz DEFAULT NULL,
  meta jsonb DEFAULT NULL
) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_take_back' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.take_back(integer, text, numeric, text, text, timestamptz, jsonb) IS
  'points in custody of an exchange come back, to a member, in a lot whose limit begins anew (X2); more than are in custody is 23514; without section exchange 55000';

CREATE FUNCTION pointsvault.award(
  vault integer, member text, ref text, prize text, value numeric DEFAULT NULL, at timestamptz DEFAULT NULL,
  meta jsonb DEFAULT NULL
) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_award' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.award(integer, text, text, text, numeric, timestamptz, jsonb) IS
  'notes that a member won a prize, and what it is worth (P3); it moves nothing';

CREATE FUNCTION pointsvault.redeem_return(
  vault integer, redeem_ref text, ref text, amount numeric DEFAULT NULL, at timestamptz DEFAULT NULL,
  meta jsonb DEFAULT NULL
) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_redeem_return' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.redeem_return(integer, text, text, numeric, timestamptz, jsonb) IS
  'goods that points were redeemed for came back, or a part of their net, all that is left where amount is NULL (G17): the platform gives it back to the pool, and the member gets the points it buys now; more than is left is 23514';

-- ---------------------------------------------------------------------------
-- The events of a shop, left to the commit: these may be called first in a long
-- transaction.  The vault is locked as the transaction commits, no earlier.
-- ---------------------------------------------------------------------------

CREATE FUNCTION pointsvault.purchase_at_commit(
  vault integer, member text, amount numeric, ref text, contribution numeric DEFAULT NULL,
  region text DEFAULT NULL, min_points numeric DEFAULT NULL, at timestamptz DEFAULT NULL,
  meta jsonb DEFAULT NULL
) RETURNS void
  AS 'MODULE_PATHNAME', 'pv_sql_purchase_at_commit' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.purchase_at_commit(integer, text, numeric, text, numeric, text, numeric, timestamptz, jsonb) IS
  'has a purchase booked as the transaction commits: arguments and rights are judged now, all else then, and what is refused then refuses the commit; get_receipt has the receipt afterwards';

CREATE FUNCTION pointsvault.redeem_at_commit(
  vault integer, member text, points numeric, ref text, purpose text DEFAULT 'cash',
  min_cash numeric DEFAULT NULL, at timestamptz DEFAULT NULL, meta jsonb DEFAULT NULL
) RETURNS void
  AS 'MODULE_PATHNAME', 'pv_sql_redeem_at_commit' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.redeem_at_commit(integer, text, numeric, text, text, numeric, timestamptz, jsonb) IS
  'has a redeem booked as the transaction commits: arguments and rights are judged now, all else then, and what is refused then refuses the commit; get_receipt has the receipt afterwards';

CREATE FUNCTION pointsvault.points_to_credits_at_commit(
  vault integer, member text, points numeric, ref text, at timestamptz DEFAULT NULL,
  meta jsonb DEFAULT NULL, min_credits numeric DEFAULT NULL
) RETURNS void
  AS 'MODULE_PATHNAME', 'pv_sql_points_to_credits_at_commit' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.points_to_credits_at_commit(integer, text, numeric, text, timestamptz, jsonb, numeric) IS
  'has a points_to_credits booked as the transaction commits: arguments and rights are judged now, all else then, and what is refused then refuses the commit; get_receipt has the receipt afterwards';

CREATE FUNCTION pointsvault.credits_to_points_at_commit(
  vault integer, member text, credits numeric, ref text, at timestamptz DEFAULT NULL,
  meta jsonb DEFAULT NULL, min_points numeric DEFAULT NULL
) RETURNS void
  AS 'MODULE_PATHNAME', 'pv_sql_credits_to_points_at_commit' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.credits_to_points_at_commit(integer, text, numeric, text, timestamptz, jsonb, numeric) IS
  'has a credits_to_points booked as the transaction commits: arguments and rights are judged now, all else then, and what is refused then refuses the commit; get_receipt has the receipt afterwards';

CREATE FUNCTION pointsvault.pay_at_commit(
  vault integer, payer text, payee text, credits numeric, ref text, at timestamptz DEFAULT NULL,
  meta jsonb DEFAULT NULL
) RETURNS void
  AS 'MODULE_PATHNAME', 'pv_sql_pay_at_commit' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.pay_at_commit(integer, text, text, numeric, text, timestamptz, jsonb) IS
  'has a pay booked as the transaction commits: arguments and rights are judged now, all else then, and what is refused then refuses the commit; get_receipt has the receipt afterwards';

CREATE FUNCTION pointsvault.refund_at_commit(
  vault integer, purchase_ref text, ref text, amount numeric DEFAULT NULL, at timestamptz DEFAULT NULL,
  meta jsonb DEFAULT NULL
) RETURNS void
  AS 'MODULE_PATHNAME', 'pv_sql_refund_at_commit' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.refund_at_commit(integer, text, text, numeric, timestamptz, jsonb) IS
  'has a refund booked as the transaction commits: arguments and rights are judged now, all else then, and what is refused then refuses the commit; get_receipt has the receipt afterwards';

CREATE FUNCTION pointsvault.process_exits(vault integer, max_exits integer DEFAULT 10000) RETURNS bigint
  AS 'MODULE_PATHNAME', 'pv_sql_process_exits' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.process_exits(integer, integer) IS
  'books exits that are due and were left by exits_per_call (G7), and returns how many';
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
-- ---------------------------------------------------------------------------
-- Queue and batch (MODEL 4).  Orders that are submitted are booked later, many at
-- once, with the same result as one by one.
-- ---------------------------------------------------------------------------

CREATE FUNCTION pointsvault.submit(
  vault integer, member text, amount numeric, ref text, contribution numeric DEFAULT NULL,
  region text DEFAULT NULL, hold interval DEFAULT '0', at timestamptz DEFAULT NULL,
  meta jsonb DEFAULT NULL
) RETURNS bigint
  AS 'MODULE_PATHNAME', 'pv_sql_submit' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.submit(integer, text, numeric, text, numeric, text, interval, timestamptz, jsonb) IS
  'queues an order, to be booked once its hold, the return window, has ended (H1); returns its queue number, 0 where the ref is booked already; no lock that another submit waits for; used for another order it is 23505';

CREATE FUNCTION pointsvault.submit_many(
  vault integer, members text[], amounts numeric[], refs text[], contributions numeric[] DEFAULT NULL,
  regions text[] DEFAULT NULL, ats timestamptz[] DEFAULT NULL, hold interval DEFAULT '0'
) RETURNS bigint
  AS 'MODULE_PATHNAME', 'pv_sql_submit_many' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.submit_many(integer, text[], numeric[], text[], numeric[], text[], timestamptz[], interval) IS
  'queues orders in the order of the list, all or none, and returns how many were new; refs queued or booked already must be the same orders';

CREATE FUNCTION pointsvault.submit_settlement(
  vault integer, member text, amount numeric, ref text, contribution numeric DEFAULT NULL,
  hold interval DEFAULT '0', at timestamptz DEFAULT NULL, meta jsonb DEFAULT NULL
) RETURNS bigint
  AS 'MODULE_PATHNAME', 'pv_sql_submit_settlement' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.submit_settlement(integer, text, numeric, text, numeric, interval, timestamptz, jsonb) IS
  'queues an order that settles an old debt (D2), among the others and as submit() does; whether the contribution may be above the policy''s rate is judged now, for who calls';

CREATE FUNCTION pointsvault.settle(vault integer, max_orders integer DEFAULT 10000) RETURNS bigint
  AS 'MODULE_PATHNAME', 'pv_sql_settle' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.settle(integer, integer) IS
  'books the queued orders that are due, in the order of their numbers, with the same result as single calls (H2), and returns how many; one that cannot be booked is set aside with its error (H3); sends one NOTIFY pointsvault_settled';

CREATE FUNCTION pointsvault.cancel(vault integer, ref text) RETURNS boolean
  AS 'MODULE_PATHNAME', 'pv_sql_cancel' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.cancel(integer, text) IS
  'drops an order that is queued or was set aside; false where there is none, as once it is booked; waits for a settle at work';

CREATE FUNCTION pointsvault.purchase_many(
  vault integer, members text[], amounts numeric[], refs text[], contributions numeric[] DEFAULT NULL,
  regions text[] DEFAULT NULL, ats timestamptz[] DEFAULT NULL
) RETURNS SETOF pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_purchase_many' LANGUAGE C VOLATILE ROWS 1000;
COMMENT ON FUNCTION pointsvault.purchase_many(integer, text[], numeric[], text[], numeric[], text[], timestamptz[]) IS
  'books sales in the order of the lists, all or none, with the same result as purchase() for each; a receipt each, in that order; errors name the order';

CREATE FUNCTION pointsvault.wait_settled(vault integer, ref text, timeout interval) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_wait_settled' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.wait_settled(integer, text, interval) IS
  'waits until an order that was submitted and committed is booked, and returns its receipt; NULL when the time is up; 55000 where it was set aside, P0002 where there is no such ref';
-- ---------------------------------------------------------------------------
-- Days and jobs (MODEL 5)
-- ---------------------------------------------------------------------------

CREATE FUNCTION pointsvault.close_day(vault integer, day date DEFAULT NULL) RETURNS date
  AS 'MODULE_PATHNAME', 'pv_sql_close_day' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.close_day(integer, date) IS
  'closes a business day, the next unclosed one when NULL, and returns it (C2 to C8); NULL, with a notice, where it was closed before; today or later is 22023, a day before earlier ones 55000. Events of a later day close the days before them by themselves (V7)';

CREATE FUNCTION pointsvault.accrue(vault integer, max_members integer DEFAULT 10000) RETURNS bigint
  AS 'MODULE_PATHNAME', 'pv_sql_accrue' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.accrue(integer, integer) IS
  'posts to at most so many members what closed days paid them (C8) and returns how many they were: 0 when all are up to date; never needed for a figure to be right';
-- ---------------------------------------------------------------------------
-- Jobs: what has to be done for a vault from time to time
-- ---------------------------------------------------------------------------

-- It commits between steps; what touches tables it does by the functions below.
CREATE PROCEDURE pointsvault.run_jobs(upto timestamptz DEFAULT now())
  AS 'MODULE_PATHNAME', 'pv_sql_run_jobs' LANGUAGE C;
COMMENT ON PROCEDURE pointsvault.run_jobs(timestamptz) IS
  'for each vault that the caller may do jobs for and that is neither suspended nor being imported: settles its queue, closes all days before that of "upto" in the vault''s time zone, books the exits due, counts new members ahead for vault_status; each day, and each 10000 orders or exits, in a transaction of its own. May run at any time, twice and side by side; one vault''s failure stops no other and stands in job_run';

CREATE FUNCTION pointsvault.job_vaults() RETURNS integer[]
  AS 'MODULE_PATHNAME', 'pv_sql_job_vaults' LANGUAGE C STABLE;
COMMENT ON FUNCTION pointsvault.job_vaults() IS
  'for run_jobs(): the vaults that the caller may do jobs for and that are neither suspended nor being imported';

CREATE FUNCTION pointsvault.job_step(
  vault integer, step text, upto timestamptz, OUT again boolean, OUT outcome text, OUT day date, OUT days_left integer
)
  AS 'MODULE_PATHNAME', 'pv_sql_job_step' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.job_step(integer, text, timestamptz) IS
  'for run_jobs(): one transaction''s worth of a step (close_ahead, settle, close, exits, tally) on a vault, noted in job_run; outcome is NULL where there was nothing to do, "again" says that there is more';

CREATE FUNCTION pointsvault.note_job(
  vault integer, job text, started_at timestamptz, outcome text
) RETURNS void
  AS 'MODULE_PATHNAME', 'pv_sql_note_job' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.note_job(integer, text, timestamptz, text) IS
  'for run_jobs(): notes in job_run a step that failed';

CREATE FUNCTION pointsvault.schedule_jobs(schedule text DEFAULT '5 * * * *') RETURNS bigint
  AS 'MODULE_PATHNAME', 'pv_sql_schedule_jobs' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.schedule_jobs(text) IS
  'has pg_cron call run_jobs() as the caller, at a schedule that it reads in GMT, and returns the number of its job; again: changes the schedule. Where pg_cron lives in another database: says what to run there and returns NULL; where it is not: 55000';

CREATE FUNCTION pointsvault.unschedule_jobs() RETURNS boolean
  AS 'MODULE_PATHNAME', 'pv_sql_unschedule_jobs' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.unschedule_jobs() IS
  'takes back the caller''s schedule_jobs(), and returns whether there was one; NULL where pg_cron lives in another database, with what to run there';

CREATE FUNCTION pointsvault.settler_alive() RETURNS boolean
  AS 'MODULE_PATHNAME', 'pv_sql_settler_alive' LANGUAGE C VOLATILE PARALLEL RESTRICTED;
COMMENT ON FUNCTION pointsvault.settler_alive() IS
  'whether the queues of this database are settled in the background: the library is preloaded, its launcher runs, and the settings ask for it here';
-- ---------------------------------------------------------------------------
-- Reading.  Views show numeric, members by name, and only vaults the reader may see.
-- Who that is stands in 85_rows.sql, once for all tables, and not in the views here:
-- they are plain joins, into which ORDER BY, LIMIT and the keys of a query get.
-- An operator that is not leakproof, such as "seq - 1", gets into no index below row
-- security, but what a LATERAL subquery made of it does, as a column.
--
-- Views with security_barrier below show to some what they may not read row by row
-- (an admin sees a vault's state and not its journal): they have the owner's rights
-- and say themselves whose rows they show.
-- ---------------------------------------------------------------------------

CREATE FUNCTION pointsvault.price_of(vault integer) RETURNS numeric
  AS 'MODULE_PATHNAME', 'pv_sql_price_of' LANGUAGE C STABLE;
COMMENT ON FUNCTION pointsvault.price_of(integer) IS
  'currency per point, pool / circulating or the start price (V1), rounded to at least 16 significant digits for showing';

CREATE FUNCTION pointsvault.get_receipt(vault integer, ref text) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_get_receipt' LANGUAGE C STABLE;
COMMENT ON FUNCTION pointsvault.get_receipt(integer, text) IS 'the stored receipt of a ref, NULL where it is not booked';

CREATE FUNCTION pointsvault.flush() RETURNS void
  AS 'MODULE_PATHNAME', 'pv_sql_flush' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.flush() IS
  'returns when all that queries have shown so far is durable, here and on the standbys that synchronous_commit asks for';

CREATE FUNCTION pointsvault.quote_purchase(vault integer, amount numeric, contribution numeric DEFAULT NULL)
RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_quote_purchase' LANGUAGE C STABLE;
COMMENT ON FUNCTION pointsvault.quote_purchase(integer, numeric, numeric) IS
  'what a purchase would mint now to a buyer without a sponsor; exact for the caller''s snapshot, locks nothing: pass min_points to be sure';

CREATE FUNCTION pointsvault.quote_redeem(
  vault integer, points numeric, purpose text DEFAULT 'cash', member text DEFAULT NULL
) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_quote_redeem' LANGUAGE C STABLE;
COMMENT ON FUNCTION pointsvault.quote_redeem(integer, numeric, text, text) IS
  'what so many points would bring now, and where the member is named, whether it could redeem them today: what is held it could not (G16, D3); exact for the caller''s snapshot, locks nothing: pass min_cash to be sure';

CREATE FUNCTION pointsvault.quote_points_to_credits(
  vault integer, points numeric, member text DEFAULT NULL
) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_quote_points_to_credits' LANGUAGE C STABLE;
COMMENT ON FUNCTION pointsvault.quote_points_to_credits(integer, numeric, text) IS
  'how many credits so many points would bring now, and where the member is named, whether it could give them today, as in quote_redeem; exact for the caller''s snapshot, locks nothing: pass min_credits to be sure';

CREATE FUNCTION pointsvault.quote_credits_to_points(
  vault integer, credits numeric
) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_quote_credits_to_points' LANGUAGE C STABLE;
COMMENT ON FUNCTION pointsvault.quote_credits_to_points(integer, numeric) IS
  'how many points so many credits would bring a merchant now; exact for the caller''s snapshot, locks nothing: pass min_points to be sure';

CREATE FUNCTION pointsvault.quote_inject(vault integer, amount numeric) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_quote_inject' LANGUAGE C STABLE;
COMMENT ON FUNCTION pointsvault.quote_inject(integer, numeric) IS
  'where so much money would take the price now, before the exits that it may lead to; exact for the caller''s snapshot, locks nothing. An inject cannot be taken back';

CREATE FUNCTION pointsvault.quote_grant_points(
  vault integer, points numeric
) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_quote_grant_points' LANGUAGE C STABLE;
COMMENT ON FUNCTION pointsvault.quote_grant_points(integer, numeric) IS
  'what a grant of so many points would cost now; exact for the caller''s snapshot, locks nothing';

CREATE FUNCTION pointsvault.quote_refund(
  vault integer, purchase_ref text, amount numeric DEFAULT NULL
) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_quote_refund' LANGUAGE C STABLE;
COMMENT ON FUNCTION pointsvault.quote_refund(integer, text, numeric) IS
  'what a refund would burn, what the pool would give back and what the buyer would owe, as of now; exact for the caller''s snapshot, locks nothing; a day that has ended and is not closed has paid nothing yet';

CREATE FUNCTION pointsvault.lot_held(
  points pointsvault.points, minted pointsvault.points, free_on date, release_days smallint,
  taken pointsvault.points, day date
) RETURNS pointsvault.points
  AS 'MODULE_PATHNAME', 'pv_sql_lot_held' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION pointsvault.lot_held(
  pointsvault.points, pointsvault.points, date, smallint, pointsvault.points, date
) IS
  'what of a lot is held on a day: all of it until free_on (G16), or what is not released of it yet (D3)';

CREATE FUNCTION pointsvault.kind_name(kind smallint) RETURNS text
  AS 'MODULE_PATHNAME', 'pv_sql_kind_name' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pointsvault.kind_name(smallint) IS 'the name of a kind of event';

CREATE FUNCTION pointsvault.kind_points_sign(kind smallint) RETURNS integer
  AS 'MODULE_PATHNAME', 'pv_sql_kind_points_sign' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pointsvault.kind_points_sign(smallint) IS
  'whether the points of a journal row of that kind came to its member (1), went (-1), or neither (0)';

CREATE FUNCTION pointsvault.value_of(points pointsvault.points, pool pointsvault.amount, circulating pointsvault.points)
RETURNS pointsvault.amount
  AS 'MODULE_PATHNAME', 'pv_sql_value_of' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pointsvault.value_of(pointsvault.points, pointsvault.amount, pointsvault.points) IS
  'what points are worth at the price pool / circulating before any fee, rounded down; 0 while nothing circulates';

CREATE FUNCTION pointsvault.start_price(policy jsonb) RETURNS numeric
  AS 'MODULE_PATHNAME', 'pv_sql_start_price' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pointsvault.start_price(jsonb) IS
  'the price under a policy while nothing circulates (V1), 0 where it has no pool';

CREATE FUNCTION pointsvault.business_day(timezone text, moment timestamptz) RETURNS date
  AS 'MODULE_PATHNAME', 'pv_sql_business_day' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pointsvault.business_day(text, timestamptz) IS
  'the day of a moment in a time zone, as the vault reckons it (U5); NULL where this server does not know the zone';

CREATE FUNCTION pointsvault.accrued(
  shares bigint, quota pointsvault.amount, mark pointsvault.amount, total pointsvault.amount
) RETURNS pointsvault.amount
  AS 'MODULE_PATHNAME', 'pv_sql_accrued' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION pointsvault.accrued(bigint, pointsvault.amount, pointsvault.amount, pointsvault.amount) IS
  'dividends of a member not yet posted (C8): what the running total of its share count grew by since its mark, up to its quota';

CREATE FUNCTION pointsvault.accrued_shares(
  shares bigint, mark pointsvault.amount, total pointsvault.amount
) RETURNS pointsvault.amount
  AS 'MODULE_PATHNAME', 'pv_sql_accrued_shares' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION pointsvault.accrued_shares(bigint, pointsvault.amount, pointsvault.amount) IS
  'what the shareholder pool (C6a) paid a member and was not posted yet (C8): what the running total of its share count grew by since its mark';

CREATE FUNCTION pointsvault.today(vault integer) RETURNS date
  AS 'MODULE_PATHNAME', 'pv_sql_today' LANGUAGE C STABLE;
COMMENT ON FUNCTION pointsvault.today(integer) IS 'the business day of now() in a vault (U5)';

CREATE FUNCTION pointsvault.released(released pointsvault.amount, rate pointsvault.amount, as_of date, day date)
RETURNS pointsvault.amount
  AS 'MODULE_PATHNAME', 'pv_sql_released' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION pointsvault.released(pointsvault.amount, pointsvault.amount, date, date) IS
  'what was released by the end of a day, of what was that much by the end of as_of and grew by rate a day since (L2); before as_of, or without a day, as it was then';

-- In the views of whole vaults the readable ones are found first (OFFSET 0 keeps
-- the planner from mixing in other conditions): there are few, and EXPLAIN would
-- tell by the rows it found that a vault of some name exists.
CREATE VIEW pointsvault.vault_status WITH (security_barrier) AS
SELECT v.id AS vault, v.name, v.currency,
       j.pool::numeric AS pool, j.circulating::numeric AS circulating, j.issued::numeric AS issued,
       (j.issued OPERATOR(pointsvault.-) j.circulating)::numeric AS burned,
       COALESCE(pointsvault.price(j.pool, j.circulating)::numeric, pointsvault.start_price(p.document)) AS price,
       COALESCE(j.treasury::numeric, 0) AS treasury_points,
       COALESCE(j.credits::numeric, 0) AS credits,
       pg_catalog.trim_scale(COALESCE(j.cash_owed::numeric, 0) + due.cash) AS cash_owed, due.cash AS cash_due,
       COALESCE(j.reserve::numeric, 0) AS reserve,
       COALESCE(j.platform::numeric, 0) AS platform,
       -- those after the tally in the order of an index, so that it is that which is gone through
       COALESCE((SELECT t.members FROM pointsvault.member_tally_data t WHERE t.vault = v.id), 0) + (
         SELECT count(*) FROM (
           SELECT FROM pointsvault.member_data m
           WHERE m.vault = v.id
             AND m.id > COALESCE((SELECT t.upto FROM pointsvault.member_tally_data t WHERE t.vault = v.id), 0)
           ORDER BY m.id
         ) rest
       ) AS members,
       (SELECT count(*) FROM pointsvault.queue_data q WHERE q.vault = v.id AND q.error IS NULL) AS queued,
       (SELECT d.day FROM pointsvault.day_data d WHERE d.vault = v.id ORDER BY d.day DESC LIMIT 1) AS last_closed,
       v.timezone, p.version AS policy_version, j.seq AS last_seq, j.booked_at AS last_booked_at, v.suspended,
       COALESCE(j.turnover::numeric, 0) AS turnover, COALESCE(j.dividends::numeric, 0) AS carried,
       COALESCE(j.uncapped::numeric, 0) AS uncapped, j.importing IS NOT NULL AS importing,
       COALESCE(j.stock_issued, 0) AS stock_issued, j.stock_price::numeric AS stock_price,
       COALESCE(j.debts::numeric, 0) AS debts,
       COALESCE(j.exchange::numeric, 0) AS exchange_points
FROM (
  SELECT * FROM pointsvault.vault
  WHERE id = ANY ((SELECT pointsvault.readable_vaults('vault_status'))::integer[]) OFFSET 0
) v
CROSS JOIN LATERAL (
  SELECT * FROM pointsvault.journal_data d WHERE d.vault = v.id ORDER BY d.seq DESC LIMIT 1
) j
JOIN pointsvault.policy_data p ON p.vault = v.id AND p.serial = j.policy
CROSS JOIN LATERAL (
  SELECT pg_catalog.trim_scale(COALESCE(sum(GREATEST(
           -h.cash::numeric - pointsvault.accrued(h.shares, h.quota, h.mark, c.total)::numeric
           - pointsvault.accrued_shares(h.shares, h.shareholder_mark, c.shareholder_total)::numeric, 0)), 0)) AS cash
  FROM pointsvault.debtor_data d
  JOIN pointsvault.holding_data h ON h.vault = d.vault AND h.member = d.member
  LEFT JOIN pointsvault.class_data c ON c.vault = h.vault AND c.shares = h.shares
  WHERE d.vault = v.id
) due;
COMMENT ON VIEW pointsvault.vault_status IS 'one row a vault: its state after its last event';
COMMENT ON COLUMN pointsvault.vault_status.pool IS 'R: currency that backs the points';
COMMENT ON COLUMN pointsvault.vault_status.circulating IS 'S: points of members, of the treasury and in custody of an exchange (X3)';
COMMENT ON COLUMN pointsvault.vault_status.exchange_points IS 'E: points in custody of an exchange (X1)';
COMMENT ON COLUMN pointsvault.vault_status.issued IS 'I: points ever minted';
COMMENT ON COLUMN pointsvault.vault_status.burned IS 'I - S';
COMMENT ON COLUMN pointsvault.vault_status.price IS 'pool / circulating, or the start price while nothing circulates (V1), rounded for showing';
COMMENT ON COLUMN pointsvault.vault_status.cash_owed IS 'sum of what members have in cash, not yet withdrawn, dividends included; what others owe is not taken off';
COMMENT ON COLUMN pointsvault.vault_status.cash_due IS 'sum of what members owe (G13), after the dividends that are not posted yet';
COMMENT ON COLUMN pointsvault.vault_status.last_closed IS 'the last business day that is closed (V7), NULL before the first close';
COMMENT ON COLUMN pointsvault.vault_status.turnover IS 'of the open day (C2), where the policy has a cycle';
COMMENT ON COLUMN pointsvault.vault_status.carried IS 'what the last close carried into the next day''s pool (C7)';
COMMENT ON COLUMN pointsvault.vault_status.reserve IS 'what the pool held beyond what points may be worth (V3, V6)';
COMMENT ON COLUMN pointsvault.vault_status.platform IS 'what the house took: goods handed out for points, contributions that came back with refunds';
COMMENT ON COLUMN pointsvault.vault_status.members IS
  'how many are enrolled; those whom run_jobs() has not counted yet are, where the column is asked for, and not else';
COMMENT ON COLUMN pointsvault.vault_status.queued IS
  'orders waiting to be settled, those still held included; counted where the column is asked for, and not else';
COMMENT ON COLUMN pointsvault.vault_status.suspended IS 'why the vault refuses events, NULL while it does not';
COMMENT ON COLUMN pointsvault.vault_status.uncapped IS 'of issued, what opening balances brought outside issue_cap (G3)';
COMMENT ON COLUMN pointsvault.vault_status.stock_issued IS 'shares of stock converted and allotted, ever (Q2)';
COMMENT ON COLUMN pointsvault.vault_status.stock_price IS 'what a share of stock costs in points'' money (Q1); NULL: closed';
COMMENT ON COLUMN pointsvault.vault_status.debts IS 'what the house owed members before the vault and has not settled (D1); nothing backs it';
COMMENT ON COLUMN pointsvault.vault_status.importing IS 'between begin_import() and end_import(): jobs and settlers leave the vault alone';

CREATE VIEW pointsvault.member AS
SELECT m.vault, m.name AS member, s.name AS sponsor, m.region, m.merchant, m.id, m.enrolled_at,
       m.suspended, h.name AS merged_into
FROM pointsvault.member_data m
LEFT JOIN pointsvault.member_data s ON s.vault = m.vault AND s.id = m.sponsor
LEFT JOIN pointsvault.member_data h ON h.vault = m.vault AND h.id = m.merged_into;
COMMENT ON VIEW pointsvault.member IS 'who takes part, and who stands below whom';
COMMENT ON COLUMN pointsvault.member.sponsor IS
  'whom the member stands below: who brought it, or took over from that one by a merge. Of one who was enrolled at the very moment of the merge the one before, and events find the other all the same';
COMMENT ON COLUMN pointsvault.member.suspended IS 'why nothing may be taken from the member, NULL while it may';
COMMENT ON COLUMN pointsvault.member.merged_into IS 'who took over all it had; NULL: it is one by itself';

CREATE VIEW pointsvault.holding AS
SELECT h.vault, m.name AS member,
       h.points::numeric AS points, h.credits::numeric AS credits,
       pg_catalog.trim_scale(h.cash::numeric + a.accrued + a.shareholders) AS cash,
       pg_catalog.trim_scale(h.reward::numeric + r.unposted) AS reward, pg_catalog.trim_scale(h.quota::numeric - a.accrued) AS quota, h.shares,
       pointsvault.value_of(h.points, j.pool, j.circulating)::numeric AS value,
       CASE WHEN h.exit_limit OPERATOR(pointsvault.>) '0' AND h.points OPERATOR(pointsvault.>) '0'
            THEN pointsvault.price(h.exit_limit, h.points)::numeric END AS exit_price,
       a.accrued, h.posted_to,
       (SELECT pg_catalog.trim_scale(COALESCE(sum(
                 pointsvault.lot_held(l.points, l.minted, l.free_on, l.release_days, l.taken, t.day)::numeric), 0))
        FROM (SELECT pointsvault.today(h.vault) AS day OFFSET 0) t
        JOIN pointsvault.lot_data l ON l.vault = h.vault AND l.member = h.member AND l.free_on > t.day) AS held,
       a.shareholders, pg_catalog.trim_scale(r.unposted) AS reward_accrued, h.stock, h.items,
       COALESCE(h.debt::numeric, 0) AS debt,
       (SELECT max(l.free_on)
        FROM (SELECT pointsvault.today(h.vault) AS day OFFSET 0) t
        JOIN pointsvault.lot_data l ON l.vault = h.vault AND l.member = h.member AND l.free_on > t.day
        WHERE pointsvault.lot_held(l.points, l.minted, l.free_on, l.release_days, l.taken, t.day) OPERATOR(pointsvault.>) '0'
       ) AS held_until,
       (SELECT p.since FROM pointsvault.partner_data p WHERE p.vault = h.vault AND p.member = h.member) AS partner
FROM pointsvault.holding_data h
JOIN pointsvault.member_data m ON m.vault = h.vault AND m.id = h.member
LEFT JOIN pointsvault.class_data c ON c.vault = h.vault AND c.shares = h.shares
CROSS JOIN LATERAL (
  SELECT pointsvault.accrued(h.shares, h.quota, h.mark, c.total)::numeric AS accrued,
         pointsvault.accrued_shares(h.shares, h.shareholder_mark, c.shareholder_total)::numeric AS shareholders
) a
CROSS JOIN LATERAL (
  SELECT COALESCE(sum(pointsvault.released(u.released, u.rate, u.as_of, (
             SELECT d.day FROM pointsvault.day_data d WHERE d.vault = u.vault ORDER BY d.day DESC LIMIT 1
           ))::numeric), 0) - COALESCE(h.released::numeric, 0) AS unposted
  FROM pointsvault.team_data u WHERE u.vault = h.vault AND u.member = h.member
) r
CROSS JOIN LATERAL (
  SELECT d.pool, d.circulating FROM pointsvault.journal_data d
  WHERE d.vault = h.vault ORDER BY d.seq DESC LIMIT 1
) j;
COMMENT ON COLUMN pointsvault.holding.stock IS 'shares of stock that are not delivered (Q4), free or not';
COMMENT ON COLUMN pointsvault.holding.items IS 'collectibles it owns, of all series; the view item has them one by one';
COMMENT ON COLUMN pointsvault.holding.partner IS 'the day from which on the member is a partner (P1), NULL: it is none';
COMMENT ON COLUMN pointsvault.holding.reward_accrued IS 'of reward, what is not posted yet: it is when rewards are spent, or by accrue()';
COMMENT ON COLUMN pointsvault.holding.reward IS 'what release plans released and is not spent (L7), with all closed days; no pool backs it';
COMMENT ON COLUMN pointsvault.holding.held IS 'of the points, those that are held today (G16, D3): what takes points leaves them, exits and refunds apart';
COMMENT ON COLUMN pointsvault.holding.held_until IS 'the day on which the last of them is free; NULL where none is held';
COMMENT ON COLUMN pointsvault.holding.debt IS 'what the house owed the member before the vault and has not settled (D1); nothing backs it';
COMMENT ON VIEW pointsvault.holding IS 'balances of members, with the dividends of all closed days';
COMMENT ON COLUMN pointsvault.holding.cash IS 'what may be withdrawn; below 0 it is owed (G15)';
COMMENT ON COLUMN pointsvault.holding.quota IS 'what dividends may still pay (C1, C6)';
COMMENT ON COLUMN pointsvault.holding.accrued IS
  'dividends in cash, and out of quota, that are not posted yet: they are with the member''s next event, or by accrue()';
COMMENT ON COLUMN pointsvault.holding.shareholders IS
  'cash out of the shareholder pool (C6a), not out of quota, that is not posted yet';
COMMENT ON COLUMN pointsvault.holding.posted_to IS 'closed days up to this one are posted; what accrued is of those after it';
COMMENT ON COLUMN pointsvault.holding.value IS 'points at the price now, before any fee, rounded down';
COMMENT ON COLUMN pointsvault.holding.exit_price IS
  'the price at which all lots of the member go (G6, basis member), rounded for showing; NULL where there is no limit';

-- With its owner's rights: a cashier may see neither the quota nor the shares by which
-- the cash is told, nor of a member more than its name.
CREATE VIEW pointsvault.cash_balance WITH (security_barrier) AS
SELECT h.vault, m.name AS member, pg_catalog.trim_scale(h.cash::numeric + a.accrued + a.shareholders) AS cash
FROM pointsvault.holding_data h
JOIN pointsvault.member_data m ON m.vault = h.vault AND m.id = h.member
  AND m.vault = ANY ((SELECT pointsvault.readable_vaults('cash_balance'))::integer[])
  AND pointsvault.is_among(m.vault, (SELECT pointsvault.readable_vaults('cash_balance')))
LEFT JOIN pointsvault.class_data c ON c.vault = h.vault AND c.shares = h.shares
  AND pointsvault.is_among(c.vault, (SELECT pointsvault.readable_vaults('cash_balance')))
CROSS JOIN LATERAL (
  SELECT pointsvault.accrued(h.shares, h.quota, h.mark, c.total)::numeric AS accrued,
         pointsvault.accrued_shares(h.shares, h.shareholder_mark, c.shareholder_total)::numeric AS shareholders
) a
WHERE h.vault = ANY ((SELECT pointsvault.readable_vaults('cash_balance'))::integer[])
  AND pointsvault.is_among(h.vault, (SELECT pointsvault.readable_vaults('cash_balance')));
COMMENT ON VIEW pointsvault.cash_balance IS 'what members may withdraw, as in holding, and nothing else of them: for who pays out';
COMMENT ON COLUMN pointsvault.cash_balance.cash IS 'what may be withdrawn, with the dividends of all closed days; below 0 it is owed (G15)';

CREATE VIEW pointsvault.lot AS
SELECT l.vault, m.name AS member, l.seq, l.points::numeric AS points,
       l.minted::numeric AS points_at_mint,
       CASE WHEN l.alone THEN pointsvault.price(l.exit_limit, l.minted)::numeric
            WHEN l.exit_limit OPERATOR(pointsvault.>) '0' AND h.points OPERATOR(pointsvault.>) '0'
            THEN pointsvault.price(h.exit_limit, h.points)::numeric END AS exit_price,
       l.exit_limit::numeric AS exit_limit, l.free_on,
       pointsvault.lot_held(l.points, l.minted, l.free_on, l.release_days, l.taken, pointsvault.today(l.vault))::numeric AS held,
       l.release_days
FROM pointsvault.lot_data l
JOIN pointsvault.member_data m ON m.vault = l.vault AND m.id = l.member
JOIN pointsvault.holding_data h ON h.vault = l.vault AND h.member = l.member;
COMMENT ON VIEW pointsvault.lot IS 'points not yet burned, by the event that brought them (G5)';
COMMENT ON COLUMN pointsvault.lot.exit_price IS
  'the price at which the lot exits: its own (G6, basis order), or that of its member (basis member); rounded for showing';
COMMENT ON COLUMN pointsvault.lot.free_on IS 'held until that day (G16), or released up to it (D3); NULL: never held';
COMMENT ON COLUMN pointsvault.lot.held IS 'of the points, those that are held today';
COMMENT ON COLUMN pointsvault.lot.release_days IS 'released evenly over so many days up to free_on (D3); NULL: all at once';
COMMENT ON COLUMN pointsvault.lot.exit_limit IS 'what the whole lot may be worth before it exits, 0 where there is no limit';

CREATE VIEW pointsvault.journal AS
SELECT j.vault, j.seq, pointsvault.kind_name(j.kind) AS kind, j.ref, m.name AS member,
       COALESCE(j.at, j.booked_at) AS at, j.day, j.booked_at, p.version AS policy_version,
       j.amount::numeric AS amount, j.points::numeric AS points, j.cash::numeric AS cash,
       COALESCE(j.fee::numeric, j.points_fee::numeric) AS fee, j.contribution::numeric AS contribution,
       j.pool::numeric AS pool_after, j.circulating::numeric AS circulating_after,
       COALESCE(j.reserve::numeric, 0) AS reserve_after,
       COALESCE(j.platform::numeric, 0) AS platform_after,
       j.cause, j.actor, j.note, j.meta, j.region, COALESCE(j.turnover::numeric, 0) AS turnover_after, j.item,
       s.code AS series
FROM pointsvault.journal_data j
JOIN pointsvault.policy_data p ON p.vault = j.vault AND p.serial = j.policy
LEFT JOIN pointsvault.member_data m ON m.vault = j.vault AND m.id = j.member
LEFT JOIN pointsvault.series_data s ON s.vault = j.vault AND s.seq = j.series;
COMMENT ON VIEW pointsvault.journal IS 'every event of every vault, append-only, without gaps in seq';
COMMENT ON COLUMN pointsvault.journal.series IS 'of a collectible, by its code';
COMMENT ON COLUMN pointsvault.journal.item IS 'the serial of a collectible, or how many shares of stock';
COMMENT ON COLUMN pointsvault.journal.at IS 'when the event happened, by its caller; else when it was booked';
COMMENT ON COLUMN pointsvault.journal.booked_at IS 'when it was booked; never goes back within a vault';
COMMENT ON COLUMN pointsvault.journal.cause IS
  'seq of the event that led to this one, or that this one reverses; of a close: the last row of its day; of a dividend: the last close it posts';
COMMENT ON COLUMN pointsvault.journal.actor IS
  'the role that called, which was judged for it; where the session is another''s: "shop (login web)"';

-- A part of an event is a row of a table: what it did to accounts of the vault, to its
-- own member, to another (a movement).  So seq, day and member of a query get into an
-- index of each.  The first belongs to nobody, which NULLIF says in the words of
-- the index journal_nobody: it is empty, so a look-up by member finds there at once
-- that there is nothing, and does not read the journal for it.
CREATE VIEW pointsvault.posting AS
SELECT j.vault, j.seq, line.account, m.name AS member, line.asset, pg_catalog.trim_scale(line.amount) AS amount,
       CASE pointsvault.kind_name(j.kind) WHEN 'dividend' THEN j.note::daterange
            WHEN 'close' THEN pg_catalog.daterange(j.day, j.day, '[]') END AS days,
       j.day, pointsvault.kind_name(j.kind) AS kind
FROM (
  SELECT d.vault, d.seq, NULLIF(d.seq, d.seq) AS member, 1 AS part,
         NULL::pointsvault.points AS points, NULL::pointsvault.amount AS credits, NULL::pointsvault.amount AS cash,
         NULL::pointsvault.amount AS reward, NULL::pointsvault.amount AS quota, NULL::bigint AS shares,
         NULL::bigint AS stock, NULL::bigint AS items, NULL::pointsvault.amount AS debt
  FROM pointsvault.journal_data d
  UNION ALL
  SELECT d.vault, d.seq, d.member, 2, d.points, d.member_credits, d.member_cash, d.member_reward, d.member_quota, d.member_shares,
         d.member_stock, d.member_items, d.member_debt
  FROM pointsvault.journal_data d
  UNION ALL
  SELECT o.vault, o.seq, o.member, 3, o.points, o.credits, o.cash, o.reward, o.quota, o.shares, o.stock, o.items, o.debt
  FROM pointsvault.movement_data o
) c
JOIN pointsvault.journal_data j ON j.vault = c.vault AND j.seq = c.seq
LEFT JOIN pointsvault.member_data m ON m.vault = c.vault AND m.id = c.member
CROSS JOIN LATERAL (
  -- accounts of the vault: the state after the event less the state before
  SELECT own.account, own.asset, own.amount
  FROM (
    SELECT j.pool::numeric - COALESCE(b.pool::numeric, 0) AS pool,
           j.circulating::numeric - COALESCE(b.circulating::numeric, 0) AS circulating,
           COALESCE(j.treasury::numeric, 0) - COALESCE(b.treasury::numeric, 0) AS treasury,
           COALESCE(j.exchange::numeric, 0) - COALESCE(b.exchange::numeric, 0) AS exchange,
           COALESCE(j.credits::numeric, 0) - COALESCE(b.credits::numeric, 0) AS credits,
           COALESCE(j.reserve::numeric, 0) - COALESCE(b.reserve::numeric, 0) AS reserve,
           COALESCE(j.platform::numeric, 0) - COALESCE(b.platform::numeric, 0) AS platform,
           COALESCE(j.shareholders::numeric, 0) - COALESCE(b.shareholders::numeric, 0) AS shareholders,
           COALESCE(j.dividends::numeric, 0) - COALESCE(b.dividends::numeric, 0) AS dividends,
           COALESCE(j.cash_owed::numeric, 0) - COALESCE(b.cash_owed::numeric, 0) AS cash_owed,
           COALESCE(j.debts::numeric, 0) - COALESCE(b.debts::numeric, 0) AS debts
    FROM (SELECT j.seq - 1 AS seq OFFSET 0) before
    LEFT JOIN pointsvault.journal_data b ON b.vault = j.vault AND b.seq = before.seq
  ) d
  CROSS JOIN (
    -- what it changed for members by name
    SELECT COALESCE(j.member_cash::numeric, 0) + COALESCE(sum(o.cash::numeric), 0) AS cash,
           COALESCE(j.member_reward::numeric, 0) + COALESCE(sum(o.reward::numeric), 0) AS reward,
           COALESCE(j.member_quota::numeric, 0) + COALESCE(sum(o.quota::numeric), 0) AS quota,
           COALESCE(j.member_shares, 0) + COALESCE(sum(o.shares), 0) AS shares,
           COALESCE(j.member_stock, 0) + COALESCE(sum(o.stock), 0) AS stock,
           COALESCE(j.member_items, 0) + COALESCE(sum(o.items), 0) AS items
    FROM pointsvault.movement_data o WHERE o.vault = j.vault AND o.seq = j.seq
  ) named
  CROSS JOIN LATERAL (
    -- and for members as a whole: a close pays them all, a dividend is the posting of it to one
    SELECT CASE pointsvault.kind_name(j.kind) WHEN 'close' THEN -j.cash::numeric
                WHEN 'dividend' THEN -named.quota ELSE 0 END AS quota
  ) whole
  CROSS JOIN LATERAL ROWS FROM (
    unnest('{pool,reserve,platform,shareholders,dividends,outside,treasury,outside,outside,outside,outside,outside,outside,outside,member,member,outside,exchange}'::text[]),
    unnest('{cash,cash,cash,cash,cash,cash,points,points,credits,reward,quota,shares,stock,items,cash,quota,debt,points}'::text[]),
    unnest(ARRAY[
      d.pool, d.reserve, d.platform, d.shareholders, d.dividends,
      -(d.pool + d.reserve + d.platform + d.shareholders + d.dividends + d.cash_owed),
      d.treasury, -d.circulating, -d.credits, -named.reward, -(named.quota + whole.quota), -named.shares,
      -named.stock, -named.items,
      d.cash_owed - named.cash, whole.quota, -d.debts, d.exchange])
  ) own (account, asset, amount)
  WHERE c.part = 1 AND own.amount <> 0
  UNION ALL
  -- a member's
  SELECT 'member', own.asset, own.amount
  FROM ROWS FROM (
    unnest('{points,credits,cash,reward,quota,shares,stock,items,debt}'::text[]),
    unnest(ARRAY[
      c.points::numeric * CASE c.part WHEN 2 THEN pointsvault.kind_points_sign(j.kind) ELSE 1 END,
      c.credits::numeric, c.cash::numeric, c.reward::numeric, c.quota::numeric, c.shares::numeric, c.stock::numeric, c.items::numeric, c.debt::numeric])
  ) own (asset, amount)
  WHERE c.part <> 1 AND own.amount <> 0
) line;
COMMENT ON VIEW pointsvault.posting IS
  'the journal as double entry: for each seq and asset the amounts sum to zero; accounts as in MODEL V8';
COMMENT ON COLUMN pointsvault.posting.member IS
  'whose line it is; NULL with account member: of members as a whole, who are paid by a close and have it posted to each later (C8)';
COMMENT ON COLUMN pointsvault.posting.days IS 'closed days whose dividends the event paid or posted';
COMMENT ON COLUMN pointsvault.posting.day IS 'business day the event belongs to, as in journal';
COMMENT ON COLUMN pointsvault.posting.kind IS 'what happened, as in journal';
COMMENT ON COLUMN pointsvault.posting.account IS
  'member, pool, treasury, reserve, platform, shareholders, dividends, exchange, or outside, which funds and receives the rest';
COMMENT ON COLUMN pointsvault.posting.asset IS 'cash, points, credits, reward, quota, shares, stock, items or debt';

-- Whom a journal row paid: others by their movements, its own member, the shareholder
-- pool; so that a member of a query gets into an index, as in posting.
CREATE VIEW pointsvault.commission AS
SELECT j.vault, j.seq, j.day, pointsvault.kind_name(j.kind) AS kind, j.ref, b.name AS buyer, m.name AS member,
       ('{direct,indirect,rank,peer,district,city,province,shareholders}'::text[])[paid.code / 256] AS what,
       NULLIF(paid.code % 256, 0)::integer AS grade, pg_catalog.trim_scale(paid.amount::numeric / 10000) AS amount,
       paid.place
FROM (
  SELECT o.vault, o.seq, o.member, 1 AS part FROM pointsvault.movement_data o
  UNION ALL
  SELECT d.vault, d.seq, d.member, 2 FROM pointsvault.journal_data d
  UNION ALL
  SELECT d.vault, d.seq, NULLIF(d.seq, d.seq), 3 FROM pointsvault.journal_data d
) c
JOIN pointsvault.journal_data j ON j.vault = c.vault AND j.seq = c.seq AND j.commissions IS NOT NULL
CROSS JOIN LATERAL (
  SELECT j.commissions[3 * n - 2] AS code, j.commissions[3 * n - 1] AS member, j.commissions[3 * n] AS amount, n AS place
  FROM pg_catalog.generate_series(1, pg_catalog.cardinality(j.commissions) / 3) n
) paid
LEFT JOIN pointsvault.member_data m ON m.vault = c.vault AND m.id = c.member
LEFT JOIN pointsvault.member_data b ON b.vault = j.vault AND b.id = j.member
WHERE paid.member = COALESCE(c.member, 0)
  AND (c.part <> 1 OR c.member IS DISTINCT FROM j.member); -- buyer and another, who became one by a merge
COMMENT ON VIEW pointsvault.commission IS
  'whom each purchase paid commissions and why (M1), and what of them its refunds took back, below 0; a row each';
COMMENT ON COLUMN pointsvault.commission.member IS 'into whose cash, or out of it; NULL: the shareholder pool (C6a)';
COMMENT ON COLUMN pointsvault.commission.what IS
  'direct (the sponsor), indirect (and that one''s), rank, peer, district, city or province (its agent), shareholders';
COMMENT ON COLUMN pointsvault.commission.grade IS 'rank, peer: of which rank; else NULL';
COMMENT ON COLUMN pointsvault.commission.place IS 'of those of the same row, in the order in which they were paid';

CREATE VIEW pointsvault.agent AS
SELECT a.vault, a.region, CASE pg_catalog.length(a.region) WHEN 2 THEN 'province' WHEN 4 THEN 'city' ELSE 'district' END AS level,
       m.name AS member, j.booked_at AS appointed_at, a.seq
FROM pointsvault.agent_data a
LEFT JOIN pointsvault.journal_data j ON j.vault = a.vault AND j.seq = a.seq
LEFT JOIN pointsvault.member_data d ON d.vault = a.vault AND d.id = a.member
LEFT JOIN LATERAL (SELECT COALESCE(d.merged_into, d.id) AS id OFFSET 0) who ON true
LEFT JOIN pointsvault.member_data m ON m.vault = a.vault AND m.id = who.id;
COMMENT ON VIEW pointsvault.agent IS 'the agents of regions, the last appointed of each (M1)';
COMMENT ON COLUMN pointsvault.agent.region IS 'its code: 2 digits a province, 4 a city, 6 a district';
COMMENT ON COLUMN pointsvault.agent.member IS 'who was appointed, or took over from that one by a merge';
COMMENT ON COLUMN pointsvault.agent.seq IS 'the journal row of the appointment';

CREATE VIEW pointsvault.release_plan AS
SELECT p.vault, m.name AS member, p.seq, p.amount::numeric AS amount, p.granted::numeric AS granted,
       d.released, pg_catalog.trim_scale(p.granted::numeric - d.released - p.cancelled::numeric) AS remaining,
       p.cancelled::numeric AS cancelled, p.daily::numeric AS daily, p.rate::numeric AS rate
FROM pointsvault.plan_data p
JOIN pointsvault.member_data m ON m.vault = p.vault AND m.id = p.member
CROSS JOIN LATERAL (
  SELECT pointsvault.released(p.released, p.rate, p.as_of, (
           SELECT c.day FROM pointsvault.day_data c WHERE c.vault = p.vault ORDER BY c.day DESC LIMIT 1
         ))::numeric AS released
) d;
COMMENT ON VIEW pointsvault.release_plan IS 'release plans (L1) as of the last closed day: granted = released + remaining + cancelled';
COMMENT ON COLUMN pointsvault.release_plan.seq IS 'the purchase that opened the plan';
COMMENT ON COLUMN pointsvault.release_plan.amount IS 'of that purchase';
COMMENT ON COLUMN pointsvault.release_plan.daily IS 'what the plan releases a day by itself, while it has as much (L2)';
COMMENT ON COLUMN pointsvault.release_plan.cancelled IS 'what refunds took of it (G15)';
COMMENT ON COLUMN pointsvault.release_plan.rate IS 'what it releases a day with what its member earns by others (L6), until something changes';

CREATE VIEW pointsvault.queue AS
SELECT q.vault, q.ref, q.member, q.amount::numeric AS amount, q.due_at, q.error, q.number,
       q.contribution::numeric AS contribution, q.region, q.at, q.actor, q.meta,
       pointsvault.kind_name(q.kind) AS kind
FROM pointsvault.queue_data q;
COMMENT ON VIEW pointsvault.queue IS 'orders submitted and not yet booked, and those that were set aside';
COMMENT ON COLUMN pointsvault.queue.number IS 'orders that are due are booked in this order (H2)';
COMMENT ON COLUMN pointsvault.queue.due_at IS 'when the order may be booked: at, or when it was submitted, and its hold';
COMMENT ON COLUMN pointsvault.queue.kind IS 'what it is booked as: purchase, or settle_debt';
COMMENT ON COLUMN pointsvault.queue.error IS 'SQLSTATE, token and message with which it could not be booked (H3); NULL while it waits';

CREATE VIEW pointsvault.policy WITH (security_barrier) AS
SELECT p.vault, p.version, p.document AS policy, j.booked_at AS set_at, j.actor, p.seq
FROM (
  SELECT vault, version, document, seq FROM pointsvault.policy_data
  WHERE vault = ANY ((SELECT pointsvault.readable_vaults('policy'))::integer[]) OFFSET 0
) p
LEFT JOIN LATERAL (
  SELECT d.booked_at, d.actor FROM pointsvault.journal_data d WHERE d.vault = p.vault AND d.seq = p.seq OFFSET 0
) j ON true;
COMMENT ON VIEW pointsvault.policy IS 'every policy version of every vault, when and by whom it was set';

CREATE VIEW pointsvault.dividend_day AS
SELECT d.vault, d.day, d.turnover::numeric AS turnover, d.pool::numeric AS pool,
       d.paid::numeric AS paid, pg_catalog.trim_scale(d.pool::numeric - d.paid::numeric) AS unallocated,
       d.shareholders::numeric AS shareholders,
       why.no_taker, why.inactive, d.over_quota::numeric AS over_quota,
       pg_catalog.trim_scale(d.pool::numeric - d.paid::numeric - why.no_taker - why.inactive
                             - d.over_quota::numeric) AS rounding,
       d.weight_pool::numeric AS weight_pool, d.weight_shares, d.active_shares,
       d.by_weight, d.tier_mins, d.tier_divisors, d.seq,
       d.shareholder_pool::numeric AS shareholder_pool, d.all_shares,
       d.released::numeric AS released, d.running::numeric AS running
FROM pointsvault.day_data d
CROSS JOIN LATERAL (
  SELECT pg_catalog.trim_scale(
           CASE WHEN d.weight_shares = 0 THEN d.weight_pool::numeric ELSE 0 END
           + COALESCE((SELECT sum(t.pool) / 10000 FROM unnest(d.tier_pools, d.tier_divisors) AS t (pool, divisor)
                       WHERE t.divisor = 0), 0)) AS no_taker,
         CASE WHEN d.weight_shares > 0
              THEN pg_catalog.trim_scale(pg_catalog.trunc(
                     d.weight_pool::numeric * (d.weight_shares - d.active_shares) / d.weight_shares, 4))
              ELSE 0 END AS inactive
) why;
COMMENT ON VIEW pointsvault.dividend_day IS 'a row for each closed day: what there was, what was paid, and why the rest was not';
COMMENT ON COLUMN pointsvault.dividend_day.turnover IS 'purchases of the day less its refunds (C2)';
COMMENT ON COLUMN pointsvault.dividend_day.pool IS 'all pools together, with what was carried from the day before (C4, C5, C7)';
COMMENT ON COLUMN pointsvault.dividend_day.paid IS 'into cash of active members (C6)';
COMMENT ON COLUMN pointsvault.dividend_day.unallocated IS
  'pool - paid: to the platform, or into the next day''s pool (C7); no_taker + inactive + over_quota + rounding';
COMMENT ON COLUMN pointsvault.dividend_day.shareholders IS 'paid out of the shareholder pool (C6a), apart from pool';
COMMENT ON COLUMN pointsvault.dividend_day.shareholder_pool IS 'what there was in it; what of it was not paid went where unallocated went (C7)';
COMMENT ON COLUMN pointsvault.dividend_day.all_shares IS 'the shares it was shared out over, with quota or without';
COMMENT ON COLUMN pointsvault.dividend_day.no_taker IS 'pools of tiers that nobody active was in, and the weight pool if nobody had shares in it';
COMMENT ON COLUMN pointsvault.dividend_day.inactive IS 'the part of the weight pool for shares without quota, where all shares count (denominator all)';
COMMENT ON COLUMN pointsvault.dividend_day.over_quota IS 'what active members were due beyond their quota';
COMMENT ON COLUMN pointsvault.dividend_day.rounding IS 'what rounding down left';
COMMENT ON COLUMN pointsvault.dividend_day.weight_shares IS 'the denominator of C4';
COMMENT ON COLUMN pointsvault.dividend_day.active_shares IS 'shares of the active members (C3)';
COMMENT ON COLUMN pointsvault.dividend_day.tier_divisors IS 'active members in each tier, or their shares (by_weight)';
COMMENT ON COLUMN pointsvault.dividend_day.seq IS 'the journal row of the close';
COMMENT ON COLUMN pointsvault.dividend_day.released IS 'what release plans released on the day (L2 to L6), apart from pool; no pool backs it';
COMMENT ON COLUMN pointsvault.dividend_day.running IS 'what they release each day after it, while nothing changes';

CREATE VIEW pointsvault.job_run AS
SELECT j.vault, j.day, j.started_at, j.finished_at, j.outcome, j.job, j.id,
       j.failed
FROM pointsvault.job_data j;
COMMENT ON VIEW pointsvault.job_run IS 'what run_jobs() did for each vault, and what failed';
COMMENT ON COLUMN pointsvault.job_run.job IS 'settle, close, exits or tally';
COMMENT ON COLUMN pointsvault.job_run.failed IS 'outcome is an error; nothing of that step is left, and the next run tries it again';
COMMENT ON COLUMN pointsvault.job_run.day IS 'the business day that was closed, or was to be';
COMMENT ON COLUMN pointsvault.job_run.outcome IS 'what was done, or the SQLSTATE, token and message it failed with';

CREATE VIEW pointsvault.access WITH (security_barrier) AS
SELECT pg_catalog.pg_get_userbyid(a.role) AS role, a.profile, a.vault, a.granted_at, a.granted_by
FROM pointsvault.access_data a
WHERE COALESCE(a.vault, 0) = ANY ((SELECT pointsvault.readable_vaults('access'))::integer[])
  AND pointsvault.is_among(COALESCE(a.vault, 0), (SELECT pointsvault.readable_vaults('access')))
  AND EXISTS (SELECT FROM pg_catalog.pg_roles r WHERE r.oid = a.role);
COMMENT ON VIEW pointsvault.access IS 'which role may act by which profile on which vault, granted when and by whom';
COMMENT ON COLUMN pointsvault.access.vault IS 'NULL: all vaults';

-- A lower bound that all keep: the planner takes a range for small, half of one for a
-- third of all there is.
CREATE VIEW pointsvault.exit_due WITH (security_barrier) AS
SELECT v.id AS vault, m.name AS member, due.seq, due.points::numeric AS points,
       due.exit_price::numeric AS exit_price
FROM (
  SELECT id FROM pointsvault.vault
  WHERE id = ANY ((SELECT pointsvault.readable_vaults('exit_due'))::integer[]) OFFSET 0
) v
CROSS JOIN LATERAL (
  SELECT pointsvault.price(j.pool, j.circulating) AS price
  FROM pointsvault.journal_data j WHERE j.vault = v.id ORDER BY j.seq DESC LIMIT 1
) last
CROSS JOIN LATERAL (
  SELECT l.member, l.seq, l.points, pointsvault.price(l.exit_limit, l.minted) AS exit_price
  FROM pointsvault.lot_data l
  WHERE l.vault = v.id AND l.alone AND pointsvault.price(l.exit_limit, l.minted) OPERATOR(pointsvault.<=) last.price
    AND pointsvault.price(l.exit_limit, l.minted) OPERATOR(pointsvault.>=) '0/1'
  UNION ALL
  SELECT h.member, NULL, h.points, pointsvault.price(h.exit_limit, h.points)
  FROM pointsvault.holding_data h
  WHERE h.vault = v.id AND h.exit_floor OPERATOR(pointsvault.<=) last.price AND h.exit_floor OPERATOR(pointsvault.>=) '0/1'
    AND pointsvault.price(h.exit_limit, h.points) OPERATOR(pointsvault.<=) last.price
) due
CROSS JOIN LATERAL (
  SELECT d.name FROM pointsvault.member_data d WHERE d.vault = v.id AND d.id = due.member OFFSET 0
) m;
COMMENT ON VIEW pointsvault.exit_due IS
  'exits that the last event left over (G7): a row a lot, or a member on that basis; found by index, whatever else there is';
COMMENT ON COLUMN pointsvault.exit_due.seq IS 'the event that brought the lot; NULL where all lots of the member go (G6, basis member)';
COMMENT ON COLUMN pointsvault.exit_due.points IS 'what is left of the lot, or what the member holds';
COMMENT ON COLUMN pointsvault.exit_due.exit_price IS 'the price at which it exits, rounded for showing';

-- Read every few seconds by monitoring: each look is of a few rows by index, and
-- what could be many is counted so far and no further, in the order of an index so
-- that it is that which is gone through.
CREATE VIEW pointsvault.health WITH (security_barrier) AS
SELECT v.id AS vault, v.name, v.suspended IS NOT NULL AS suspended,
       LEAST(waiting.orders + released.orders, 10000) AS due,
       LEAST(waiting.first_due, released.first_due) AS oldest_due,
       aside.orders AS set_aside,
       CASE WHEN today.day IS NOT NULL THEN GREATEST(today.day - open.day, 0) END AS days_behind,
       CASE WHEN open.day < today.day THEN open.day END AS first_open_day,
       LEAST(exits.lots + exits.members, 1000) AS exits_due,
       failed.job AS failed_job, failed.started_at AS failed_at, failed.outcome AS failure,
       pointsvault.settler_alive() AS settler_alive,
       closed.day AS last_closed, closed.booked_at AS closed_at,
       pg_catalog.now() - closed.booked_at AS close_age,
       COALESCE(last.importing, false) AS importing
FROM (
  SELECT * FROM pointsvault.vault
  WHERE id = ANY ((SELECT pointsvault.readable_vaults('health'))::integer[]) OFFSET 0
) v
CROSS JOIN LATERAL (
  SELECT pointsvault.business_day(v.timezone, pg_catalog.now()) AS day
) today
CROSS JOIN LATERAL (
  -- a queue in its order, which is that of numbers
  SELECT (SELECT count(*) FROM (
            SELECT FROM pointsvault.queue_data q WHERE q.vault = v.id AND NOT q.held AND q.error IS NULL
            ORDER BY q.number LIMIT 10000
          ) few) AS orders,
         (SELECT q.due_at FROM pointsvault.queue_data q WHERE q.vault = v.id AND NOT q.held AND q.error IS NULL
          ORDER BY q.number LIMIT 1) AS first_due
) waiting
CROSS JOIN LATERAL (
  SELECT (SELECT count(*) FROM (
            SELECT FROM pointsvault.queue_data q
            WHERE q.vault = v.id AND q.held AND q.error IS NULL AND q.due_at <= pg_catalog.now()
            ORDER BY q.due_at LIMIT 10000
          ) few) AS orders,
         (SELECT q.due_at FROM pointsvault.queue_data q
          WHERE q.vault = v.id AND q.held AND q.error IS NULL AND q.due_at <= pg_catalog.now()
          ORDER BY q.due_at LIMIT 1) AS first_due
) released
CROSS JOIN LATERAL (
  SELECT count(*) AS orders FROM (
    SELECT FROM pointsvault.queue_data q WHERE q.vault = v.id AND q.error IS NOT NULL ORDER BY q.number LIMIT 10000
  ) few
) aside
LEFT JOIN LATERAL (
  -- as the next event would find it (V7); kinds of 10 to 99 change values, others are of administration.  By its
  -- number, as a name is asked for in vain where a row was damaged, and one vault should not silence all.
  SELECT CASE WHEN j.kind IN (22 /* close */, 71 /* partner */) THEN j.day + 1 ELSE j.day END AS day
  FROM pointsvault.journal_data j WHERE j.vault = v.id AND j.kind BETWEEN 10 AND 99 ORDER BY j.seq DESC LIMIT 1
) open ON true
LEFT JOIN LATERAL (
  SELECT pointsvault.price(j.pool, j.circulating) AS price, j.importing IS NOT NULL AS importing
  FROM pointsvault.journal_data j WHERE j.vault = v.id ORDER BY j.seq DESC LIMIT 1
) last ON true
CROSS JOIN LATERAL (
  -- those of exit_due, but the first of each basis in the order of its index, which a
  -- query of that view would not keep
  SELECT (SELECT count(*) FROM (
            SELECT FROM pointsvault.lot_data l
            WHERE l.vault = v.id AND l.alone
              AND pointsvault.price(l.exit_limit, l.minted) OPERATOR(pointsvault.<=) last.price
            ORDER BY pointsvault.price(l.exit_limit, l.minted) LIMIT 1000
          ) few) AS lots,
         (SELECT count(*) FROM (
            SELECT FROM pointsvault.holding_data h
            WHERE h.vault = v.id AND h.exit_floor IS NOT NULL AND h.exit_floor OPERATOR(pointsvault.<=) last.price
              AND pointsvault.price(h.exit_limit, h.points) OPERATOR(pointsvault.<=) last.price
            ORDER BY h.exit_floor LIMIT 1000
          ) few) AS members
) exits
LEFT JOIN LATERAL (
  SELECT f.job, f.started_at, f.outcome FROM pointsvault.job_data f
  WHERE f.vault = v.id AND f.failed ORDER BY f.id DESC LIMIT 1
) failed ON true
LEFT JOIN LATERAL (
  SELECT d.day, (SELECT j.booked_at FROM pointsvault.journal_data j WHERE j.vault = d.vault AND j.seq = d.seq) AS booked_at
  FROM pointsvault.day_data d WHERE d.vault = v.id ORDER BY d.day DESC LIMIT 1
) closed ON true;
COMMENT ON VIEW pointsvault.health IS
  'a row for each vault: whether anything waits that should be done. Cheap enough to be read every few seconds';
COMMENT ON COLUMN pointsvault.health.due IS 'orders that are due and not booked yet, counted up to 10 000';
COMMENT ON COLUMN pointsvault.health.oldest_due IS
  'when the next of them fell due: of those that were due when they were submitted the first in the queue, of those that were held the earliest';
COMMENT ON COLUMN pointsvault.health.importing IS
  'between begin_import() and end_import(): what is due, and the days that are behind, wait for the end';
COMMENT ON COLUMN pointsvault.health.set_aside IS 'orders that could not be booked (H3), counted up to 10 000; the view queue says why';
COMMENT ON COLUMN pointsvault.health.days_behind IS
  'business days that have ended and are not closed, the first one too; NULL where this server does not know the time zone';
COMMENT ON COLUMN pointsvault.health.first_open_day IS 'the first of them; NULL where there is none';
COMMENT ON COLUMN pointsvault.health.exits_due IS 'exits that the last event left over (G7): lots, or members on that basis; counted up to 1 000';
COMMENT ON COLUMN pointsvault.health.failed_job IS 'the last step of run_jobs() that failed, ever: settle, close, exits or tally';
COMMENT ON COLUMN pointsvault.health.failed_at IS 'when it began';
COMMENT ON COLUMN pointsvault.health.failure IS 'SQLSTATE, token and message it failed with';
COMMENT ON COLUMN pointsvault.health.settler_alive IS 'the queue is settled in the background, as settler_alive() says';
COMMENT ON COLUMN pointsvault.health.last_closed IS 'the last business day that is closed, NULL before the first close';
COMMENT ON COLUMN pointsvault.health.closed_at IS 'when it was closed';
COMMENT ON COLUMN pointsvault.health.close_age IS 'how long ago that was';
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
-- ---------------------------------------------------------------------------
-- Custody of an exchange; partners, lists, awards (MODEL 9)
-- ---------------------------------------------------------------------------

CREATE FUNCTION pointsvault.quote_hand_over(
  vault integer, points numeric, member text DEFAULT NULL
) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_quote_hand_over' LANGUAGE C STABLE;
COMMENT ON FUNCTION pointsvault.quote_hand_over(integer, numeric, text) IS
  'what so many points are worth now and what the fee would take of them; points - fee would join those in custody; where the member is named, whether it could give them today, as in quote_redeem; exact for the caller''s snapshot, locks nothing';

CREATE FUNCTION pointsvault.exchange_custody(
  vault integer, since date DEFAULT NULL, until date DEFAULT NULL,
  OUT day date, OUT destination text, OUT opening numeric, OUT handed_over numeric, OUT taken_back numeric,
  OUT custody numeric, OUT fee numeric, OUT events bigint
) RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'pv_sql_exchange_custody' LANGUAGE C STABLE ROWS 100;
COMMENT ON FUNCTION pointsvault.exchange_custody(integer, date, date) IS
  'points in custody, for the market to reconcile by: a row for each destination and business day, from since to until, on which any went there or came back, and one for the last day (today where until is NULL) where anything is there. opening and custody: what was there before and after the day; handed_over: what joined it; fee: what was burned beside that; events: how many. Those of the last day sum up to vault_status.exchange_points';

CREATE VIEW pointsvault.partner AS
SELECT p.vault, m.name AS member, p.since, p.seq, j.cause AS closed_by
FROM pointsvault.partner_data p
JOIN pointsvault.member_data m ON m.vault = p.vault AND m.id = p.member
LEFT JOIN pointsvault.journal_data j ON j.vault = p.vault AND j.seq = p.seq;
COMMENT ON VIEW pointsvault.partner IS 'who is a partner, for ever (P1)';
COMMENT ON COLUMN pointsvault.partner.member IS 'who became one, or took over from that one by a merge';
COMMENT ON COLUMN pointsvault.partner.since IS 'the day at the end of which it had enough';
COMMENT ON COLUMN pointsvault.partner.seq IS 'the journal row that says so';
COMMENT ON COLUMN pointsvault.partner.closed_by IS 'that of the close which made it one';

-- With its owner's rights: who notes prizes may not read the other rows of the journal.
CREATE VIEW pointsvault.award WITH (security_barrier) AS
SELECT j.vault, j.seq, h.name AS member, j.ref, j.note AS prize, j.amount::numeric AS value,
       COALESCE(j.at, j.booked_at) AS at, j.day, j.actor, j.meta
FROM pointsvault.journal_data j
JOIN pointsvault.member_data m ON m.vault = j.vault AND m.id = j.member
  AND pointsvault.is_among(m.vault, (SELECT pointsvault.readable_vaults('award')))
JOIN pointsvault.member_data h ON h.vault = m.vault AND h.id = COALESCE(m.merged_into, m.id)
  AND pointsvault.is_among(h.vault, (SELECT pointsvault.readable_vaults('award')))
WHERE j.kind = 70
  AND j.vault = ANY ((SELECT pointsvault.readable_vaults('award'))::integer[])
  AND pointsvault.is_among(j.vault, (SELECT pointsvault.readable_vaults('award')));
COMMENT ON VIEW pointsvault.award IS 'prizes that were noted (P3)';
COMMENT ON COLUMN pointsvault.award.member IS 'who won it, or took over from that one by a merge';
COMMENT ON COLUMN pointsvault.award.value IS 'what it is worth; NULL: nobody said';

CREATE FUNCTION pointsvault.top_holders(
  vault integer, count bigint, asset text, moment timestamptz DEFAULT NULL,
  OUT place bigint, OUT member text, OUT holding numeric
) RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'pv_sql_top_holders' LANGUAGE C STABLE ROWS 100;
COMMENT ON FUNCTION pointsvault.top_holders(integer, bigint, text, timestamptz) IS
  'who holds more than 0 of points, credits, cash, shares, stock, items or debt, largest first, of equals the earlier enrolled first (P2); count NULL: all. As of now, or after the last event booked at or before a moment, which is that of a record date';
-- ---------------------------------------------------------------------------
-- Collectibles (MODEL 9, N1 to N5)
-- ---------------------------------------------------------------------------

CREATE FUNCTION pointsvault.create_series(
  vault integer, code text, supply integer, price numeric, priced_in text DEFAULT 'points', min_spent numeric DEFAULT 0,
  fee_rate numeric DEFAULT 0, transferable boolean DEFAULT true, uses integer DEFAULT NULL, name text DEFAULT NULL,
  about jsonb DEFAULT NULL
) RETURNS void
  AS 'MODULE_PATHNAME', 'pv_sql_create_series' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.create_series(integer, text, integer, numeric, text, numeric, numeric, boolean, integer, text, jsonb) IS
  'makes a series of collectibles whose supply never changes (N1): an item is claimed for price points, or for points worth that much money; about is what item_metadata() says of it; a code that is there already is 23505';

CREATE FUNCTION pointsvault.set_series(
  vault integer, code text, price numeric DEFAULT NULL, min_spent numeric DEFAULT NULL, closed boolean DEFAULT NULL
) RETURNS void
  AS 'MODULE_PATHNAME', 'pv_sql_set_series' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.set_series(integer, text, numeric, numeric, boolean) IS
  'changes what may change of a series, for claims to come; NULL leaves it as it is. A closed series gives out no more; its items live on';

CREATE FUNCTION pointsvault.claim(
  vault integer, member text, series text, ref text, max_points numeric DEFAULT NULL, at timestamptz DEFAULT NULL,
  meta jsonb DEFAULT NULL
) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_claim' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.claim(integer, text, text, text, numeric, timestamptz, jsonb) IS
  'a member gives points for the next item of a series, redeemed as for goods (N1, G4): the net goes to the platform; beyond the supply or above max_points is 23514, a closed series 55000, own purchases less refunds below min_spent 42501';

CREATE FUNCTION pointsvault.issue_item(
  vault integer, member text, series text, ref text, reason text, at timestamptz DEFAULT NULL, meta jsonb DEFAULT NULL
) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_issue_item' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.issue_item(integer, text, text, text, text, timestamptz, jsonb) IS
  'gives a member the next item of a series for nothing (N1), whatever it spent; the reason is journalled';

CREATE FUNCTION pointsvault.transfer_item(
  vault integer, series text, serial integer, from_member text, to_member text, ref text, at timestamptz DEFAULT NULL,
  meta jsonb DEFAULT NULL
) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_transfer_item' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.transfer_item(integer, text, integer, text, text, text, timestamptz, jsonb) IS
  'an item goes to another member (N2): only the owner''s, of a transferable series (else 42501), neither listed nor used up (else 55000)';

CREATE FUNCTION pointsvault.list_item(
  vault integer, member text, series text, serial integer, price numeric, ref text, at timestamptz DEFAULT NULL,
  meta jsonb DEFAULT NULL
) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_list_item' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.list_item(integer, text, text, integer, numeric, text, timestamptz, jsonb) IS
  'offers an item at a price in credits (N3), and holds it until it is bought or unlisted: what could not be transferred cannot be listed';

CREATE FUNCTION pointsvault.unlist_item(
  vault integer, member text, series text, serial integer, ref text, at timestamptz DEFAULT NULL,
  meta jsonb DEFAULT NULL
) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_unlist_item' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.unlist_item(integer, text, text, integer, text, timestamptz, jsonb) IS
  'takes an offer back (N3); an item that is not listed is 55000';

CREATE FUNCTION pointsvault.buy_item(
  vault integer, buyer text, series text, serial integer, ref text, max_price numeric DEFAULT NULL,
  at timestamptz DEFAULT NULL, meta jsonb DEFAULT NULL
) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_buy_item' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.buy_item(integer, text, text, integer, text, numeric, timestamptz, jsonb) IS
  'buys a listed item (N3): the buyer''s credits go to the seller less the fee, whose backing becomes surplus (G14); not listed is 55000, above max_price or more than the buyer has 23514';

CREATE FUNCTION pointsvault.use_item(
  vault integer, member text, series text, serial integer, ref text, note text DEFAULT NULL,
  at timestamptz DEFAULT NULL, meta jsonb DEFAULT NULL
) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_use_item' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION pointsvault.use_item(integer, text, text, integer, text, text, timestamptz, jsonb) IS
  'counts one use of an item by its owner (N4), such as goods handed over against a card; one that is listed or used up is 55000';

CREATE FUNCTION pointsvault.quote_claim(vault integer, series text) RETURNS pointsvault.receipt
  AS 'MODULE_PATHNAME', 'pv_sql_quote_claim' LANGUAGE C STABLE;
COMMENT ON FUNCTION pointsvault.quote_claim(integer, text) IS
  'what the next item of a series costs now, and which it is; exact for the caller''s snapshot, locks nothing: pass max_points to be sure';

-- With its owner's rights, as that of prizes (54_exchange.sql): an admin and a treasurer may not
-- read the items beside.
CREATE VIEW pointsvault.series WITH (security_barrier) AS
SELECT s.vault, s.code, s.supply, s.issued, COALESCE(s.price_points::numeric, s.price_amount::numeric) AS price,
       CASE WHEN s.price_points IS NULL THEN 'money' ELSE 'points' END AS priced_in,
       s.min_spent::numeric AS min_spent, pg_catalog.trim_scale(s.fee_rate::numeric / 1000000) AS fee_rate,
       s.transferable, s.uses, s.closed, s.name, s.about, s.seq
FROM pointsvault.series_data s
WHERE s.vault = ANY ((SELECT pointsvault.readable_vaults('series'))::integer[])
  AND pointsvault.is_among(s.vault, (SELECT pointsvault.readable_vaults('series')));
COMMENT ON VIEW pointsvault.series IS 'series of collectibles (N1)';
COMMENT ON COLUMN pointsvault.series.issued IS 'how many of supply are given out: the serials 1 to this';
COMMENT ON COLUMN pointsvault.series.priced_in IS 'points, or money: then for the points that are worth price at the claim';
COMMENT ON COLUMN pointsvault.series.min_spent IS 'what own purchases less refunds must reach to claim one';
COMMENT ON COLUMN pointsvault.series.fee_rate IS 'of a sale between members (N3)';
COMMENT ON COLUMN pointsvault.series.uses IS 'how often an item may be used (N4); NULL: without an end';
COMMENT ON COLUMN pointsvault.series.seq IS 'the journal row that created it';

-- In SQL, so that it becomes a part of the query that asks.
CREATE FUNCTION pointsvault.item_state(listed pointsvault.amount, used bigint, uses bigint) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN $1 IS NOT NULL THEN 'listed' WHEN $2 >= $3 THEN 'used_up' ELSE 'held' END;
COMMENT ON FUNCTION pointsvault.item_state(pointsvault.amount, bigint, bigint) IS
  'for the views: held, listed or used_up, by the price of a listing, how often an item was used, and how often it may be (N3, N4)';

CREATE VIEW pointsvault.item AS
SELECT i.vault, s.code AS series, i.serial, m.name AS owner, COALESCE(j.at, j.booked_at) AS since,
       pointsvault.item_state(i.listed, i.used, s.uses) AS state,
       i.listed::numeric AS listed_price, s.uses - i.used AS uses_left, i.used, i.seq
FROM pointsvault.item_data i
JOIN pointsvault.series_data s ON s.vault = i.vault AND s.seq = i.series
LEFT JOIN pointsvault.journal_data j ON j.vault = i.vault AND j.seq = i.since
LEFT JOIN pointsvault.member_data m ON m.vault = i.vault AND m.id = i.owner;
COMMENT ON VIEW pointsvault.item IS 'collectibles, a row each: whose it is now, and what holds it (N2 to N4)';
COMMENT ON COLUMN pointsvault.item.owner IS 'who has it, or took over from that one by a merge';
COMMENT ON COLUMN pointsvault.item.since IS 'when it came to its owner, or to whom that one took over from';
COMMENT ON COLUMN pointsvault.item.state IS 'held (by its owner alone), listed (it can be bought, and nothing else), or used_up (it stays with its owner for ever)';
COMMENT ON COLUMN pointsvault.item.listed_price IS 'in credits; NULL: it is not listed';
COMMENT ON COLUMN pointsvault.item.uses_left IS 'NULL: without an end';
COMMENT ON COLUMN pointsvault.item.used IS 'how often it was used';
COMMENT ON COLUMN pointsvault.item.seq IS 'the journal row of its last event';

CREATE FUNCTION pointsvault.history_of_item(
  vault integer, series bigint, serial bigint,
  OUT seq bigint, OUT at timestamptz, OUT kind text, OUT ref text, OUT from_member text, OUT to_member text,
  OUT price numeric, OUT fee numeric, OUT note text, OUT booked_at timestamptz
) RETURNS SETOF record
LANGUAGE sql STABLE ROWS 20
BEGIN ATOMIC
  WITH RECURSIVE event AS (
    SELECT j.seq, j.kind, j.member, j.amount, j.fee, j.note, o.member AS other
    FROM pointsvault.journal_data j
    LEFT JOIN pointsvault.movement_data o ON o.vault = j.vault AND o.seq = j.seq
    WHERE j.vault = $1 AND j.series = $2 AND j.item = $3
  ), owner AS (
    SELECT e.seq, CASE pointsvault.kind_name(e.kind) WHEN 'transfer_item' THEN e.other ELSE e.member END AS member,
           lead(e.seq) OVER (ORDER BY e.seq) AS until
    FROM event e
  ), merged AS (
    SELECT m.seq, o.member AS giver, v.member AS taker, o.until
    FROM owner o
    JOIN pointsvault.journal_data m ON m.member = o.member AND m.vault = $1
      AND m.seq > o.seq AND (o.until IS NULL OR m.seq < o.until)
    JOIN pointsvault.movement_data v ON v.vault = $1 AND v.seq = m.seq
    WHERE pointsvault.kind_name(m.kind) = 'merge'
    UNION ALL
    SELECT m.seq, o.taker, v.member, o.until
    FROM merged o
    JOIN pointsvault.journal_data m ON m.member = o.taker AND m.vault = $1
      AND m.seq > o.seq AND (o.until IS NULL OR m.seq < o.until)
    JOIN pointsvault.movement_data v ON v.vault = $1 AND v.seq = m.seq
    WHERE pointsvault.kind_name(m.kind) = 'merge'
  ), told AS (
    SELECT e.seq,
           CASE pointsvault.kind_name(e.kind) WHEN 'transfer_item' THEN e.member WHEN 'buy_item' THEN e.other END AS giver,
           CASE pointsvault.kind_name(e.kind) WHEN 'transfer_item' THEN e.other
                WHEN 'claim' THEN e.member WHEN 'issue_item' THEN e.member WHEN 'buy_item' THEN e.member END AS taker,
           e.amount, e.fee, e.note
    FROM event e
    UNION ALL
    SELECT m.seq, m.giver, m.taker, NULL, NULL, NULL FROM merged m
  )
  SELECT t.seq, COALESCE(j.at, j.booked_at), pointsvault.kind_name(j.kind), j.ref, g.name, n.name,
         t.amount::numeric, t.fee::numeric, t.note, j.booked_at
  FROM told t
  JOIN pointsvault.journal_data j ON j.vault = $1 AND j.seq = t.seq
  LEFT JOIN pointsvault.member_data g ON g.vault = $1 AND g.id = t.giver
  LEFT JOIN pointsvault.member_data n ON n.vault = $1 AND n.id = t.taker
  ORDER BY t.seq;
END;
COMMENT ON FUNCTION pointsvault.history_of_item(integer, bigint, bigint) IS
  'internal: what item_history() tells of an item, by the number of its series';

CREATE FUNCTION pointsvault.item_history(
  vault integer, series text, serial integer,
  OUT seq bigint, OUT at timestamptz, OUT kind text, OUT ref text, OUT from_member text, OUT to_member text,
  OUT price numeric, OUT fee numeric, OUT note text, OUT booked_at timestamptz
) RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'pv_sql_item_history' LANGUAGE C STABLE ROWS 20;
COMMENT ON FUNCTION pointsvault.item_history(integer, text, integer) IS
  'the provenance of an item (N2): every event of it, from whom it came to whom, merges of its owners among them; the price is that of a claim in money, of a listing or a sale in credits';

CREATE FUNCTION pointsvault.metadata_of_item(vault integer, series bigint, serial bigint) RETURNS SETOF jsonb
LANGUAGE sql STABLE ROWS 1
BEGIN ATOMIC
  SELECT COALESCE(s.about, '{}') || jsonb_build_object(
           'name', COALESCE(s.name, s.code) || ' #' || i.serial,
           'description', COALESCE(s.about ->> 'description', ''),
           'attributes', (
             SELECT jsonb_agg(jsonb_strip_nulls(a.attribute) ORDER BY a.place)
             FROM (
               SELECT 0 AS place, o.attribute
               FROM jsonb_array_elements(
                 CASE jsonb_typeof(s.about -> 'attributes') WHEN 'array' THEN s.about -> 'attributes' ELSE '[]' END
               ) o (attribute)
               UNION ALL
               VALUES (1, jsonb_build_object('trait_type', 'series', 'value', s.code)),
                      (2, jsonb_build_object('trait_type', 'serial', 'display_type', 'number', 'value', i.serial, 'max_value', s.supply)),
                      (3, jsonb_build_object('trait_type', 'state', 'value', pointsvault.item_state(i.listed, i.used, s.uses))),
                      (4, jsonb_build_object('trait_type', 'used', 'display_type', 'number', 'value', i.used, 'max_value', s.uses)),
                      (5, jsonb_build_object('trait_type', 'transferable', 'value', s.transferable)),
                      (6, jsonb_build_object('trait_type', 'seq', 'display_type', 'number', 'value', i.seq))
             ) a (place, attribute)),
           'royaltyInfo', jsonb_build_object('receiver', v.name, 'royaltyFraction', trim_scale(s.fee_rate::numeric / 100)))
  FROM pointsvault.item_data i
  JOIN pointsvault.series_data s ON s.vault = $1 AND s.seq = $2
  JOIN pointsvault.vault v ON v.id = $1
  WHERE i.vault = $1 AND i.series = $2 AND i.serial = $3;
END;
COMMENT ON FUNCTION pointsvault.metadata_of_item(integer, bigint, bigint) IS
  'internal: what item_metadata() tells of an item, by the number of its series';

CREATE FUNCTION pointsvault.item_metadata(vault integer, series text, serial integer) RETURNS jsonb
  AS 'MODULE_PATHNAME', 'pv_sql_item_metadata' LANGUAGE C STABLE;
COMMENT ON FUNCTION pointsvault.item_metadata(integer, text, integer) IS
  'an item as ERC-721 metadata has it: name, description, attributes, with what series.about says besides; the journal''s seq of its last event, and the fee of a sale as a royalty of ERC-2981, in basis points';
-- ---------------------------------------------------------------------------
-- History of a member
-- ---------------------------------------------------------------------------

CREATE FUNCTION pointsvault.seq_at(vault integer, moment timestamptz) RETURNS bigint
  AS 'MODULE_PATHNAME', 'pv_sql_seq_at' LANGUAGE C STABLE;
COMMENT ON FUNCTION pointsvault.seq_at(integer, timestamptz) IS
  'the last journal row booked at or before a moment, 0 where there is none';

CREATE FUNCTION pointsvault.dividend_history(
  vault integer, member text,
  OUT day date, OUT due numeric, OUT paid numeric, OUT shares bigint, OUT quota_left numeric, OUT seq bigint,
  OUT shareholders numeric
) RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'pv_sql_dividend_history' LANGUAGE C STABLE ROWS 100;
COMMENT ON FUNCTION pointsvault.dividend_history(integer, text) IS
  'a row for each closed day that brought the member something due: by what shares, what was paid of it (C6), the quota left after it, the journal row of the close, and what came out of the shareholder pool (C6a) beside it; posted or not';

CREATE VIEW pointsvault.member_change AS
SELECT j.vault, j.member, j.seq, j.points::numeric * pointsvault.kind_points_sign(j.kind) AS points,
       j.member_credits::numeric AS credits, j.member_cash::numeric AS cash,
       j.member_reward::numeric AS reward, j.member_quota::numeric AS quota,
       j.member_shares AS shares, j.member_stock AS stock, j.member_items AS items, j.member_debt::numeric AS debt
FROM pointsvault.journal_data j
WHERE j.member IS NOT NULL AND pointsvault.kind_name(j.kind) <> 'dividend'
UNION ALL
SELECT o.vault, o.member, o.seq, o.points::numeric, o.credits::numeric, o.cash::numeric,
       o.reward::numeric, o.quota::numeric, o.shares, o.stock, o.items, o.debt::numeric
FROM pointsvault.movement_data o;
COMMENT ON VIEW pointsvault.member_change IS
  'internal: what each event changed for each member, as its own or as another it touched; NULL: nothing. Dividends are not in it: dividend_history() has them where they were paid, not where they were posted';

CREATE FUNCTION pointsvault.member_history(
  vault integer, member text, id bigint,
  OUT seq bigint, OUT points numeric, OUT credits numeric, OUT cash numeric, OUT reward numeric,
  OUT quota numeric, OUT shares bigint, OUT is_dividend boolean, OUT stock bigint, OUT items bigint, OUT debt numeric
) RETURNS SETOF record
LANGUAGE sql STABLE ROWS 100
BEGIN ATOMIC
  SELECT c.seq, COALESCE(c.points, 0), COALESCE(c.credits, 0), COALESCE(c.cash, 0),
         COALESCE(c.reward, 0), COALESCE(c.quota, 0), COALESCE(c.shares, 0), false, COALESCE(c.stock, 0), COALESCE(c.items, 0),
         COALESCE(c.debt, 0)
  FROM pointsvault.member_change c WHERE c.vault = $1 AND c.member = $3
  UNION ALL
  SELECT d.seq, 0, 0, d.paid + d.shareholders, 0, -d.paid, 0, true, 0, 0, 0
  FROM pointsvault.dividend_history($1, $2) d;
END;
COMMENT ON FUNCTION pointsvault.member_history(integer, text, bigint) IS
  'internal: all that changed for a member, dividends by the close that paid them';

CREATE FUNCTION pointsvault.member_statement(
  vault integer, member text, id bigint, since timestamptz, until timestamptz,
  OUT seq bigint, OUT booked_at timestamptz, OUT at timestamptz, OUT kind text, OUT ref text,
  OUT points numeric, OUT credits numeric, OUT cash numeric, OUT reward numeric,
  OUT quota numeric, OUT shares bigint,
  OUT points_after numeric, OUT credits_after numeric, OUT cash_after numeric,
  OUT day date, OUT quota_after numeric, OUT shares_after bigint,
  OUT stock bigint, OUT stock_after bigint, OUT items bigint, OUT items_after bigint, OUT debt numeric, OUT debt_after numeric
) RETURNS SETOF record
LANGUAGE sql STABLE ROWS 100
BEGIN ATOMIC
  SELECT s.seq, s.booked_at, s.at, s.kind, s.ref, s.points, s.credits, s.cash, s.reward, s.quota,
         s.shares, s.points_after, s.credits_after, s.cash_after, s.day, s.quota_after, s.shares_after, s.stock,
         s.stock_after, s.items, s.items_after, s.debt, s.debt_after
  FROM (
    SELECT c.seq, j.booked_at, COALESCE(j.at, j.booked_at) AS at,
           CASE WHEN c.is_dividend THEN 'dividend' ELSE pointsvault.kind_name(j.kind) END AS kind, j.ref,
           c.points, c.credits, c.cash, c.reward, c.quota, c.shares, c.stock, c.items, c.debt, j.day,
           trim_scale(sum(c.points) OVER so_far) AS points_after,
           trim_scale(sum(c.credits) OVER so_far) AS credits_after,
           trim_scale(sum(c.cash) OVER so_far) AS cash_after,
           trim_scale(sum(c.quota) OVER so_far) AS quota_after,
           (sum(c.shares) OVER so_far)::bigint AS shares_after,
           (sum(c.stock) OVER so_far)::bigint AS stock_after,
           (sum(c.items) OVER so_far)::bigint AS items_after,
           trim_scale(sum(c.debt) OVER so_far) AS debt_after
    FROM pointsvault.member_history($1, $2, $3) c
    JOIN pointsvault.journal_data j ON j.vault = $1 AND j.seq = c.seq
    WINDOW so_far AS (ORDER BY c.seq)
  ) s
  WHERE ($4 IS NULL OR s.booked_at >= $4) AND ($5 IS NULL OR s.booked_at < $5)
  ORDER BY s.seq;
END;
COMMENT ON FUNCTION pointsvault.member_statement(integer, text, bigint, timestamptz, timestamptz) IS
  'internal: what statement() tells of a member, by name and number';

CREATE FUNCTION pointsvault.statement(
  vault integer, member text, since timestamptz DEFAULT NULL, until timestamptz DEFAULT NULL,
  OUT seq bigint, OUT booked_at timestamptz, OUT at timestamptz, OUT kind text, OUT ref text,
  OUT points numeric, OUT credits numeric, OUT cash numeric, OUT reward numeric,
  OUT quota numeric, OUT shares bigint,
  OUT points_after numeric, OUT credits_after numeric, OUT cash_after numeric,
  OUT day date, OUT quota_after numeric, OUT shares_after bigint,
  OUT stock bigint, OUT stock_after bigint, OUT items bigint, OUT items_after bigint, OUT debt numeric, OUT debt_after numeric
) RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'pv_sql_statement' LANGUAGE C STABLE ROWS 100;
COMMENT ON FUNCTION pointsvault.statement(integer, text, timestamptz, timestamptz) IS
  'what each event brought or took a member, and each close paid it, with the balances after it, from since up to before until, by booked_at; an unknown member is P0002';

CREATE FUNCTION pointsvault.member_holding_at(
  vault integer, member text, id bigint, moment timestamptz,
  OUT seq bigint, OUT points numeric, OUT credits numeric, OUT cash numeric, OUT reward numeric,
  OUT quota numeric, OUT shares bigint, OUT value numeric, OUT stock bigint, OUT items bigint, OUT debt numeric
)
LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT h.seq, h.points, h.credits, h.cash, h.reward, h.quota, h.shares,
         COALESCE(pointsvault.value_of(h.points::pointsvault.points, j.pool, j.circulating)::numeric, 0),
         h.stock, h.items, h.debt
  FROM (
    SELECT (SELECT pointsvault.seq_at($1, $4)) AS seq,
           trim_scale(COALESCE(sum(c.points), 0)) AS points, trim_scale(COALESCE(sum(c.credits), 0)) AS credits,
           trim_scale(COALESCE(sum(c.cash), 0)) AS cash, trim_scale(COALESCE(sum(c.reward), 0)) AS reward,
           trim_scale(COALESCE(sum(c.quota), 0)) AS quota, COALESCE(sum(c.shares), 0)::bigint AS shares,
           COALESCE(sum(c.stock), 0)::bigint AS stock,
           COALESCE(sum(c.items), 0)::bigint AS items,
           trim_scale(COALESCE(sum(c.debt), 0)) AS debt
    FROM pointsvault.member_history($1, $2, $3) c
    WHERE c.seq <= (SELECT pointsvault.seq_at($1, $4))
  ) h
  LEFT JOIN pointsvault.journal_data j ON j.vault = $1 AND j.seq = h.seq;
END;
COMMENT ON FUNCTION pointsvault.member_holding_at(integer, text, bigint, timestamptz) IS
  'internal: what holding_at() tells of a member, by name and number';

CREATE FUNCTION pointsvault.holding_at(
  vault integer, member text, moment timestamptz,
  OUT seq bigint, OUT points numeric, OUT credits numeric, OUT cash numeric, OUT reward numeric,
  OUT quota numeric, OUT shares bigint, OUT value numeric, OUT stock bigint, OUT items bigint, OUT debt numeric
)
  AS 'MODULE_PATHNAME', 'pv_sql_holding_at' LANGUAGE C STABLE;
COMMENT ON FUNCTION pointsvault.holding_at(integer, text, timestamptz) IS
  'a member''s balances after the last event booked at or before a moment, and what the points were worth at the price then; seq is that event''s, 0 where there was none';
-- ---------------------------------------------------------------------------
-- Why an event came to its figures
-- ---------------------------------------------------------------------------

CREATE FUNCTION pointsvault.explain(
  vault integer, ref text,
  OUT step integer, OUT seq bigint, OUT rule text, OUT what text, OUT terms text, OUT result numeric, OUT unit text, OUT member text
) RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'pv_sql_explain' LANGUAGE C STABLE ROWS 20;
COMMENT ON FUNCTION pointsvault.explain(integer, text) IS
  'why the event of a ref came to its figures: each rule that took part, with its figures and what it gave, as the engine computes it by the policy of that day, and the exits that the event led to; a ref that is not booked is P0002, a row that was changed XX001';

CREATE FUNCTION pointsvault.explain_event(
  vault integer, seq bigint,
  OUT step integer, OUT seq bigint, OUT rule text, OUT what text, OUT terms text, OUT result numeric, OUT unit text, OUT member text
) RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'pv_sql_explain_event' LANGUAGE C STABLE ROWS 20;
COMMENT ON FUNCTION pointsvault.explain_event(integer, bigint) IS
  'as explain(), of the event of a journal row, for those without a ref: exits, closes, dividends';
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
-- ---------------------------------------------------------------------------
-- Planning: what a policy would do, before any vault has it
-- ---------------------------------------------------------------------------

CREATE FUNCTION pointsvault.simulate(
  policy jsonb, amount numeric, orders integer,
  OUT order_number bigint, OUT price_before numeric, OUT points numeric, OUT price_after numeric,
  OUT exits bigint, OUT exit_cash numeric, OUT exit_fees numeric,
  OUT pool numeric, OUT circulating numeric, OUT reserve numeric
) RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'pv_sql_simulate' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 1000;
COMMENT ON FUNCTION pointsvault.simulate(jsonb, numeric, integer) IS
  'a row for each of so many equal orders, each of a buyer of its own without a sponsor: what it would mint, the exits it would lead to with their net and fees, and the state after them; the same engine as purchase, no vault needed';
-- ---------------------------------------------------------------------------
-- Guard rails (MODEL 8): so that nobody is misled
-- ---------------------------------------------------------------------------

CREATE FUNCTION pointsvault.solvency(
  vault integer,
  OUT section text, OUT item text, OUT amount numeric, OUT covered_by text, OUT backed numeric, OUT unbacked numeric,
  OUT sentence text
) RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'pv_sql_solvency' LANGUAGE C STABLE ROWS 20;
COMMENT ON FUNCTION pointsvault.solvency(integer) IS
  'what is owed and what covers it, backed and unbacked apart (R3): a row each, with a sentence. Sections: owed, with its total; promise, what is no debt; due, what members owe; of points, what redeeming them all at once would pay; cover, the accounts of the vault. Reads all members';

CREATE FUNCTION pointsvault.disclosure(
  vault integer, amount numeric DEFAULT NULL,
  OUT item text, OUT figure numeric, OUT orders numeric, OUT turnover numeric, OUT sentence text
) RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'pv_sql_disclosure' LANGUAGE C STABLE ROWS 20;
COMMENT ON FUNCTION pointsvault.disclosure(integer, numeric) IS
  'by the vault''s own policy and present state, how far turnover must grow until the next buyer''s points are worth 1, 2 and 3 times the order (R4), before any fee and after it; what an order brings at once; how many holders are below what they paid. amount: that order''s, NULL: the average of the last 1000. Reads the whole journal';

CREATE FUNCTION pointsvault.compliance(
  vault integer,
  OUT item text, OUT level text, OUT figure numeric, OUT look_at numeric, OUT stop_at numeric, OUT sentence text
) RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'pv_sql_compliance' LANGUAGE C STABLE ROWS 20;
COMMENT ON FUNCTION pointsvault.compliance(integer) IS
  'what a regulator would ask (R2): paid depth and headcount of lines, payout share of sales, external-buyer share, promises, coverage, who answers for it; each with a level, ok, look or stop, by the figures named, and a sentence. No legal advice. Reads all members and the whole journal';
-- ---------------------------------------------------------------------------
-- Audit
-- ---------------------------------------------------------------------------

CREATE FUNCTION pointsvault.verify(
  vault integer, OUT name text, OUT ok boolean, OUT expected text, OUT found text, OUT detail text
) RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'pv_sql_verify' LANGUAGE C STABLE ROWS 20;
COMMENT ON FUNCTION pointsvault.verify(integer) IS
  'each identity of the model (MODEL 11) recomputed from the journal by the engine: a row each with the first difference, if any; locks nothing, says every few seconds how far it is';
-- ---------------------------------------------------------------------------
-- Errors, for programs to tell apart
-- ---------------------------------------------------------------------------

CREATE FUNCTION pointsvault.error_codes(
  OUT token text, OUT sqlstate text, OUT retry boolean, OUT http_status integer, OUT meaning text
) RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'pv_sql_error_codes' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 70;
COMMENT ON FUNCTION pointsvault.error_codes() IS
  'every error of the extension: the token that stands in its CONSTRAINT NAME, its SQLSTATE, whether the same call may succeed later with nothing changed, the HTTP status a web service may answer with, and what it means';
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
    EXECUTE pg_catalog.format('ALTER TABLE pointsvault.%I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE pg_catalog.format('CREATE POLICY readable ON pointsvault.%I FOR SELECT USING (' || readable || ')', name);
  END LOOP;
  FOREACH name IN ARRAY views LOOP
    IF has_invoker THEN
      EXECUTE pg_catalog.format('ALTER VIEW pointsvault.%I SET (security_invoker = true)', name);
    ELSE
      EXECUTE pg_catalog.format('CREATE OR REPLACE VIEW pointsvault.%I WITH (security_barrier) AS ', name)
        || pg_catalog.regexp_replace(pg_catalog.pg_get_viewdef(('pointsvault.' || name)::pg_catalog.regclass),
             'pointsvault\.(\w+_data) (\w+)', '(SELECT * FROM pointsvault.\1 WHERE ' || pg_catalog.format(readable, name) || ') \2', 'g');
    END IF;
  END LOOP;
END $$;
-- PUBLIC may do nothing, nor whom ALTER DEFAULT PRIVILEGES gave something on all that
-- the installing role makes; pointsvault.grant_access gives what a role needs.

REVOKE ALL ON SCHEMA pointsvault FROM PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA pointsvault FROM PUBLIC;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA pointsvault FROM PUBLIC;
REVOKE ALL ON ALL ROUTINES IN SCHEMA pointsvault FROM PUBLIC;
REVOKE ALL ON TYPE pointsvault.amount, pointsvault.points, pointsvault.price, pointsvault.receipt FROM PUBLIC;

DO $$
DECLARE
  other text;
BEGIN
  FOR other IN
    SELECT DISTINCT pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(x.grantee))
    FROM (
      SELECT n.nspacl, n.nspowner FROM pg_catalog.pg_namespace n WHERE n.oid = 'pointsvault'::regnamespace
      UNION ALL SELECT c.relacl, c.relowner FROM pg_catalog.pg_class c WHERE c.relnamespace = 'pointsvault'::regnamespace
      UNION ALL SELECT p.proacl, p.proowner FROM pg_catalog.pg_proc p WHERE p.pronamespace = 'pointsvault'::regnamespace
      UNION ALL SELECT t.typacl, t.typowner FROM pg_catalog.pg_type t WHERE t.typnamespace = 'pointsvault'::regnamespace
    ) o (acl, owner) CROSS JOIN LATERAL pg_catalog.aclexplode(o.acl) x
    WHERE x.grantee NOT IN (0, o.owner)
  LOOP
    EXECUTE 'REVOKE ALL ON SCHEMA pointsvault FROM ' || other;
    EXECUTE 'REVOKE ALL ON ALL TABLES IN SCHEMA pointsvault FROM ' || other;
    EXECUTE 'REVOKE ALL ON ALL SEQUENCES IN SCHEMA pointsvault FROM ' || other;
    EXECUTE 'REVOKE ALL ON ALL ROUTINES IN SCHEMA pointsvault FROM ' || other;
    EXECUTE 'REVOKE ALL ON TYPE pointsvault.amount, pointsvault.points, pointsvault.price, pointsvault.receipt FROM ' || other;
  END LOOP;
END $$;
