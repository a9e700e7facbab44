"""Postings and subscriptions."""
