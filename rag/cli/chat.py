"""A chat in the terminal: questions and follow-ups, cited answers, and the passage behind each number."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from corpus.cli.display import strip_controls, to_line
from corpus.errors import NewsdeskError
from rag.model import REMEMBERED, Answer, Event, Filters, Turn

if TYPE_CHECKING:
    from rag.assistant import Assistant

HELP = """\
Type a question and press Enter; a follow-up may refer to what was said before.
  /source N   show the passage that [N] of the last answer stands for
  /new        forget the conversation so far
  /help       show this
  /quit       leave; so does Ctrl-D. Ctrl-C stops an answer."""

_PROMPT = "> "
_STAGES = {
    "searching": "Searching…",
    "reading": "Reading…",
    "writing": "Writing…",
    "checking": "Checking every claim…",
    "verifying": "Reading every claim again…",
}


class Chat:
    """Send what is typed to an assistant, until /quit."""

    def __init__(
        self,
        assistant: "Assistant",
        written: Callable[[Answer], str],
        filters: Filters | None = None,
        console: Console | None = None,
    ) -> None:
        """Begin a conversation.

        Args:
            assistant: Answers.
            written: Writes an answer with its sources as plain text.
            filters: What every question is narrowed to.
            console: The terminal; standard output by default.
        """
        self.assistant = assistant
        self.written = written
        self.filters = filters
        self.console = console or Console(highlight=False, markup=False)
        self.history: list[Turn] = []
        self.last: Answer | None = None

    def run(self) -> None:
        """Read and answer until the input ends."""
        with suppress(ImportError):
            import readline  # noqa: F401 - gives the prompt its arrow keys and the lines typed before
        count = self.assistant.archive.count()
        model = self.assistant.model_name
        self._print(f"{count:,} articles. Model: {to_line(model)}. /help lists what can be typed, /quit leaves.")
        for typed in self._read_lines():
            if typed.startswith("/"):
                if not self._run_command(typed):
                    return
            elif typed:
                self._answer(typed)

    def _read_lines(self) -> Iterator[str]:
        while True:
            try:
                yield input(_PROMPT).strip()
            except (EOFError, KeyboardInterrupt):
                self._print("")
                return

    def _run_command(self, typed: str) -> bool:
        """Do what a command says; return False to leave."""
        name, _, rest = typed.partition(" ")
        if name in {"/quit", "/exit"}:
            return False
        if name == "/new":
            self.history.clear()
            self.last = None
            self._print("A new conversation.")
        elif name == "/source":
            self._print(self._show_source(rest.strip()))
        elif name == "/help":
            self._print(HELP)
        else:
            self._print(f"{to_line(name, 40)} is no command; /help lists them.")
        return True

    def _show_source(self, number: str) -> str:
        citations = self.last.citations if self.last else ()
        found = next((c for c in citations if str(c.n) == number.strip("[]")), None)
        if found is None:
            return f"The last answer has no [{to_line(number, 10)}]." if self.last else "There is no answer yet."
        article = found.passage.article
        return f"{to_line(article.title, 300)}\n{to_line(article.url, 300)}\n\n{strip_controls(found.passage.chunk.text)}".strip()

    def _answer(self, question: str) -> None:
        try:
            answer = self._stream_answer(question)
        except NewsdeskError as error:
            self._print(to_line(str(error), 1000))
            return
        except KeyboardInterrupt:
            self._print("Stopped.")
            return
        self.last = answer
        self.history += [Turn("user", answer.question), Turn("assistant", answer.text)]
        del self.history[: -2 * REMEMBERED]
        self._print(f"\n{self.written(answer)}\n")

    def _stream_answer(self, question: str) -> Answer:
        """Show an answer while it streams, then clear it and return the complete one."""
        with self._print_growth() as show:
            for event in self.assistant.stream(question, self.history, self.filters):
                if event.answer is not None and event.stage == "done":
                    return event.answer
                show(event)
        raise ValueError("the stream ended without an answer")

    @contextmanager
    def _print_growth(self) -> Iterator[Callable[[Event], None]]:
        if not self.console.is_terminal:
            # A file or a pipe gets the finished answer alone.
            yield lambda _: None
            return
        with Live(console=self.console, transient=True, refresh_per_second=8) as live:
            yield lambda event: live.update(Group(strip_controls(event.text), Text(_STAGES[event.stage], style="dim")))

    def _print(self, text: str) -> None:
        self.console.print(Text(text), soft_wrap=True)
