"""The files that workers upload."""
