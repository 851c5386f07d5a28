"""What somebody may do on the page, in three steps, and which events take more than the first."""

from collections.abc import Callable
from typing import Any, Literal, TypeVar, get_args

from corpus.command_names import name_command

Role = Literal["reader", "editor", "owner"]
"""A reader asks and reads, an editor also adds, corrects, removes and measures, an owner also decides on models and accounts."""

ROLES: tuple[Role, ...] = get_args(Role)  # The least first.

Permit = Callable[[str, Role], bool]
"""Tells whether a user, by name, has at least a role."""

_MARK = "least_role"

F = TypeVar("F", bound=Callable[..., Any])


def needs(role: Role) -> Callable[[F], F]:
    """Mark a function that answers an event as one for users with at least this role."""

    def mark(function: F) -> F:
        setattr(function, _MARK, role)
        return function

    return mark


def needed_role(function: Callable[..., Any] | None) -> Role:
    """Return the role that a function was marked with, else the least one."""
    role: Role = getattr(function, _MARK, "reader")
    return role


def reaches(role: Role, least: Role) -> bool:
    """Return whether a role is at least another one."""
    return ROLES.index(role) >= ROLES.index(least)


def find_role(permit: Permit, user: str) -> Role:
    """Return the highest role that a user has."""
    return next(role for role in reversed(ROLES) if role == "reader" or permit(user, role))


def refusal(least: Role) -> str:
    """Say why something is refused to who has less than a role."""
    return f"Your account may not do this: it takes the role {least}. `{name_command('web.accounts role')} NAME {least}` gives it."
