"""Answering lease requests."""
