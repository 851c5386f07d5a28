"""Train what `rag.retrieval.answer_scorer` reads sentences with: `python -m benchmarks.answer_training DATA OUT [--epochs 3]`.

DATA is a folder with `multihop_rag/articles.jsonl` and `ramdocs/dev.jsonl`. Beside this module, `answer_questions.jsonl` holds
questions that were written for these articles, none of which is in any question set here, and `answer_articles.jsonl` articles
about events that never were, each with its questions: `a` is the article, `q` the question, `s` the numbers of the sentences that
alone answer it, if any do, and `near` those that a hasty reader may take for an answer. The layers of the embedder that ships
are trained to tell the first from the rest by the loss of a choice and that of a yes or no; what they changed is written to OUT as
products of narrow matrices. Every twentieth invented article is held out, to print how well the model reads it.
"""

import argparse
import json
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy
from transformers import AutoModel, AutoTokenizer

from corpus.text.sentences import split_sentences
from rag.index.bert_graph import Weights
from rag.index.embedder import SHIPPED, Embedder
from rag.retrieval.answer_scorer import MAX_TOKENS, AnswerScorer, describe_sentence, read_changes

QUESTIONS = Path(__file__).with_name("answer_questions.jsonl")
ARTICLES = Path(__file__).with_name("answer_articles.jsonl")

HELD_OUT = 20
"""Every how many invented articles one is held out."""

RANK = 32
"""Width of the matrices whose product is added to a weight."""

_TOGETHER = 12  # Questions a step.
_WRONG = 5  # Sentences a question that do not answer it.
_PADDED = 24  # Pairs padded to one length.
_NEAREST = 40  # Sentences by cosine from which some are drawn.
_SHORTEST = 20  # Characters of a sentence of RAMDocs.
_RATE, _HEAD_RATE, _WARM_UP, _LEAST = 1.5e-4, 1e-3, 0.06, 0.02
_YES_OR_NO, _POSITIVE = 0.6, 2.0  # Share of that loss, and the weight of an answer in it.

Key = tuple[str, int]
"""An article, and the number of a sentence in it."""


@dataclass(frozen=True, slots=True)
class Task:
    """Hold a question with sentences: those that answer it, those that seem to, those near it in its article and elsewhere."""

    article: str
    question: str
    answers: Sequence[Key]
    near: Sequence[Key]
    same: Sequence[Key]
    close: Sequence[Key]


