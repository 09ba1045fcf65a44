-- by a moment; now by a journal row
DROP FUNCTION pointsvault.member_holding_at(integer, text, bigint, timestamptz);
