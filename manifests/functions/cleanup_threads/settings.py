"""What an operator may set; everything that is not plainly valid is refused, for a guess could delete too much."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass


class Refused(Exception):
    """The settings, or the event, do not say clearly what to do."""


@dataclass(frozen=True)
class Settings:
    """How to clean up."""

    root: str
    """The folder that holds the clients: where the access point is mounted."""
    delete_after_days: int
    compress_after_days: int | None
    """`None`: nothing is compressed."""
    archive_after_days: int | None
    """`None`: nobody is archived."""
    dry_run: bool

    @classmethod
    def read(cls, environment: Mapping[str, str], event: object) -> "Settings":
        """The settings of an invocation. Raises `Refused`."""
        settings = cls(
            root=_root(environment),
            delete_after_days=_days(environment, "DELETE_AFTER_DAYS", "30"),
            compress_after_days=_days_or_off(environment, "COMPRESS_AFTER_DAYS", "7"),
            archive_after_days=_days_or_off(environment, "ARCHIVE_AFTER_DAYS", "off"),
            # Either is enough: an event cannot make a real run of what the environment says is to be a dry one.
            dry_run=_flag(environment, "DRY_RUN") | _asks_for_dry_run(event),
        )
        compress = settings.compress_after_days
        if compress is not None and compress >= settings.delete_after_days:
            raise Refused(
                f"COMPRESS_AFTER_DAYS is {compress} and DELETE_AFTER_DAYS is {settings.delete_after_days}: "
                "nothing would ever be compressed; say `off` if that is meant"
            )
        return settings


def _root(environment: Mapping[str, str]) -> str:
    root = environment.get("ROOT", "")
    if not os.path.isabs(root):
        raise Refused(f"ROOT must be the absolute path of the mount, and is {root!r}")
    return root


def _days(environment: Mapping[str, str], name: str, default: str) -> int:
    value = environment.get(name, default)
    # Not `int`, which takes ` 3_0 ` and digits of other scripts too.
    if re.fullmatch("[1-9][0-9]{0,4}", value) is None:
        raise Refused(f"{name} must be a number of days from 1 to 99999, and is {value!r}")
    return int(value)


def _days_or_off(environment: Mapping[str, str], name: str, default: str) -> int | None:
    return None if environment.get(name, default) == "off" else _days(environment, name, default)


def _flag(environment: Mapping[str, str], name: str) -> bool:
    value = environment.get(name, "false")
    if value not in ("true", "false"):
        raise Refused(f"{name} must be `true` or `false`, and is {value!r}")
    return value == "true"


def _asks_for_dry_run(event: object) -> bool:
    """Whether the event has `"dry_run": true`.

    An event of AWS's own (`"source": "aws.events"`) has many keys; in one that a person wrote, a key that is not known
    is a slip, such as `dry-run`, and must not become a real run.
    """
    if event is None:
        return False
    if not isinstance(event, dict):
        raise Refused("the event must be an object")
    is_of_aws = str(event.get("source", "")).startswith("aws.")
    unknown = sorted(str(key) for key in event if key != "dry_run")
    if unknown and not is_of_aws:
        raise Refused(f"the event may hold `dry_run`, and holds {', '.join(unknown)[:200]}")
    dry_run = event.get("dry_run", False)
    if not isinstance(dry_run, bool):
        raise Refused(f"`dry_run` of the event must be true or false, and is {str(dry_run)[:200]!r}")
    return dry_run
