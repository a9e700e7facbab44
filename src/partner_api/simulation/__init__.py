"""Months of an installation's life in seconds: random work, lagging clocks and killed processes, from one seed."""
