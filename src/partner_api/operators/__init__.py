"""The people and workers of the company that runs the server."""
