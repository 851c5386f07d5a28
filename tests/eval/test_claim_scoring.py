import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from corpus.errors import InputError
from eval.__main__ import app
from eval.claim_scoring import KNOWN_TO_RULES, group_by_kind, measures, read_claims, rule_verdicts
from eval.set_catalogue import SHIPPED_CLAIMS
from rag.model import Verdict

RUN = CliRunner()
PASSAGE = {
    "title": "Toll rises",
    "source": "Coast Wire",
    "published_at": "2024-03-05T09:00:00Z",
    "text": "The toll rises from 9 to 12 crowns on 1 June. “It is a burden,” said the mayor, Ida Brandt.",
}
ROWS = [
    ("right", "The toll goes up by 3 crowns in June 2024.", "supported", "arithmetic"),
    ("false", "The toll rises to 31 crowns.", "unsupported", "wrong_number"),
    ("roles", "The mayor raised the toll to 12 crowns.", "unsupported", "swapped_roles"),
    ("note", "The passage does not say who pays the toll.", "meta", "meta_true"),
    ("lie", "The passage does not say when the toll rises.", "meta", "meta_false"),
]


def written(path: Path) -> Path:
    rows = [{"id": i, "claim": c, "passages": [PASSAGE], "label": label, "kind": kind} for i, c, label, kind in ROWS]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def test_rules_are_scored_by_kind(tmp_path: Path) -> None:
    claims = read_claims(written(tmp_path / "toll.jsonl"))
    verdicts = rule_verdicts(claims)
    assert verdicts == {"right": "unchecked", "false": "flagged", "roles": "unchecked", "note": "note", "lie": "note"}
    figures = {name: (figure.mean, figure.n) for name, figure in measures(claims, verdicts).items()}
    assert figures == {
        "false alarms": (0.0, 2),
        "caught": (0.5, 2),
        "caught of kinds known to rules": (1.0, 1),
        "balanced accuracy": (pytest.approx(0.75), 3),
        "settled": (pytest.approx(0.6), 5),
    }
    assert group_by_kind(claims, verdicts)["unsupported", "swapped_roles"].mean == 0


def test_balanced_accuracy_weighs_both_labels_alike(tmp_path: Path) -> None:
    claims = read_claims(written(tmp_path / "toll.jsonl"))
    verdicts: dict[str, Verdict] = {claim.id: "flagged" for claim in claims}
    assert measures(claims, verdicts)["balanced accuracy"].mean == pytest.approx(0.5)


def test_command_prints_a_table_or_json_and_gates(tmp_path: Path) -> None:
    file, floors = written(tmp_path / "toll.jsonl"), tmp_path / "gate.json"
    table = RUN.invoke(app, ["claims", str(file)])
    assert table.exit_code == 0
    assert "false alarms" in table.stdout
    record = json.loads(RUN.invoke(app, ["claims", str(file), "--json"]).stdout)
    assert record["rules"]["measures"]["caught"]["mean"] == 0.5
    unknown = RUN.invoke(app, ["claims", str(file), "--gate", "--file", str(floors)])
    assert isinstance(unknown.exception, InputError)
    assert RUN.invoke(app, ["claims", str(file), "--update", "--file", str(floors)]).exit_code == 0
    assert RUN.invoke(app, ["claims", str(file), "--gate", "--file", str(floors)]).exit_code == 0
    content = json.loads(floors.read_text())
    assert content["claims/toll"]["limits"] == {"false alarms": 0.01, "caught of kinds known to rules": 0.99}
    content["claims/toll"]["limits"]["false alarms"] = -1.0
    floors.write_text(json.dumps(content))
    assert RUN.invoke(app, ["claims", str(file), "--gate", "--file", str(floors)]).exit_code == 1


@pytest.mark.parametrize("line", ["", "no json", "{}", '{"id": 1, "claim": "x", "passages": [], "label": "maybe"}'])
def test_what_is_no_labelled_claim_is_refused(tmp_path: Path, line: str) -> None:
    file = tmp_path / "bad.jsonl"
    file.write_text(line)
    with pytest.raises(InputError, match=r"docs/checking\.md"):
        read_claims(file)


def test_shipped_claims_are_many_of_every_kind_and_pass_their_gate() -> None:
    claims = read_claims(SHIPPED_CLAIMS)
    assert len(claims) >= 300
    assert len({claim.id for claim in claims}) == len(claims)
    assert min(sum(claim.kind == kind for claim in claims) for kind in KNOWN_TO_RULES) >= 8
    assert RUN.invoke(app, ["claims", "--gate"]).exit_code == 0
