"""What was spent and taken by day, of all partners."""
