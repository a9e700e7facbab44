"""Whether the server lives and is ready, and what it measures."""
