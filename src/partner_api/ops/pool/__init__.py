"""The pool of warmed accounts."""
