"""Refuse wire items that their provider has withdrawn or does not let be published yet."""

from datetime import UTC, datetime

from corpus.errors import InputError
from corpus.text import date_parsing

_WITHDRAWN = ("canceled", "cancelled", "withheld", "killed")


def check_embargo(status: str, embargo: object) -> None:
    """Check the publication status (as `usable` or `stat:usable`) and the end of an embargo.

    Raises:
        InputError: If the item must not be used, or not yet.
    """
    status = status.rpartition(":")[2].strip().lower()
    if status in _WITHDRAWN:
        raise InputError(f"Its provider has marked it as {status}: there is nothing to do.")
    until = date_parsing.parse_instant(embargo, now=date_parsing.ANY_TIME)
    if until and until > datetime.now(UTC):
        raise InputError(f"It is under embargo until {until.astimezone(UTC):%Y-%m-%d %H:%M} UTC: add it then.")
