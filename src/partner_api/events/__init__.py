"""Events: what has happened that partners are told of, from the outbox to the feed."""
