"""Alembic environment and revisions. Each revision runs the ``.sql`` file beside it."""
