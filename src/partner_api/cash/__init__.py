"""The partner's cash wallet, in US cents."""
