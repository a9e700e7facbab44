"""Leases of all partners."""
