"""Organizations: partners and their children."""
