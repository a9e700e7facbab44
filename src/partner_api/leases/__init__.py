"""Leased accounts: assigned by the operator, renewed every month."""
