"""Projects: where accounts are leased and content is generated."""
