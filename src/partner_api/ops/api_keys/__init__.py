"""A partner's API keys."""
