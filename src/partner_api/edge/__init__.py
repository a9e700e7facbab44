"""The edge: what every request passes before a feature sees it."""
