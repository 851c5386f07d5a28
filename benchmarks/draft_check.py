"""Measure the check of drafts on ten drafts with twelve planted errors each: `python -m benchmarks.draft_check`.

The drafts (`tests/data/drafts.txt`) are about articles of the starter corpus. Each sentence is labelled: "verbatim" and
"true" hold, "outside" is something that the corpus does not have, "opinion" and "question" are no claims, every other label
is the kind of a planted error. Printed is, for each label, how many sentences got which verdict; then the share of the
errors that are caught (contradicted or not in the archive), and of the true sentences that are falsely accused.

Without a model rules judge. With `--replies FILE` recorded replies of a model take part, as `--requests FILE` wrote the
requests for them: one JSON object a line, {"key": "...", "system": "...", "user": "..."}, to be answered by
{"key": "...", "reply": "..."}.
"""

import argparse
import hashlib
import json
import math
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from langchain_core.runnables import RunnableConfig

from corpus.errors import ModelError
from rag import Assistant, Settings
from rag.drafts.draft_report import VERDICTS, DraftReport
from rag.llm.prompt import ModelRequest
from rag.llm.verification_prompt import VerificationPrompt
from rag.llm.writer import Reply, Writer

DRAFTS = Path(__file__).parents[1] / "tests" / "data" / "drafts.txt"

TRUE = frozenset({"verbatim", "true"})
NO_CLAIMS = frozenset({"opinion", "question"})
OUTSIDE = "outside"
KNOWN_TO_RULES = frozenset({"number", "unit", "date", "name", "quotation", "speaker"})
"""The kinds of errors that rules compare: figures, dates, full names and quotations with their speakers."""


@dataclass(frozen=True, slots=True)
class LabelledDraft:
    """Hold a draft and the label of each of its sentences."""

    title: str
    sentences: tuple[tuple[str, str], ...]

    @property
    def text(self) -> str:
        """Return the draft: its title, and paragraphs of four sentences."""
        said = [text for _, text in self.sentences]
        return "\n\n".join([self.title, *(" ".join(said[n : n + 4]) for n in range(0, len(said), 4))])

    @property
    def labels(self) -> dict[str, str]:
        """Return the label of each sentence."""
        return {text: label for label, text in self.sentences}


def read_drafts(path: Path = DRAFTS) -> list[LabelledDraft]:
    """Return labelled drafts: "# title" opens one, "label | sentence" follow."""
    drafts: list[tuple[str, list[tuple[str, str]]]] = []
    for line in path.read_text("utf-8").splitlines():
        if line.startswith("# "):
            drafts.append((line[2:], []))
        elif line:
            label, _, text = line.partition(" | ")
            drafts[-1][1].append((label, text))
    return [LabelledDraft(title, tuple(sentences)) for title, sentences in drafts]


class RecordedVerifier(Writer):
    """Give recorded replies to requests for a reading, and note the requests."""

    def __init__(self, replies: Mapping[str, str]) -> None:
        self.name = "recorded"
        self.planner = self.verifier = None
        self.replies = replies
        self.requests: dict[str, VerificationPrompt] = {}

    def stream(
        self, prompt: ModelRequest, reply: Reply, config: RunnableConfig | None = None, within_s: float = math.inf
    ) -> Iterator[str]:
        """Yield the reply that was recorded for a prompt; without one, note the prompt and fail."""
        assert isinstance(prompt, VerificationPrompt)
        key = make_key(prompt)
        self.requests[key] = prompt
        if key not in self.replies:
            raise ModelError("no reply is recorded for this request; export the requests again")
        reply.text, reply.whole = self.replies[key], True
        yield reply.text


def make_key(prompt: VerificationPrompt) -> str:
    """Return what tells a request from any other; the random boundary takes no part."""
    text = "\n".join(text for _, text in prompt.messages).replace(prompt.boundary, "")
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def check_all(assistant: Assistant, drafts: Sequence[LabelledDraft]) -> dict[str, Counter[str]]:
    """Return for each label how many sentences got which verdict, or were passed over."""
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for draft in drafts:
        *_, last = assistant.check_draft(draft.text)
        assert last.report
        verdicts = list_verdicts(last.report)
        for text, label in draft.labels.items():
            found[label][verdicts.get(text, "not cut")] += 1
    return dict(found)


def list_verdicts(report: DraftReport) -> dict[str, str]:
    """Return the verdict on each sentence of a draft, or why it was passed over."""
    claims = {one.claim.text: one.verdict for one in report.checked}
    return claims | {one.text: f"passed over: {one.reason}" for one in report.passed_over}


def measure_shares(found: Mapping[str, Counter[str]]) -> dict[str, float]:
    """Return the shares of errors caught, of true sentences accused, and the like."""
    errors = [label for label in found if label not in TRUE | NO_CLAIMS | {OUTSIDE}]
    accusing = ("contradicted", "absent")
    return {
        "errors caught": _share(found, errors, accusing),
        "errors of kinds known to rules caught": _share(found, KNOWN_TO_RULES, accusing),
        "errors called supported": _share(found, errors, ("supported",)),
        "errors of kinds known to rules called supported": _share(found, KNOWN_TO_RULES, ("supported",)),
        "true sentences falsely accused": _share(found, TRUE, accusing),
        "true sentences called supported": _share(found, TRUE, ("supported",)),
        "verbatim sentences called supported": _share(found, ["verbatim"], ("supported",)),
        "claims outside the archive called absent": _share(found, [OUTSIDE], ("absent",)),
    }


def _share(found: Mapping[str, Counter[str]], labels: Sequence[str] | frozenset[str], verdicts: Sequence[str]) -> float:
    counts = [found[label] for label in labels]
    return sum(count[verdict] for count in counts for verdict in verdicts) / sum(map(sum, (c.values() for c in counts)))


def main() -> None:
    """Print what is caught and what is falsely accused."""
    parser = argparse.ArgumentParser(description="Measure the check of drafts on drafts with planted errors.")
    parser.add_argument("--requests", type=Path, help="Write the requests for a model to this file.")
    parser.add_argument("--replies", type=Path, help="Let the replies of this file take part.")
    given = parser.parse_args()
    rows = map(json.loads, given.replies.read_text("utf-8").splitlines()) if given.replies else ()
    verifier = RecordedVerifier({row["key"]: row["reply"] for row in rows})
    with tempfile.TemporaryDirectory() as folder, Assistant(Settings(data_dir=Path(folder), llm="")) as assistant:
        assistant.load_starter()
        assistant.sync()
        if given.requests or given.replies:
            writer = RecordedVerifier({})
            writer.verifier = verifier
            assistant.writer = writer
        found = check_all(assistant, read_drafts())
    if given.replies and (missing := verifier.requests.keys() - verifier.replies.keys()):
        print(f"{len(missing)} of {len(verifier.requests)} requests have no reply; rules judged their claims")
    if given.requests:
        _write_requests(given.requests, verifier.requests)
    _print(found)


def _write_requests(path: Path, requests: Mapping[str, VerificationPrompt]) -> None:
    rows = [{"key": key} | dict(prompt.messages) for key, prompt in requests.items()]
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")


def _print(found: Mapping[str, Counter[str]]) -> None:
    for label, counts in found.items():
        named = {VERDICTS.get(verdict, verdict): n for verdict, n in counts.most_common()}  # type: ignore[call-overload]
        print(f"{label:10} {sum(counts.values()):3}  " + ", ".join(f"{n} {name.lower()}" for name, n in named.items()))
    for name, share in measure_shares(found).items():
        print(f"{name}: {share:.3f}")


if __name__ == "__main__":
    main()
