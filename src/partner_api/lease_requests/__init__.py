"""Lease requests: a partner asks for accounts, the operator answers."""
