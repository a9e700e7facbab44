"""Content: what jobs have made, and the files of it."""
