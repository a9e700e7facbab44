-- Functions of earlier releases that nobody calls any more. They would stay in databases that were upgraded from one of
-- those: reachable, and never looked at again. Applied last. A line stays as long as a database can be upgraded from a
-- release that had the function.
--
-- What the previous release called, its servers or its functions, stays for another release, in 90_previous_release.sql:
-- a call that has begun when functions are replaced goes on in the text that it began with.

DROP FUNCTION IF EXISTS claims_expire(bigint, timestamptz, integer);
DROP FUNCTION IF EXISTS jobs_claim(bigint, timestamptz, text, text[], integer, uuid[], caller);
DROP FUNCTION IF EXISTS jobs_expire(bigint, timestamptz, integer);
DROP FUNCTION IF EXISTS lease_assign(bigint, timestamptz, lease_assignment[]);
DROP FUNCTION IF EXISTS lease_catch_up(cash_wallets, leases, timestamptz, uuid, caller);
DROP FUNCTION IF EXISTS lease_line(bigint, timestamptz, integer);
DROP FUNCTION IF EXISTS lease_line_pay(cash_wallets, timestamptz, integer);
DROP FUNCTION IF EXISTS leases_due_at(bigint);
DROP FUNCTION IF EXISTS leases_renew(bigint, timestamptz, integer);
DROP FUNCTION IF EXISTS leases_renew_each(bigint[], timestamptz, integer);
DROP FUNCTION IF EXISTS wallet_next_period(wallets, timestamptz, timestamptz, integer, caller);
