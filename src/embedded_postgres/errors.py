"""What goes wrong around the embedded server."""


class DatabaseStartError(Exception):
    """The embedded PostgreSQL cannot be started or found.

    `str(error)` is one sentence for the person who started the server; it says what to do next.
    """
