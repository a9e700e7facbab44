"""``layers ops``: the operator's work from a shell, through the operator's API."""
