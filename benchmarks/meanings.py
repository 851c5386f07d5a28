"""Measure answers to names with several meanings: `python -m benchmarks.meanings [--list] OUT SET...`.

A set is named as for `python -m eval run`, with its articles behind a colon where it brings none. Printed are, of the questions
of each set, how many are answered for several meanings; and of its ambiguous ones (RAMDocs gives two right answers to each) how
many answers without a model hold both, and how many cite articles that do, without and with the rule. `--list` prints each
answer that the rule gives, to be read.
"""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.commands.run import choose_home, open_source
from eval.measures.answer_words import contains
from eval.question import Question
from eval.runs.system_assembly import open_bench
from rag.answer.caution import find_answer
from rag.answer.meanings import Meaning, find_meanings
from rag.assistant import Assistant
from rag.retrieval.sentence_ranking import Sentence
from rag.settings import read_settings


@dataclass(frozen=True, slots=True)
class Outcome:
    """Hold what was found for a question.

    Attributes:
        question: The question.
        meanings: The meanings; none where the rule does not apply.
        before: The sentences of the answer without the rule, none for a refusal.
        after: The same with it.
    """

    question: Question
    meanings: Sequence[Meaning]
    before: Sequence[Sentence]
    after: Sequence[Sentence]


def answer(assistant: Assistant, question: Question) -> Outcome:
    """Answer a question without the rule and with it."""
    finder, query = (
        assistant.finder(),
        assistant.understand_question(question.text, question.history, None, question.as_of),
    )
    found = finder.search_and_widen(query, assistant.settings.passages)
    evidence = finder.read(query, found)
    chosen = find_answer(query, evidence)[0] if evidence.hopeful else []
    meanings = find_meanings(query, evidence, assistant.embedder) if chosen else ()
    told = [sentence for meaning in meanings for sentence in meaning.sentences]
    return Outcome(question, meanings, chosen, told or chosen)


def count_whole(outcomes: Iterable[Outcome], with_rule: bool, articles: bool) -> int:
    """Return how many answers hold every right answer of their question, in their sentences or in the articles that they cite."""
    whole = 0
    for outcome in outcomes:
        sentences = outcome.after if with_rule else outcome.before
        texts = [f"{s.passage.article.title} {s.passage.article.body}" if articles else s.text for s in sentences]
        whole += all(any(contains(text, [right]) for text in texts) for right in outcome.question.answers)
    return whole


def print_set(name: str, outcomes: Sequence[Outcome], listed: bool) -> None:
    """Print the counts of a set, and what the rule answers where that is asked for."""
    applied = [outcome for outcome in outcomes if outcome.meanings]
    print(f"\n{name}: {len(outcomes)} questions, {len(applied)} answered for several meanings", flush=True)
    ambiguous = [outcome for outcome in outcomes if outcome.question.type == "ambiguous"]
    for with_rule in (False, True) if ambiguous else ():
        held, cited = (count_whole(ambiguous, with_rule, articles) for articles in (False, True))
        print(
            f"{len(ambiguous)} ambiguous, {'with' if with_rule else 'without'} the rule: {held} answers hold all right answers, "
            f"{cited} cite articles that do"
        )
    for outcome in applied if listed else ():
        print(f"- {outcome.question.text} [{outcome.question.type}: {' | '.join(outcome.question.answers)}]")
        for meaning in outcome.meanings:
            print(f"    {meaning.label}: {' '.join(s.text for s in meaning.sentences)}")


def main(out: Path, names: Sequence[str], listed: bool) -> None:
    """Print the counts of each set."""
    for name in names:
        path, _, articles = name.partition(":")
        source = open_source(Path(path), [Path(articles)] if articles else ())
        settings = read_settings(choose_home(source, out, None), llm="")
        with open_bench(settings, source.articles, timed=False) as bench:
            outcomes = [answer(bench.assistant, question) for question in source.questions.questions]
        print_set(source.questions.name, outcomes, listed)


if __name__ == "__main__":
    arguments = [argument for argument in sys.argv[1:] if argument != "--list"]
    main(Path(arguments[0]), arguments[1:], "--list" in sys.argv)
