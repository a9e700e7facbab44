"""The numbers behind /metrics."""
