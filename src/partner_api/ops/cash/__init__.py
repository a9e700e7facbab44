"""The cash wallets of partners."""
