"""What the ledgers come to by day."""
