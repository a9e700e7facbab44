"""The operator's pool of warmed accounts, from which leases are made."""
