"""What the measurements share: a throw-away installation, load, and tables that compare."""
