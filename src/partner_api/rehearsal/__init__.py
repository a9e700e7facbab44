"""Moving the installation's time ahead, in development mode: a year passes in seconds."""
