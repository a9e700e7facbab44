"""Connections of clients: how many there may be, how long each may be silent, and the server of HTTP on them."""
