"""Every fault of a model again and again, streams cut at every place, and replies that cite what they never saw."""

import random
from collections import Counter
from datetime import UTC, datetime

import pytest

from rag import Answer, Assistant
from rag.llm.prompt import Prompt
from tests.model_server import ModelServer, Reply
from tests.promises import RecordPromise
from tests.rag.answer.test_answer_pipeline import FAULTS, TRUE, quoted_only
from tests.rag.conftest_answers import TOLL, FixedWriter, place, with_model

NOW = datetime(2024, 8, 1, tzinfo=UTC)


def is_evidence_instead(answer: Answer) -> bool:
    """Tell whether an answer is marked incomplete, says why, and quotes the archive alone."""
    said = answer.notes[-1] if answer.notes else ""
    return answer.status == "incomplete" and "sentences of the archive instead" in said and quoted_only(answer)


@pytest.mark.sizes(None, 20)  # Once each: test_answering.py.
def test_each_fault_leaves_the_evidence_each_time(
    assistant: Assistant, model_server: ModelServer, size: int, record_promise: RecordPromise
) -> None:
    wrong: Counter[str] = Counter()
    for name, (reply, said, limits) in FAULTS.items():
        for _ in range(size):
            model_server.script(reply)
            twin = with_model(assistant, model_server.url, **limits)
            answer = twin.ask(TOLL, now=NOW)
            if not is_evidence_instead(answer) or said not in answer.notes[-1]:
                wrong[name] += 1
    record_promise(
        "model: timeout, refusal, 429, 5xx, garbage",
        "10 modes x 20: the evidence without prose, saying why",
        f"{len(FAULTS)} modes x {size}: {len(FAULTS) * size - wrong.total()} of {len(FAULTS) * size}",
    )
    assert wrong == {}


@pytest.mark.sizes(5, 50)
def test_a_stream_cut_at_any_place_is_marked(
    assistant: Assistant, model_server: ModelServer, size: int, record_promise: RecordPromise
) -> None:
    whole = Reply(" ".join(f"{TRUE} [1]." for _ in range(4)))
    places = [1 + n * (len(whole.pieces) - 1) // size for n in range(size)]
    assert len(set(places)) == size
    marked = 0
    for n, end in enumerate(places):
        cut = Reply(whole.text, cut_after=end, cut="broken" if n % 2 else "clean")
        model_server.script(cut)
        answer = with_model(assistant, model_server.url).ask(TOLL, now=NOW)
        marked += is_evidence_instead(answer) and answer.text != "".join(cut.pieces[:end])
    record_promise("truncated stream", "cut at 50 places, 50 marked", f"cut at {size} places, {marked} marked")
    assert marked == size


MARKS = (
    "[{}]",
    "[[{}]]",
    "[^{}]",
    "[#{}]",
    "[1, {}]",
    "[1-{}]",
    "[1][{}]",
    "【{}】",
    "【{}†source】",
    "[Passage {}]",
    "[source {}; 2]",
    "[{}](https://evil-1.example/{})",
    "[{}](#card-{})",
    "({})",
    "[ {} ]",
    "[\u0661{}]",
    "[-{}]",
    "[0{}]",
    "[{}.0]",
    "[1 and {}]",
)
WORDS = (
    TRUE,
    "The Moon Bank paid 77 million crowns in 1968",
    "Ines Calder said: “Dredging has to be paid for”",
    "It is not certain",
    "See https://evil-1.example/a",
    "<a href='//evil-1.example'>[2]</a>",
    "[3]: https://evil-1.example",
)


def forged(numbers: random.Random, passages: int, first: int) -> str:
    """Return a reply with a sentence that is supported, and marks of passages that are there, or not, or nowhere."""
    asked = [0, 1, passages, passages + 1, 99, 10**6, 10**12, numbers.randrange(1000)]
    sentences = [f"{TRUE} [{first}]."]
    for _ in range(numbers.randint(1, 4)):
        mark = numbers.choice(MARKS).replace("{}", str(numbers.choice(asked)))
        sentences.append(f"{numbers.choice(WORDS)} {mark}{numbers.choice(['.', '', '!', ' .'])}")
    return numbers.choice([" ", "\n\n", "\n- "]).join(sentences)


def cites_outside(answer: Answer, prompt: Prompt) -> bool:
    """Tell whether an answer cites or shows what was not retrieved, or not at its place in the article."""
    sent = {passage.chunk.id for passage in prompt.passages}
    shown = {citation.n for citation in answer.citations}
    return (
        any(c.passage.chunk.id not in sent or not c.passage.article.body[c.start : c.end] for c in answer.citations)
        or any(not set(claim.citations) <= shown for claim in answer.claims)
        or "evil-1.example" in answer.text
    )


@pytest.mark.sizes(50, 10_000)
def test_no_reply_cites_what_was_not_retrieved(assistant: Assistant, size: int, record_promise: RecordPromise) -> None:
    writer = FixedWriter()
    twin = assistant.with_writer(writer)
    twin.ask(TOLL, now=NOW)
    prompt = writer.prompts[0]
    assert isinstance(prompt, Prompt)
    numbers, outside, cited = random.Random(size), [], 0
    for _ in range(size):
        reply = forged(numbers, len(prompt.passages), place(prompt.messages[1][1], "harbour toll rises"))
        writer.text = reply
        answer = twin.ask(TOLL, now=NOW)
        cited += len(answer.citations)
        if cites_outside(answer, prompt):
            outside.append(reply)
    record_promise(
        "forged citations",
        "10,000 generated answers: 0 citations outside the retrieved set",
        f"{size:,} answers with {cited:,} citations: {len(outside)} outside",
    )
    assert outside == []
    assert cited >= size
