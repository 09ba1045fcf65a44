-- The close of the day whose sales were booked last.
SELECT pointsvault.close_day($1);
