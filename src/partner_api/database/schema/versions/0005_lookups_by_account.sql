-- A lease moves in each of its table's indexes whenever a month is paid; its social account hardly ever changes. So the
-- operator's look-ups by id alone go through the account.
CREATE INDEX social_accounts_by_id ON social_accounts (id);
DROP INDEX leases_by_id;
