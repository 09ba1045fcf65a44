-- An order into the queue.
SELECT pointsvault.submit($1, $2, $3, $4);
