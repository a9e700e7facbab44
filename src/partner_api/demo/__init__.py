"""The demo: what it consists of, and the credentials that its visitor gets."""
