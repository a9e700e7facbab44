"""Reading a request: its path, headers, query and body, strictly and within limits."""
