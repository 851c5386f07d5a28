"""The commands `follow` and `digest`: topics that are followed, and what is new on them."""

import json
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corpus.cli.display import to_line
from corpus.cli.options import AsJson, Data, Outlets, Since, Until
from corpus.command_names import name_command
from corpus.errors import InputError
from corpus.text.characters import one_line
from corpus.text.days import format_day
from rag.follow.digest import Digest, read_since
from rag.follow.digest_export import FORMS, read_form, render_digest
from rag.follow.digest_mail import send_digest
from rag.model import Filters
from rag.question.filter_values import read_filters
from rag.settings import Settings

if TYPE_CHECKING:
    from rag.assistant import Assistant

Opening = Callable[[Path | None], AbstractContextManager["Assistant"]]
Reporting = Callable[[bool], AbstractContextManager[None]]

User = Annotated[
    str, typer.Option("--user", metavar="NAME", help="Whose topics: an account of the page; by default this machine's.")
]


def add_follow_commands(app: typer.Typer, open_assistant: Opening, report_errors: Reporting) -> None:
    """Add the commands to those of `python -m rag`.

    Args:
        app: Takes the commands.
        open_assistant: Opens an assistant over the folder of the command line.
        report_errors: Reports one of our errors, as JSON too where that is asked for.
    """
    topics = typer.Typer(help="Follow topics: questions or words on which news is told.", no_args_is_help=True)
    app.add_typer(topics, name="follow")
    _add_topic_commands(topics, open_assistant, report_errors)

    @app.command()
    def digest(
        since: Annotated[
            str | None,
            typer.Option("--since", metavar="DATE", help="yesterday, Monday, 2017-09-01; else since the last digest."),
        ] = None,
        form: Annotated[str, typer.Option("--format", help=f"One of {', '.join(FORMS)}.")] = "md",
        out: Annotated[Path | None, typer.Option("--out", help="Write FILE.md, .html, .atom or .json.")] = None,
        mail: Annotated[
            str | None,
            typer.Option("--mail", metavar="ADDRESS", help="Send it, where there is news (NEWSDESK_SMTP_*)."),
        ] = None,
        user: User = "",
        data: Data = None,
    ) -> None:
        """Tell what is new on the topics: articles, other figures, corrections, first reports. Exit code 1: nothing."""
        with report_errors(form == "json"):
            form = read_form(out) if out else form
            if form not in FORMS:
                raise InputError(f"--format {form[:20]}: choose one of {', '.join(FORMS)}")
            start = read_since(since, datetime.now().astimezone()) if since is not None else None
            with open_assistant(data) as assistant:
                watch = assistant.topics
                # What no digest has told counts as told only once it is out: one that failed is told again.
                telling = watch.tell_news(user) if start is None else nullcontext(watch.make_digest(user, start))
                with telling as made:
                    if mail is not None:
                        _mail(assistant.settings, made, mail)
                    _deliver(render_digest(made, form), out, silent=mail is not None)
        raise typer.Exit(0 if made.news else 1)


def _add_topic_commands(topics: typer.Typer, open_assistant: Opening, report_errors: Reporting) -> None:
    @topics.command("add")
    def add_topic(
        text: Annotated[str, typer.Argument(metavar="TOPIC", help="A question or some words, in quotation marks.")],
        since: Since = None,
        until: Until = None,
        outlet: Outlets = None,
        language: Annotated[
            list[str] | None,
            typer.Option("--language", parser=one_line, metavar="CODE", help="Only this language; repeatable."),
        ] = None,
        user: User = "",
        data: Data = None,
    ) -> None:
        """Follow a topic: articles that come from now on and bear on it are told."""
        with report_errors(False), open_assistant(data) as assistant:
            filters = read_filters(since, until, outlet) or Filters()
            if language:
                filters = Filters(filters.since, filters.until, filters.outlets, tuple(language))
            topic = assistant.topics.follow(user, text, filters or None)
            known = len(assistant.topics.book.findings(topic.id))
        print(f"Following {topic.id}: {to_line(topic.text)}. The archive has {known} articles on it already.")

    @topics.command("list")
    def list_topics(user: User = "", data: Data = None, as_json: AsJson = False) -> None:
        """List the topics, with how many articles on each have not been looked at."""
        with report_errors(as_json), open_assistant(data) as assistant:
            found = assistant.topics.list_records(user)
        if as_json:
            print(json.dumps(found, ensure_ascii=False, indent=2))
            return
        for topic in found:
            made = format_day(datetime.fromisoformat(str(topic["made_at"])))
            print(f"{topic['id']}  {to_line(str(topic['topic']))}  {topic['unseen']} new, since {made}")
        if not found:
            print(f"No topic is followed; `{name_command('rag follow add TOPIC')}` adds one.")

    @topics.command("remove")
    def remove_topic(
        number: Annotated[int, typer.Argument(metavar="NUMBER", help="As `follow list` writes it.")],
        user: User = "",
        data: Data = None,
    ) -> None:
        """Follow a topic no longer."""
        with report_errors(False), open_assistant(data) as assistant:
            assistant.topics.unfollow(user, number)
        print(f"No longer following {number}.")

    @topics.command("address")
    def show_address(
        renew: Annotated[bool, typer.Option("--renew", help="Make a new address; the old one ends.")] = False,
        user: User = "",
        data: Data = None,
    ) -> None:
        """Show the secret address of the Atom feed, below that of the page."""
        with report_errors(False), open_assistant(data) as assistant:
            print(f"/feed/{assistant.topics.book.feed_address(user, renew)}")


def _mail(settings: Settings, digest: Digest, to: str) -> None:
    """Send a digest that has news, and say what became of it."""
    if digest.news:
        send_digest(settings, digest, to)
    print(f"Sent to {to}." if digest.news else f"Nothing is new, so nothing was sent to {to}.", file=sys.stderr)


def _deliver(text: str, out: Path | None, silent: bool) -> None:
    if out is None:
        if not silent:
            print(text, end="")
        return
    try:
        out.write_text(text, encoding="utf-8", errors="replace")
    except OSError as error:
        raise InputError(f"{out}: cannot be written ({error.strerror}); give another place") from error
    print(f"Written to {out}.", file=sys.stderr)
