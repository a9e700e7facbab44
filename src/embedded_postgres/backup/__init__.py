"""Backups of the embedded server: copies of its files, its write-ahead log (WAL), and recovery to an instant.

* `base`: a copy of all files while the server runs, made by `pg_basebackup`, and checked against its manifest.
* `wal`: how segments of the WAL and time lines are named, and what is read of them.
* `slot`: what keeps the server from removing WAL that nobody has copied yet, within a bound.
* `recovery`: a cluster out of a copy and WAL, as it was at an instant.

Where copies are kept is the application's business.
"""
