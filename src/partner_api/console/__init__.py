"""The operator's console: pages made on the server, of what the operator's API answers."""
