"""Make claims from gold evidence: as it stands, lightly reworded, and with one thing swapped."""

import json
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from corpus import Article, Chunk
from corpus.chunking import chunk
from rag.dates_in_text import moments
from rag.figures import figures
from rag.model import Passage
from rag.names import names
from rag.speakers import attributions

Swap = Callable[[str, Article, Sequence[Article], random.Random], str | None]
_MONTHS = "January February March April May June July August September October November December".split()
_SMALL = "zero one two three four five six seven eight nine ten eleven twelve".split()


@dataclass(frozen=True, slots=True)
class Case:
    """Hold one claim to check.

    Attributes:
        words: The claim without its mark and stop.
        gold: The evidence it was made from.
        form: How it was reworded.
        swap: What was swapped, or "" for an untouched claim.
        passages: What the answer was made from.
        cited: The number that is marked.
    """

    words: str
    gold: str
    form: str
    swap: str
    passages: tuple[Passage, ...]
    cited: int

    @property
    def text(self) -> str:
        """Return the claim as an answer of one sentence."""
        return f"{self.words} [{self.cited}]."


def load(articles: Path, questions: Path) -> tuple[dict[str, Article], list[tuple[str, str]]]:
    """Read articles by id, and the distinct (article id, quotation) pairs that the questions rest on."""
    read: dict[str, Article] = {}
    for line in articles.read_text(encoding="utf-8").splitlines():
        record: dict[str, Any] = json.loads(line)
        at = record.get("published_at")
        read[record["id"]] = Article(
            record["id"], record["title"], record["body"], record.get("source") or "",
            published_at=datetime.fromisoformat(at) if at else None, language="en",
        )  # fmt: skip
    pairs = [
        (evidence["article_id"], evidence["quote"])
        for line in questions.read_text(encoding="utf-8").splitlines()
        for evidence in json.loads(line)["evidence"]
    ]
    return read, [pair for pair in dict.fromkeys(pairs) if pair[1] in read[pair[0]].body and "\n" not in pair[1]]


def cases(articles: dict[str, Article], pairs: list[tuple[str, str]], seed: int, limit: int) -> list[Case]:
    """Make the cases: of each quotation one of every form untouched, and one of every swap that it allows."""
    choose = random.Random(seed)
    chosen = choose.sample(pairs, min(limit, len(pairs)))
    cut = {key: chunk(article, _tokens, 256) for key, article in articles.items()}
    everything = [piece for pieces in cut.values() for piece in pieces]
    made: list[Case] = []
    for key, quote in chosen:
        article = articles[key]
        gold = next(c for c in cut[key] if c.start <= article.body.index(quote) < c.end)
        passages, cited = _among(gold, everything, choose)
        words = quote[0].upper() + quote[1:].rstrip(". ")
        forms = {"verbatim": words} | {name: text for name, form in FORMS.items() if (text := form(words, article))}
        made += [Case(text, quote, form, "", passages, cited) for form, text in forms.items()]
        for swap, change in SWAPS.items():
            form = choose.choice(list(forms))
            text = change(forms[form], article, list(articles.values()), choose)
            if text and text != forms[form]:
                made.append(Case(text, quote, form, swap, passages, cited))
        wrong = choose.choice([n for n in range(1, len(passages) + 1) if n != cited])
        made.append(Case(words, quote, "verbatim", "citation", passages, wrong))
    return made


def _tokens(texts: Sequence[str]) -> list[int]:
    return [round(1.4 * len(text.split())) for text in texts]


def _among(gold: Chunk, everything: list[Chunk], choose: random.Random) -> tuple[tuple[Passage, ...], int]:
    others = [c for c in choose.sample(everything, 12) if c.article is not gold.article][:7]
    place = choose.randrange(len(others) + 1)
    pieces = [*others[:place], gold, *others[place:]]
    return tuple(Passage(piece, i, 1.0) for i, piece in enumerate(pieces, 1)), place + 1


def _attributed(text: str, article: Article) -> str | None:
    if not article.source:
        return None
    on = f", on {article.published_at:%-d %B %Y}" if article.published_at else ""
    first = text.split()[0]
    known = bool(names(text) and names(text)[0].start == 0) or not first.isalpha() or first == "I"
    return f"According to {article.source}{on}, {text if known else text[0].lower() + text[1:]}"


def _reordered(text: str, article: Article) -> str | None:
    match = re.match(r"((?:On|In|By|At|Under|After|Since|Until)\s[^,“\"]{3,40}?),?\s((?:the|it|a|[A-Z])[^“\"]+)$", text)
    if not match or len(match[1].split()) > 6:
        return None
    return f"{match[2][0].upper()}{match[2][1:]} {match[1][0].lower()}{match[1][1:]}"


