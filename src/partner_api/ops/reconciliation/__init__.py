"""The check of the books, as the operator asks for it."""
