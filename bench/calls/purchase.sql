-- A sale, as a shop would call it.
SELECT points FROM pointsvault.purchase($1, $2, $3, $4);
