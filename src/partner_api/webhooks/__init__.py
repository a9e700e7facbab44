"""What partners are told of: events in the outbox."""
