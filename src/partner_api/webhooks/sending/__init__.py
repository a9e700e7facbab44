"""Sending to receivers that nobody here knows: which addresses, how long, how much, and signed with what."""
