"""The client library of the Partner API."""
