"""PostgreSQL, as the application meets it."""
