"""Backups of the server's own database, with its files: where they are kept, what is in them, and how they come back.

`embedded_postgres.backup` copies and recovers; what concerns the data folder, a folder or bucket for backups, versions
and keys is here. Nothing here is used with a PostgreSQL of one's own.
"""
