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