def main() -> None:
    """Train and write the changes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--epochs", type=float, default=3)
    parser.add_argument("--start", type=Path, metavar="FILE", help="begin with what an earlier training wrote")
    parser.add_argument("--questions", type=Path, nargs="+", default=(QUESTIONS, ARTICLES), metavar="FILE")
    arguments = parser.parse_args()
    torch.manual_seed(0)
    invented = dict(read_invented_sentences())
    sentences = dict(read_sentences(arguments.data)) | invented
    tasks = make_tasks(arguments.questions, sentences)
    held_out = set(list(dict.fromkeys(article for article, _ in invented))[::HELD_OUT])
    read = [task for task in tasks if task.article not in held_out]
    print(f"{len(read):,} questions, {len(sentences):,} sentences", flush=True)
    folder = Embedder(SHIPPED).folder
    model, tokenizer = CrossEncoder(folder), AutoTokenizer.from_pretrained(str(folder))
    if arguments.start:
        model.start_from(read_changes(folder, arguments.start))
    train(model, tokenizer, read, sentences, arguments.epochs)
    save_file(list_changes(model, load_file(folder / "model.safetensors")), arguments.out)
    if kept := [task for task in tasks if task.article in held_out]:
        print(judge(arguments.out, kept, sentences))


def read_sentences(data: Path) -> Iterator[tuple[Key, str]]:
    """Yield the sentences of both collections, as the model reads them."""
    for line in (data / "multihop_rag" / "articles.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        yield from _describe(row["id"], row["title"], row["body"], 0)
    for number, line in enumerate((data / "ramdocs" / "dev.jsonl").read_text("utf-8").splitlines()):
        for place, document in enumerate(json.loads(line)["documents"]):
            yield from _describe(f"r{number}_{place}", "", document["text"], _SHORTEST)


def read_invented_sentences() -> Iterator[tuple[Key, str]]:
    """Yield the sentences of the invented articles, as the model reads them."""
    for row in map(json.loads, ARTICLES.read_text("utf-8").splitlines()):
        told = row.get("sentences", [])
        for number, (before, sentence) in enumerate(zip(["", *told], told, strict=False), 1):
            yield (row["id"], number), describe_sentence(sentence, row["headline"], before)


def _describe(article: str, title: str, text: str, shortest: int) -> Iterator[tuple[Key, str]]:
    spans = [(a, b) for a, b in split_sentences(text, "en") if b - a > shortest]
    before = ["", *(text[a:b] for a, b in spans)]
    for number, ((a, b), earlier) in enumerate(zip(spans, before, strict=False), 1):
        yield (article, number), describe_sentence(text[a:b], title, earlier)


def make_tasks(paths: Sequence[Path], sentences: Mapping[Key, str]) -> list[Task]:
    """Return the questions of some files with the sentences that they are held against."""
    embedder, keys = Embedder(), list(sentences)
    vectors = embedder.embed([sentences[key].partition(" | ")[0] for key in keys])
    by_article: dict[str, list[Key]] = {}
    for key in keys:
        by_article.setdefault(key[0], []).append(key)
    tasks: list[Task] = []
    rows = [json.loads(line) for path in paths for line in path.read_text("utf-8").splitlines()]
    for row in rows:
        if "q" not in row:
            continue
        answers = [(row["a"], n) for n in row["s"] if (row["a"], n) in sentences]
        if row["a"] not in by_article or (row["s"] and not answers):
            continue
        near = [(row["a"], n) for n in row["near"] if n not in row["s"] and (row["a"], n) in sentences]
        same = [key for key in by_article[row["a"]] if key not in answers]
        order = np.argsort(-(vectors @ embedder.embed_query(row["q"])))[:_NEAREST]
        close = [keys[i] for i in order if keys[i] not in answers]
        tasks.append(Task(row["a"], row["q"], answers, near, same, close))
    return tasks


class CrossEncoder(torch.nn.Module):
    """Score pairs of a question and a sentence by the mean of their tokens."""

    def __init__(self, folder: Path) -> None:
        """Load the embedder, of which the layers are trained, not the embeddings."""
        super().__init__()
        self.model = AutoModel.from_pretrained(str(folder), attn_implementation="sdpa")
        self.head = torch.nn.Linear(self.model.config.hidden_size, 1)
        for name, parameter in self.model.named_parameters():
            parameter.requires_grad = name.startswith("encoder.layer.")

    def start_from(self, weights: Weights) -> None:
        """Take weights, as `read_changes` gives them, in place of those of the embedder."""
        own = dict(self.model.named_parameters()) | {f"head.{name}": p for name, p in self.head.named_parameters()}
        with torch.no_grad():
            for name, value in weights.items():
                own[name].copy_(torch.from_numpy(np.array(value)))

    def forward(self, batch: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """Return a logit for each pair."""
        with torch.autocast("cpu", dtype=torch.bfloat16):
            states = self.model(**batch).last_hidden_state
        mask = batch["attention_mask"][..., None].float()
        scores: torch.Tensor = self.head((states.float() * mask).sum(1) / mask.sum(1))[:, 0]
        return scores


def train(
    model: CrossEncoder, tokenizer: Any, tasks: Sequence[Task], sentences: Mapping[Key, str], epochs: float
) -> None:
    """Train the layers and the head."""
    layers = [parameter for parameter in model.model.parameters() if parameter.requires_grad]
    groups = [{"params": layers, "lr": _RATE}, {"params": model.head.parameters(), "lr": _HEAD_RATE}]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01)
    steps = int(epochs * len(tasks)) // _TOGETHER
    scheduler = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(1, (step + 1) / (_WARM_UP * steps)) * max(_LEAST, 1 - step / steps)
    )
    drawn, begun, mean = random.Random(0), time.monotonic(), 0.0
    order: list[Task] = []
    for step in range(1, steps + 1):
        if len(order) < _TOGETHER:
            order += drawn.sample(tasks, len(tasks))
        some, order = order[:_TOGETHER], order[_TOGETHER:]
        pairs = [pair for place, task in enumerate(some) for pair in _draw_pairs(task, place, drawn)]
        pairs.sort(key=lambda pair: len(some[pair[0]].question) + len(sentences[pair[1]]))
        scores = []
        for start in range(0, len(pairs), _PADDED):  # Of much the same length, or most of it would be padding.
            asked, keys, _ = zip(*pairs[start : start + _PADDED], strict=True)
            batch = tokenizer(
                [some[place].question for place in asked],
                [sentences[key] for key in keys],
                truncation=True, max_length=MAX_TOKENS, padding=True, return_tensors="pt", return_token_type_ids=False,
            )  # fmt: skip
            scores.append(model(batch))
        places, labels = (torch.tensor([pair[i] for pair in pairs]) for i in (0, 2))
        loss = _compute_loss(torch.cat(scores), places, labels.float())
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(layers, 1.0)
        optimizer.step()
        scheduler.step()
        optimizer.zero_grad()
        mean = loss.item() if step == 1 else 0.98 * mean + 0.02 * loss.item()
        if step % 50 == 0:
            print(f"step {step} of {steps}: loss {mean:.3f}, {time.monotonic() - begun:.0f} s", flush=True)


def _draw_pairs(task: Task, place: int, drawn: random.Random) -> list[tuple[int, Key, int]]:
    """Return the place of a task with sentences, and whether each answers it: one that does, if any, and some that do not."""
    wrong: list[Key] = []
    for some, most in ((task.near, 2), (task.close[:12], 2), (task.same, 1), (task.close, _WRONG)):
        fresh = [key for key in some if key not in wrong]
        wrong += drawn.sample(fresh, min(most, len(fresh)))
    right = [(place, drawn.choice(task.answers), 1)] if task.answers else []
    return [*right, *((place, key, 0) for key in wrong[:_WRONG])]


def _compute_loss(scores: torch.Tensor, places: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Return the loss of telling each answer from the rest, and of choosing it among those of its question."""
    loss = _YES_OR_NO * binary_cross_entropy_with_logits(scores, labels, pos_weight=torch.tensor(_POSITIVE))
    for place in range(_TOGETHER):
        own = places == place
        if labels[own].sum() > 0:
            loss = loss + cross_entropy(scores[own][None], labels[own].argmax()[None]) / _TOGETHER
    return loss


