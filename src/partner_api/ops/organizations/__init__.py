"""Partners, as the operator sees them."""
