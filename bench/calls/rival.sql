-- The same sale in PL/pgSQL.
SELECT points FROM rival.purchase($1, $2, $3, $4);
