"""Liveness, readiness and metrics of the server."""
