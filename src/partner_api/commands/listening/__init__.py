"""What ``layers listen`` is made of: the feed that it follows, the receiver, and how far it has come."""
