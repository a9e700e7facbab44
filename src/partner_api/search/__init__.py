"""Finding anything by its id or by what it is called."""
