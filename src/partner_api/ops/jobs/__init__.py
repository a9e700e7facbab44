"""Jobs, as workers and operators have to do with them."""
