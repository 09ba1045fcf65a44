-- PUBLIC may do nothing; pointsvault.grant_access gives what a role needs.

REVOKE ALL ON SCHEMA pointsvault FROM PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA pointsvault FROM PUBLIC;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA pointsvault FROM PUBLIC;
REVOKE ALL ON ALL ROUTINES IN SCHEMA pointsvault FROM PUBLIC;
REVOKE ALL ON TYPE pointsvault.amount, pointsvault.points, pointsvault.price, pointsvault.receipt FROM PUBLIC;
