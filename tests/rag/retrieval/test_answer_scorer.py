"""The cross-encoder that reads question and sentence together."""

from collections.abc import Sequence
from pathlib import Path
from shutil import copyfile

import numpy as np
import pytest
from tokenizers import Tokenizer

from rag.index.bert_graph import build_cross_encoder_graph
from rag.index.embedder import SHIPPED, Embedder
from rag.index.embedder_runtime import OnnxModel, Vectors
from rag.retrieval.answer_scorer import CHANGES, MAX_TOKENS, AnswerScorer, PairReader, describe_sentence, read_changes

CASES = [
    (
        "how did the thieves get in",
        "Paintings stolen from villa",
        "They climbed over a wall and broke a window on the first floor.",
        "The thieves took four paintings.",
    ),
    (
        "how much did the repairs cost",
        "Pool reopens after repairs",
        "The town paid 22,000 dollars for them.",
        "The repairs took two weeks.",
    ),
    (
        "where was the minister arrested",
        "Former minister arrested",
        "Officers stopped him at the airport of Lisbon.",
        "The minister was arrested on Sunday.",
    ),
    (
        "how long is the canal",
        "Canal between the two lakes reopens",
        "It runs for 62 kilometres from the harbour to the lower lake.",
        "The canal reopened on Monday after repairs.",
    ),
]
QUESTION = CASES[2][0]
TOLD = [describe_sentence(text, CASES[2][1], "") for text in CASES[2][2:]]


@pytest.fixture(scope="module")
def scorer() -> AnswerScorer:
    return AnswerScorer()


@pytest.mark.parametrize(("question", "headline", "answering", "other"), CASES)
def test_what_answers_stands_above_what_shares_more_words(
    scorer: AnswerScorer, question: str, headline: str, answering: str, other: str
) -> None:
    best, rest = scorer.score(question, [describe_sentence(text, headline, "") for text in (answering, other)])
    assert 1 > best > rest > 0


def test_a_sentence_is_scored_by_itself_whatever_stands_beside_it(scorer: AnswerScorer, tmp_path: Path) -> None:
    copied = AnswerScorer(tmp_path / CHANGES.name)  # It does not know what the other has read.
    copyfile(CHANGES, tmp_path / CHANGES.name)
    together = scorer.score(QUESTION, TOLD)
    assert together == pytest.approx([copied.score(QUESTION, [one])[0] for one in TOLD], abs=1e-6)
    assert scorer.score(QUESTION, []) == []


class CountingModel(OnnxModel):
    """Count the pairs that are computed."""

    computed = 0

    def compute(self, rows: Sequence[list[int]], urgent: bool = True) -> Vectors:
        self.computed += len(rows)
        return super().compute(rows, urgent)


def test_what_was_read_before_is_not_read_again() -> None:
    folder = Embedder(SHIPPED).folder
    model = CountingModel(build_cross_encoder_graph(folder, read_changes(folder, CHANGES)), batch_tokens=1)
    reader = PairReader(Tokenizer.from_file(str(folder / "tokenizer.json")), model)
    pairs = [(QUESTION, told) for told in TOLD]
    once = reader.score(pairs)
    third = (QUESTION, describe_sentence("It was raining.", "", ""))
    assert reader.score([third, *pairs, third])[1:3] == once
    assert model.computed == len(pairs) + 1


def test_a_question_of_any_length_is_read(scorer: AnswerScorer) -> None:
    (score,) = scorer.score("how long " * 500, ["It is 62 kilometres long. " * 100])
    assert 0 <= score <= 1


def test_the_graph_is_the_model_that_was_trained() -> None:
    import torch
    from transformers import AutoModel, AutoTokenizer

    folder = Embedder(SHIPPED).folder
    changed = {name: torch.from_numpy(value) for name, value in read_changes(folder, CHANGES).items()}
    model = AutoModel.from_pretrained(str(folder))
    missing = model.load_state_dict({n: v for n, v in changed.items() if not n.startswith("head.")}, strict=False)
    assert not missing.unexpected_keys
    batch = AutoTokenizer.from_pretrained(str(folder))(
        [QUESTION] * len(TOLD), TOLD, padding=True, truncation=True, max_length=MAX_TOKENS, return_tensors="pt",
        return_token_type_ids=False,
    )  # fmt: skip
    with torch.no_grad():
        mask = batch["attention_mask"][..., None]
        mean = (model(**batch).last_hidden_state * mask).sum(1) / mask.sum(1)
        logits = mean @ changed["head.weight"].T + changed["head.bias"]
    graph = build_cross_encoder_graph(folder, read_changes(folder, CHANGES), quantized=False)
    rows = [ids[: int(n)] for ids, n in zip(batch["input_ids"].tolist(), mask.sum(1), strict=True)]
    assert OnnxModel(graph).compute(rows)[:, 0] == pytest.approx(logits[:, 0].numpy(), abs=1e-3)


def test_only_the_layers_differ_from_the_embedder_and_take_little(scorer: AnswerScorer) -> None:
    assert CHANGES.stat().st_size < 3_000_000
    names = read_changes(Embedder(SHIPPED).folder, CHANGES)
    assert {name.split(".")[2] for name in names if not name.startswith("head.")} == set("012345")
    assert all(np.isfinite(value).all() for value in names.values())
