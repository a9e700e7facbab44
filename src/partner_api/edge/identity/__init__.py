"""Who is calling, for whom, and what they may do."""