def _rewritten(text: str, article: Article) -> str | None:
    """Write numbers and dates in another way; quotations are left alone."""
    if '"' in text or "“" in text:
        return None
    new = re.sub(rf"\b(\d{{1,2}}) ({'|'.join(_MONTHS)})( \d{{4}})?\b", _american, text)
    new = re.sub(r"(?<![\d.,])(\d{1,3}) million\b", r"\1,000,000", new)
    new = re.sub(r"\b(\d+\.\d) billion\b", lambda m: f"{round(float(m[1]) * 1000):,} million", new)
    new = re.sub(rf"(?<![-\w])({'|'.join(_SMALL[2:])})(?![-\w])", lambda m: str(_SMALL.index(m[1])), new)
    return new if new != text else None


def _american(match: re.Match[str]) -> str:
    return f"{match[2]} {match[1]}" + (f",{match[3]}" if match[3] else "")


def _number(text: str, article: Article, articles: Sequence[Article], choose: random.Random) -> str | None:
    dates = moments(text)
    found = [f for f in figures(text) if not f.bare and not any(m.start < f.end and f.start < m.end for m in dates)]
    if not found:
        return None
    figure = choose.choice(found)
    said = text[figure.start : figure.end]
    digits = re.search(r"\d[\d,.]*\d|\d", said)
    if digits:
        value = float(digits.group().replace(",", ""))
        other = value * choose.choice((0.5, 1.5, 2, 10)) if choose.random() < 0.5 else value + choose.randint(1, 9)
        written = f"{other:,.1f}".removesuffix(".0")
        return text[: figure.start] + said.replace(digits.group(), written, 1) + text[figure.end :]
    word = choose.choice([w for w in _SMALL[2:] if w != said.lower()])
    return f"{text[: figure.start]}{word}{text[figure.end :]}" if said.lower() in _SMALL else None


def _date(text: str, article: Article, articles: Sequence[Article], choose: random.Random) -> str | None:
    found = [m for m in moments(text) if m.year or m.month]
    if not found:
        return None
    moment = choose.choice(found)
    said = text[moment.start : moment.end]
    part = choose.choice([p for p, v in (("year", moment.year), ("month", moment.month), ("day", moment.day)) if v])
    if part == "year":
        new = re.sub(r"\d{4}", str((moment.year or 0) + choose.choice((-2, -1, 1, 2))), said)
    elif part == "month":
        new = re.sub(r"[A-Z][a-z]+", choose.choice([m for m in _MONTHS if not m.startswith(said[:3])]), said)
    else:
        day = choose.choice([d for d in range(1, 29) if d != moment.day])
        new = re.sub(r"\b\d{1,2}\b", str(day), said, count=1)
    return text[: moment.start] + new + text[moment.end :]


def _named(text: str, article: Article, articles: Sequence[Article], choose: random.Random) -> str | None:
    own = [n for n in names(text) if not text.startswith("According") or n.start > text.find(article.source)]
    own = [n for n in own if text[n.start : n.end] not in article.source]
    pool = names((article if choose.random() < 0.3 else choose.choice(articles)).body)
    if not own or not pool:
        return None
    old, new = choose.choice(own), choose.choice(pool)
    source = (
        article.body if new in names(article.body) else next((a.body for a in articles if new in names(a.body)), "")
    )
    written = source[new.start : new.end]
    if set(new.words) & set(old.words) or written in text or "\n" in written:
        return None
    return text[: old.start] + written + text[old.end :]


def _negated(text: str, article: Article, articles: Sequence[Article], choose: random.Random) -> str | None:
    plain = re.sub(r"(\"[^\"]*\"|“[^”]*”)", lambda m: "~" * len(m.group()), text)
    denial = re.search(r"\b(?:not|never) ", plain)
    if denial:
        return text[: denial.start()] + text[denial.end() :]
    verb = re.search(r"\b(?:was|were|is|are|has|had|have|will|would|could|can|may) (?=[a-z])", plain)
    if verb:
        return f"{text[: verb.end()]}not {text[verb.end() :]}"
    past = re.search(
        r"(?<=[A-Za-z] )(?:said|told|wrote|voted|named|called|announced|signed|denied|reported|fined|opened)\b", plain
    )
    if past:
        base = {"said": "say", "told": "tell", "wrote": "write", "denied": "deny", "voted": "vote", "named": "name",
                "fined": "fine"}.get(past.group(), past.group().removesuffix("ed"))  # fmt: skip
        return f"{text[: past.start()]}did not {base}{text[past.end() :]}"
    return None


def _respoken(text: str, article: Article, articles: Sequence[Article], choose: random.Random) -> str | None:
    own = [a.name for a in attributions(text) if not a.according]
    near = [(article, n) for n in names(article.body) if len(n.words) > 1]
    far = [(other, n) for other in choose.sample(list(articles), 3) for n in names(other.body) if len(n.words) > 1]
    pool = near if choose.random() < 0.5 and near else far
    if not own or not pool:
        return None
    home, new = choose.choice(pool)
    written = home.body[new.start : new.end]
    if set(new.words) & set(own[0].words) or written in text or "\n" in written:
        return None
    return text[: own[0].start] + written + text[own[0].end :]


FORMS = {"attributed": _attributed, "reordered": _reordered, "rewritten": _rewritten}
SWAPS: dict[str, Swap] = {
    "number": _number, "date": _date, "name": _named, "negation": _negated, "speaker": _respoken,
}  # fmt: skip
