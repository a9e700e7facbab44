"""What goes wrong with a backup."""


class BackupError(Exception):
    """A backup cannot be made, used or restored; `str(error)` is a sentence that says what to do next."""


class TargetNotReached(BackupError):
    """The WAL ended before the instant that was asked for: nothing in it happened later."""
