"""How values and answers look on the wire."""
