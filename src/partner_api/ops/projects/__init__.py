"""Projects, as the operator sees them."""
