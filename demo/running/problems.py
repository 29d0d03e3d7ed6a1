"""Why the demo may be unable to run."""


class CannotRun(Exception):
    """Something about this computer or its environment; the message says what to change."""
