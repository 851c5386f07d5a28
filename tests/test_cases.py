"""What small archives are asked, and what any right answer shows; those in `KNOWN` fail today.

A case of `tests/data/cases.jsonl` has "name", "kind" (what went wrong), "articles" or "files", and "asks": "turns" (the
last is checked), perhaps "now", "since", "until" and "outlet", and "reply": what a model is taken to have written, in
which [@ID] stands for the number of that article's passage. "holds_now" marks a guard.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from corpus.archive.database import Archive
from corpus.ingestion.ingest import ingest
from corpus.readers import read_bytes
from rag import Answer, Assistant, Filters, Settings, Turn
from rag.index.embedder import Embedder

CASES = [json.loads(line) for line in (Path(__file__).parent / "data" / "cases.jsonl").read_text("utf-8").splitlines()]
KNOWN = frozenset(
    "check-rose-fell check-denied check-may-will check-who-sued-whom check-before-after check-german-negation "
    "check-approved-rejected check-few-most check-brother check-ruled-out".split()
)
MODEL = {"llm": "openai:none", "llm_base_url": "http://127.0.0.1:9/v1", "llm_api_key": "none"}  # Never called.

Seen = Mapping[str, Any]


@pytest.fixture
def archive_of(tmp_path: Path, embedder: Embedder) -> Iterator[Callable[[Mapping[str, Any]], Assistant]]:
    opened: list[Assistant] = []

    def fill(case: Mapping[str, Any]) -> Assistant:
        lines = "".join(json.dumps(article, ensure_ascii=False) + "\n" for article in case.get("articles", ()))
        files = {**case.get("files", {}), **({"articles.jsonl": lines} if lines else {})}
        settings: dict[str, Any] = MODEL if any("reply" in ask for ask in case["asks"]) else {"llm": ""}
        made = Settings(data_dir=tmp_path, **settings)
        with Archive(made.archive_path) as archive:
            for name, content in files.items():
                ingest(archive, read_bytes(name, content.encode()))
        opened.append(Assistant(made, embedder=embedder))
        opened[0].sync()
        return opened[0]

    yield fill
    for assistant in opened:
        assistant.close()


def marked() -> Iterator[Any]:
    for case in CASES:
        marks = [pytest.mark.xfail(strict=True, reason=case["kind"])] if case["name"] in KNOWN else []
        yield pytest.param(case, id=case["name"], marks=marks)


@pytest.mark.parametrize("case", list(marked()))
def test_case(case: Mapping[str, Any], archive_of: Callable[[Mapping[str, Any]], Assistant]) -> None:
    assistant = archive_of(case)
    assert [miss for ask in case["asks"] if (miss := find_miss(ask["expect"], see(assistant, ask)))] == []


def see(assistant: Assistant, ask: Mapping[str, Any]) -> Seen:
    """Return what is seen of the answer to the last turn, or of what a model replied to it."""
    now = datetime.fromisoformat(ask["now"]) if "now" in ask else None
    days = {end: datetime.fromisoformat(ask[end]).replace(tzinfo=UTC) for end in ("since", "until") if end in ask}
    until = days["until"] + timedelta(days=1) if "until" in days else None
    filters = Filters(days.get("since"), until, (ask["outlet"],) if "outlet" in ask else ()) or None
    history: list[Turn] = []
    answer: Answer | None = None
    for turn in ask["turns"][:-1] if "reply" in ask else ask["turns"]:
        answer = assistant.ask(turn, history, filters, now)
        history += [Turn("user", turn), Turn("assistant", answer.text)]
    if "reply" not in ask:
        assert answer is not None
        return describe(answer)
    prompt = assistant.prompt_for(ask["turns"][-1], history, filters, now)
    assert not isinstance(prompt, Answer), "no model would be asked"
    places = {p.article.id: n for n, p in reversed(list(enumerate(prompt.passages, 1)))}
    reply = re.sub(r"\[@([^\]]+)\]", lambda mark: f"[{places[mark[1]]}]", ask["reply"])
    seen = describe(assistant.answer_from(prompt, reply))
    shown = holds(strip_marks(seen["text"]), strip_marks(reply.splitlines()[0]))
    return seen if seen["status"] != "answered" or shown else {**seen, "supported": False}


def describe(answer: Answer) -> dict[str, Any]:
    bodies = [(c.n, c.passage.article.body, fold(c.quote)) for c in answer.citations]
    outside = [
        claim.text
        for claim in answer.claims
        if any(n in claim.citations and claim.text in body for n, body, _ in bodies)
        and not any(n in claim.citations and fold(claim.text) in quote for n, _, quote in bodies)
    ]
    return {
        "status": answer.status,
        "text": answer.text,
        "cited": list(dict.fromkeys(c.passage.article.id for c in answer.citations)),
        "standalone": answer.standalone,
        "notes": "\n".join(answer.notes),
        "supported": all(claim.supported for claim in answer.claims),
        "quotes_supported": not outside,
        "filters": {"since": answer.filters.since, "until": answer.filters.until},
    }


def find_miss(expect: Mapping[str, Any], seen: Seen) -> str:
    """Return the first expectation that is missed, with what was seen instead, or ""."""
    for key, wanted in expect.items():
        part, _, how = key.rpartition("_")
        if key == "any":
            met = any(not find_miss(one, seen) for one in wanted)
        elif key == "cites":
            met = set(wanted) <= set(seen["cited"])
        elif key == "cites_not":
            met = not set(wanted) & set(seen["cited"])
        elif key == "first_cited":
            met = seen["cited"][:1] == [wanted]
        elif key == "filters":
            met = all(seen[key][end] == (datetime.fromisoformat(at) if at else None) for end, at in wanted.items())
        elif how in {"contain", "contains", "lack", "lacks"}:
            wants = how.startswith("contain")
            met = all(any(holds(seen[part or "text"], word) for word in listed(one)) == wants for one in wanted)
        else:
            met = seen[key] == wanted
        if not met:
            return f"{key} {wanted}: {seen}"
    return ""


def listed(words: str | Sequence[str]) -> Sequence[str]:
    return [words] if isinstance(words, str) else words


def fold(text: str) -> str:
    return " ".join(text.casefold().split())


def strip_marks(text: str) -> str:
    return re.sub(r"\s*(?:\((?:\[\d+\])+\)|(?:\[\d+\])+)", "", text).replace("**", "")


def holds(text: str, word: str) -> bool:
    return fold(word) in fold(text) or fold(word) in fold(strip_marks(text))
