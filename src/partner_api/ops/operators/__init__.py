"""Operators managing operators."""
