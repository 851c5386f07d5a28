"""The accounts of the page, which owners list, add, change and remove in a panel of it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import gradio as gr

from corpus.errors import NewsdeskError, SettingsError
from web.accounts.account import LONGEST_NAME, LONGEST_PASSWORD, Account, AccountLines, Accounts, keep_owner, read_role
from web.event_data import sent
from web.frame import WARNING, Frame, make_markup, user_of
from web.markup.templating import render
from web.reader.article_reader import reopen
from web.roles import ROLES, needs, reaches

_CHANGING: dict[str, Any] = {**WARNING, "concurrency_id": "accounts", "concurrency_limit": 1}
"""One change at a time: hashing a password takes a core and 128 MiB for some tenths of a second."""


def connect_accounts(frame: Frame) -> None:
    """Add the panel, where the page itself knows the accounts."""
    if frame.accounts is not None:
        AccountPanel(frame, frame.accounts).connect()


class AccountPanel:
    """Show the accounts and change them, for owners."""

    def __init__(self, frame: Frame, accounts: Accounts) -> None:
        """Add the panel to the blocks that are open."""
        self._user = frame.side.user
        self._accounts = accounts
        self._panel = make_markup("accounts", "")

    def connect(self) -> None:
        """Say what happens when a button of the panel is used, or the one that opens it."""
        gr.on([self._user.submit, self._panel.submit], self._on_account, None, self._panel, **_CHANGING)

    @needs("owner")
    def _on_account(self, event: gr.EventData, request: gr.Request) -> Any:
        data, user = sent(event), user_of(request)
        if data.get("act") == "accounts":
            return reopen(render_accounts(self._accounts.list_all(), user))
        before = self._accounts.get(user)
        try:
            told, failed = self._change({name: str(value) for name, value in data.items()}), {}
        except NewsdeskError as error:
            told, failed = str(error), data
        now = self._accounts.get(user)
        # Who is no owner any more, or signed out by a change of his own, has nothing to see here.
        over = now is None or now != before or not reaches(now.role, "owner")
        return reopen(render_accounts(self._accounts.list_all(), user, told, failed, over))

    def _change(self, data: Mapping[str, str]) -> str:
        """Do what a form says; return what to tell.

        Raises:
            SettingsError: It cannot be done; the message says why.
        """
        act, name = data.get("act"), data.get("name", "").strip()
        change = self._accounts.source.change
        if act == "account-add":
            role = read_role(data.get("role", ""))
            made = self._accounts.make(name, _read_password(data), role)
            change(lambda lines: lines.add(made))
            return f"{name} can sign in now, as {role}."
        if act == "account-role":
            role = read_role(data.get("role", ""))
            change(keep_owner(lambda lines: lines.put(replace(lines.find(name), role=role))))
            return f"{name} is {role} now."
        if act == "account-password":
            change(partial(_set_password, made=self._accounts.make(name, _read_password(data))))
            return f"{name} has another password now, and is signed out everywhere."
        if act == "account-remove":
            change(keep_owner(lambda lines: lines.remove(name)))
            return f"{name} cannot sign in any more."
        return ""


def render_accounts(
    accounts: Sequence[Account],
    user: str,
    told: str = "",
    failed: Mapping[str, object] | None = None,
    over: bool = False,
) -> str:
    """Render the panel.

    Args:
        accounts: All of them.
        user: Who looks at it.
        told: What became of a change, or "".
        failed: What was sent, if the change was refused; what was typed in the form stays, but for passwords.
        over: The reader may not see it any more; the static script loads the page anew.
    """
    typed = failed if failed and failed.get("act") == "account-add" else {}
    return render(
        "account_panel",
        accounts=() if over else accounts,
        user=user,
        roles=ROLES,
        told=told,
        failed=bool(failed),
        over=over,
        name=typed.get("name", ""),
        role=typed.get("role", ROLES[0]),
        longest_name=LONGEST_NAME,
        longest_password=LONGEST_PASSWORD,
    )


def _read_password(data: Mapping[str, str]) -> str:
    if data.get("password", "") != data.get("again", ""):
        raise SettingsError("the two passwords differ; type both again")
    return data.get("password", "")


def _set_password(lines: AccountLines, made: Account) -> AccountLines:
    return lines.put(replace(made, role=lines.find(made.name).role))
