"""The end of the invocation, which must not come in the middle of something."""


class OutOfTime(Exception):
    """There is no time left; what was begun has been taken back."""


class Deadline:
    """When to stop, by the clock of Lambda.

    Lambda freezes or kills the process at its limit. That loses nothing, but neither is there a report then; so the
    work ends earlier by more than any single step takes.
    """

    MARGIN_MILLISECONDS = 10_000

    def __init__(self, context: object) -> None:
        """Takes the context of an invocation; without one, as at a developer's desk, there is no deadline."""
        self._remaining = getattr(context, "get_remaining_time_in_millis", None)

    def check(self) -> None:
        """Raises `OutOfTime` if no further step may begin."""
        if self._remaining is not None and self._remaining() < self.MARGIN_MILLISECONDS:
            raise OutOfTime
