"""The daily clean-up of thread contexts: what Lambda calls."""

import os
import time
from collections.abc import Callable
from typing import Any

from deadline import Deadline, OutOfTime
from report import Report
from run import Run
from settings import Settings
from sweep import sweep


def handler(event: object, context: object, clock: Callable[[], float] = time.time) -> dict[str, Any]:
    """Cleans up once; gives and logs what was done.

    What concerns one file is counted and survived. What concerns the whole (settings that make no sense, no mount)
    is raised after it has been logged, so that the invocation counts as failed.
    """
    started = clock()
    report = Report(started)
    try:
        settings = Settings.read(os.environ, event)
        report.settings = settings
        sweep(Run(settings, report, started, Deadline(context)))
        report.finished = True
    except OutOfTime:
        pass  # the report says that it is not finished; the next run goes on
    except Exception as failure:
        report.failure = f"{type(failure).__name__}: {failure}"
        raise
    finally:
        report.seconds = clock() - started
        print(report.line(), flush=True)
    return report.facts()