def judge(changes: Path, tasks: Sequence[Task], sentences: Mapping[Key, str]) -> str:
    """Tell how well what was written reads the articles of some questions, as the product runs it.

    Of questions that a sentence answers, how often such a one gets the highest score of its article; and how often the highest
    score of such a question exceeds that of one that nothing answers (the area under the ROC curve).
    """
    scorer, first = AnswerScorer(changes), 0
    answered: list[float] = []
    others: list[float] = []
    for task in tasks:
        keys = [*task.answers, *task.same]
        scores = scorer.score(task.question, [sentences[key] for key in keys])
        (answered if task.answers else others).append(max(scores))
        first += int(np.argmax(scores)) < len(task.answers)
    above = float(np.mean([a > b for a in answered for b in others]))
    return f"held out: of {len(answered)} answered questions {first} begin with an answer; {len(others)} others: AUC {above:.3f}"


def list_changes(model: CrossEncoder, shipped: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Return what training changed: two narrow matrices for each weight, the rest as it is now."""
    found: dict[str, NDArray[Any]] = {f"head.{name}": p.detach().numpy() for name, p in model.head.named_parameters()}
    for name, parameter in model.model.named_parameters():
        if not parameter.requires_grad:
            continue
        value = parameter.detach().numpy()
        if value.ndim < 2:
            found[name] = value.astype(np.float16)
            continue
        left, strength, right = np.linalg.svd(value - shipped[name], full_matrices=False)
        root = np.sqrt(strength[:RANK])
        found[f"{name}.left"] = (left[:, :RANK] * root).astype(np.float16)
        found[f"{name}.right"] = np.ascontiguousarray(root[:, None] * right[:RANK]).astype(np.float16)
    return found


if __name__ == "__main__":
    main()
