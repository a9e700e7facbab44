"""Jobs, for workers and operators."""
