"""The accounts that a project can publish to."""
