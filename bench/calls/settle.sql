-- What a settler does: a batch of the queue, booked.
SELECT pointsvault.settle($1, $7::integer);
