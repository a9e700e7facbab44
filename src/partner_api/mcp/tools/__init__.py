"""The declarations of all tools, in toolsets; the order is that in which clients get them."""
