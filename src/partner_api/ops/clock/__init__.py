"""The rehearsal clock."""
