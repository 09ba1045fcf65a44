-- Many of the PL/pgSQL sales in one transaction.
CALL rival.sell($1, $5, $6, $7);
