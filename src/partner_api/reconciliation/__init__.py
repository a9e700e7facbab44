"""Whether the books are right: every invariant of the ledgers, recomputed from the rows."""
