"""The cross-encoder that reads question and sentence together."""

from pathlib import Path

import numpy as np
import pytest

from rag.index.embedder import SHIPPED, Embedder
from rag.retrieval.answer_scorer import CHANGES, MAX_TOKENS, AnswerScorer, describe_sentence, read_changes

QUESTION = "how long is the canal"
TOLD = [
    describe_sentence(text, "Canal between the two lakes reopens", "The canal reopened on Monday.")
    for text in (
        "It runs for 62 kilometres from the harbour to the lower lake.",
        "It was closed for 62 days after the flood.",
        "The minister cut a ribbon.",
    )
]


@pytest.fixture(scope="module")
def scorer() -> AnswerScorer:
    return AnswerScorer()


def test_what_answers_stands_above_what_is_merely_of_the_same_thing(scorer: AnswerScorer) -> None:
    length, days, ribbon = scorer.score(QUESTION, TOLD)
    assert 1 > length > days > 0
    assert length > ribbon


def test_a_sentence_is_scored_by_itself_whatever_stands_beside_it(scorer: AnswerScorer) -> None:
    together = scorer.score(QUESTION, TOLD)
    assert together == pytest.approx([scorer.score(QUESTION, [one])[0] for one in TOLD], abs=0.02)
    assert scorer.score(QUESTION, []) == []


def test_a_question_of_any_length_is_read(scorer: AnswerScorer) -> None:
    (score,) = scorer.score("how long " * 500, ["It is 62 kilometres long. " * 100])
    assert 0 <= score <= 1


def test_the_graph_in_bytes_is_the_model_that_was_trained(scorer: AnswerScorer) -> None:
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
    assert scorer.score(QUESTION, TOLD) == pytest.approx(torch.sigmoid(logits[:, 0]).tolist(), abs=0.1)


def test_only_the_upper_layers_differ_from_the_embedder(scorer: AnswerScorer) -> None:
    assert CHANGES.stat().st_size < 2_000_000
    names = read_changes(Embedder(SHIPPED).folder, CHANGES)
    assert {name.split(".")[2] for name in names if not name.startswith("head.")} == {"3", "4", "5"}
    assert all(np.isfinite(value).all() for value in names.values())
