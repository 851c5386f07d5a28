"""Measure spelling mistakes: `python -m benchmarks.spelling_mistakes DATA SET [QUESTIONS [WORDS]]`.

DATA is the folder of an archive that holds the articles of SET, a question set in our JSONL; QUESTIONS is how many of
it to take, drawn at random, all by default; WORDS is a file with an English word at the beginning of each line, in place
of the words that the product knows. One typo (two letters swapped, one omitted, doubled, or replaced by
its neighbour on the keyboard) is made in a name or rare word of each answerable question. Prints how long the look-up takes,
how often a gold article is found first and how often the question is refused: unchanged, with the typo, and
corrected. Then every question of the set, answerable or not, that is corrected though it has no typo.
"""

import random
import re
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from eval.loaders import load
from eval.question import Question
from rag import Assistant, Settings
from rag.index.embedder import read_shipped_vocabulary
from rag.question.outlet_mentions import Outlets
from rag.question.query import Corrected, parse_question
from rag.retrieval.edit_distance import SHORTEST
from rag.retrieval.spelling_correction import SpellingCorrector
from rag.text.english_words import EnglishWords

_ENGLISH = EnglishWords(read_shipped_vocabulary())
_WORD = re.compile(rf"(?<![\w'’])[^\W\d_]{{{SHORTEST},}}(?![\w'’])")
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")

Correct = Callable[[str], Corrected]


def main(arguments: Sequence[str]) -> None:
    """Make the typos, ask, and print the rates."""
    data, path, *more = arguments
    most, known = (
        more[:1],
        [line.split()[:1] for file in more[1:] for line in Path(file).read_text("utf-8-sig").splitlines()],
    )
    english = EnglishWords({word.lower() for words in known for word in words}) if known else _ENGLISH
    questions = load(Path(path)).questions
    chance = random.Random(0)
    held = [question for question in questions if not question.unanswerable and question.evidence]
    if most:
        held = chance.sample(held, min(len(held), int(most[0])))
    pairs = [(question, add_typo(question.text, chance)) for question in held]
    pairs = [(question, text) for question, text in pairs if text != question.text]
    with Assistant(Settings(data_dir=Path(data), llm="")) as assistant:
        correct = SpellingCorrector(assistant.finder().retriever, english).correct
        corrected = [(question, text) for question, text in pairs if correct(text).notes]
        restored = sum(correct(text).text.lower() == question.text.lower() for question, text in corrected)
        for what, texts in (("unchanged", [q.text for q, _ in pairs]), ("with a typo", [text for _, text in pairs])):
            print(f"time to look for mistakes, {what}: {_milliseconds(correct, texts)}")
        print(f"{len(pairs)} typos, {len(corrected)} corrected, {restored} of them to the word that was meant")
        _print(assistant, "unchanged", [(question, question.text) for question, _ in pairs], Corrected)
        _print(assistant, "with a typo", pairs, Corrected)
        _print(assistant, "corrected", pairs, correct)
        needless = [question for question in questions if correct(question.text).notes]
        print(f"corrected without a typo: {len(needless)} of {len(questions)} questions")
        for question in needless:
            before, after = (_asked(assistant, question, question.text, how)[1] for how in (Corrected, correct))
            note = " ".join(correct(question.text).notes)
            print(f"  {question.id}: {note} Refused before: {before}, since: {after}")


def _milliseconds(correct: Correct, texts: Sequence[str]) -> str:
    """Return how long a question takes at the median and at most in 20."""
    times = []
    for text in texts:
        start = time.perf_counter()
        correct(text)
        times.append(1000 * (time.perf_counter() - start))
    return f"{statistics.median(times):.1f} ms, at most {statistics.quantiles(times, n=20)[-1]:.1f} in 20"


def add_typo(text: str, chance: random.Random) -> str:
    """Return a text with one typo in a name or a rare word, else in any long word; unchanged if it has none."""
    found = [match for match in _WORD.finditer(text) if match.start()]
    telling = [match for match in found if match.group()[0].isupper() or match.group() not in _ENGLISH] or found
    if not telling:
        return text
    match = chance.choice(telling)
    return text[: match.start()] + misspell(match.group(), chance) + text[match.end() :]


def misspell(word: str, chance: random.Random) -> str:
    """Return a word with one typo after its first letter."""
    for _ in range(100):  # Swapping two equal letters changes nothing.
        at, kind = chance.randrange(1, len(word)), chance.choice(["swap", "drop", "double", "replace"])
        match kind:
            case "swap":
                made = word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :]
            case "drop":
                made = word[:at] + word[at + 1 :]
            case "double":
                made = word[: at + 1] + word[at:]
            case _:
                made = word[:at] + _neighbour(word[at], chance) + word[at + 1 :]
        if made != word:
            return made
    return word


def _neighbour(letter: str, chance: random.Random) -> str:
    for row in _ROWS:
        if (place := row.find(letter)) >= 0:
            return chance.choice([row[i] for i in (place - 1, place + 1) if 0 <= i < len(row)])
    return letter


def _print(assistant: Assistant, what: str, asked: Sequence[tuple[Question, str]], correct: Correct) -> None:
    found = [_asked(assistant, question, text, correct) for question, text in asked]
    first, refused = (sum(values) / len(found) for values in zip(*found, strict=True))
    print(f"{what}: a gold article first {first:.3f}, refused {refused:.3f}")


def _asked(assistant: Assistant, question: Question, text: str, correct: Correct) -> tuple[bool, bool]:
    """Return whether a gold article is found first, and whether the question is refused."""
    query = parse_question(
        text,
        question.history,
        now=question.as_of or datetime.now(UTC),
        outlets=Outlets(assistant.archive.count_by("source")),
        looking_back=question.as_of is not None,
        correct=correct,
    )
    finder = assistant.finder()
    found = finder.search_and_widen(query, assistant.settings.passages)
    first = bool(found.passages) and found.passages[0].article.id in {item.article_id for item in question.evidence}
    return first, not finder.read(query, found).enough


if __name__ == "__main__":
    if len(sys.argv) not in {3, 4, 5}:
        sys.exit(__doc__)
    main(sys.argv[1:])
