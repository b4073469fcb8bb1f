"""What all steps of an invocation share."""

from dataclasses import dataclass

from deadline import Deadline
from files import DAY
from report import Report
from settings import Settings


@dataclass(frozen=True)
class Run:
    """One invocation."""

    settings: Settings
    report: Report
    now: float
    """When it began: ages are counted from there, so that they do not depend on how long it takes."""
    deadline: Deadline

    @property
    def day(self) -> int:
        """The number of the day, which the order of things depends on."""
        return int(self.now // DAY)
