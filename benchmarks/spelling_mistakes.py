"""Measure slips of the pen: `python -m benchmarks.spelling_mistakes DATA SET [QUESTIONS]`.

DATA is the folder of an archive that holds the articles of SET, a question set in our JSONL; QUESTIONS is how many of
it to take, drawn at random, all by default. One slip (two letters swapped, one left out, doubled, or taken for its
neighbour on the keyboard) is made in a name or rare word of each answerable question. Prints how long the look-up takes,
how often a gold article is found first and how often the question is refused: untouched, with the slip, and with the
slip put right. Then every question of the set, answerable or not, that is corrected though nobody made a slip in it.
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
from rag.question.outlet_mentions import Outlets
from rag.question.query import Corrected, parse_question
from rag.retrieval.edit_distance import SHORTEST, is_dictionary_word
from rag.retrieval.spelling_correction import SpellingCorrector

_WORD = re.compile(rf"(?<![\w'’])[^\W\d_]{{{SHORTEST},}}(?![\w'’])")
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")

Correct = Callable[[str], Corrected]


def main(arguments: Sequence[str]) -> None:
    """Make the slips, ask, and print the rates."""
    data, path, *most = arguments
    questions = load(Path(path)).questions
    chance = random.Random(0)
    held = [question for question in questions if not question.unanswerable and question.evidence]
    if most:
        held = chance.sample(held, min(len(held), int(most[0])))
    pairs = [(question, slipped(question.text, chance)) for question in held]
    pairs = [(question, text) for question, text in pairs if text != question.text]
    with Assistant(Settings(data_dir=Path(data), llm="")) as assistant:
        right = SpellingCorrector(assistant.finder().retriever).correct
        corrected = [(question, text) for question, text in pairs if right(text).notes]
        restored = sum(right(text).text.lower() == question.text.lower() for question, text in corrected)
        for what, texts in (("untouched", [q.text for q, _ in pairs]), ("with a slip", [text for _, text in pairs])):
            print(f"looking a question over, {what}: {_milliseconds(right, texts)}")
        print(f"{len(pairs)} slips, {len(corrected)} corrected, {restored} of them to the word that was meant")
        _print(assistant, "untouched", [(question, question.text) for question, _ in pairs], Corrected)
        _print(assistant, "slip", pairs, Corrected)
        _print(assistant, "slip, put right", pairs, right)
        false = [question for question in questions if right(question.text).notes]
        print(f"corrected without a slip: {len(false)} of {len(questions)} questions")
        for question in false:
            before, after = (_asked(assistant, question, question.text, how)[1] for how in (Corrected, right))
            note = " ".join(right(question.text).notes)
            print(f"  {question.id}: {note} Refused before: {before}, since: {after}")


def _milliseconds(correct: Correct, texts: Sequence[str]) -> str:
    """Return how long a question takes at the median and at most in 20."""
    times = []
    for text in texts:
        start = time.perf_counter()
        correct(text)
        times.append(1000 * (time.perf_counter() - start))
    return f"{statistics.median(times):.1f} ms, at most {statistics.quantiles(times, n=20)[-1]:.1f} in 20"


def slipped(text: str, chance: random.Random) -> str:
    """Return a text with one slip in a name or a rare word, in any long word where it has neither; unchanged without."""
    found = [match for match in _WORD.finditer(text) if match.start()]
    telling = [match for match in found if match.group()[0].isupper() or not is_dictionary_word(match.group())] or found
    if not telling:
        return text
    match = chance.choice(telling)
    return text[: match.start()] + slip(match.group(), chance) + text[match.end() :]


def slip(word: str, chance: random.Random) -> str:
    """Return a word with one slip behind its first letter."""
    for _ in range(100):  # Two equal letters swapped are no slip.
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
    """Tell whether a gold article is found first, and whether the question is refused."""
    query = parse_question(
        text,
        question.history,
        now=question.as_of or datetime.now(UTC),
        outlets=Outlets(assistant.archive.count_by("source")),
        looking_back=question.as_of is not None,
        correct=correct,
    )
    finder = assistant.finder()
    found = finder.gather(query, assistant.settings.passages)
    first = bool(found.passages) and found.passages[0].article.id in {item.article_id for item in question.evidence}
    return first, not finder.read(query, found).enough


if __name__ == "__main__":
    if len(sys.argv) not in {3, 4}:
        sys.exit(__doc__)
    main(sys.argv[1:])
