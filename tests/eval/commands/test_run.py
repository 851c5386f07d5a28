import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from corpus.errors import IndexInUseError, InputError
from eval.__main__ import app
from eval.question import Question, QuestionSet
from eval.runs.run_folder import list_runs
from eval.sampling import select
from rag import Assistant, Settings
from tests.eval.newsroom import ARTICLES

QUESTIONS = [
    {"id": "1", "question": "How many accounts did Yahoo say were affected?", "answer": "3 billion", "type": "number",
     "evidence": [{"article_id": "yahoo", "quote": "all 3 billion accounts were affected"}]},
    {"id": "2", "question": "Where was the cable cut?", "answer": "near Alexandria", "type": "fact",
     "evidence": [{"article_id": "cable", "quote": "near Alexandria"}]},
    {"id": "3", "question": "Who won the 2015 Rugby World Cup?", "type": "null"},
]  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("small")
    (path / "articles.jsonl").write_text("\n".join(json.dumps(article.to_record()) for article in ARTICLES))
    (path / "questions.jsonl").write_text("\n".join(map(json.dumps, QUESTIONS)))
    return path


def call(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_a_run_with_baselines_a_sample_and_a_comparison(folder: Path, tmp_path: Path) -> None:
    result = call("run", folder, "--only", "retrieval", "--out", tmp_path, "--name", "first")
    assert result.exit_code == 0, result.output
    run = list_runs(tmp_path)[0]
    assert run.systems == ["newsdesk", "bm25", "dense", "langchain"]
    figures = run.summaries()["newsdesk"].figures
    assert figures["all"]["Success@1"].mean == 1.0
    assert figures["all"]["Success@1"].n == 2
    assert (run.path / "report.html").is_file()
    again = call("run", folder, "--only", "retrieval", "--no-baselines", "--types", "fact", "--out", tmp_path)
    assert again.exit_code == 0, again.output
    newest = next(run for run in list_runs(tmp_path) if run.name != "first")
    assert newest.manifest.questions == ("2",)
    compared = call("compare", "first/bm25", newest.name, "--out", tmp_path, "--json")
    assert compared.exit_code == 0, compared.output
    changes = json.loads(compared.stdout)["changes"]
    assert {change["n"] for change in changes} == {1}
    assert call("report", "first", "--against", newest.name, "--out", tmp_path).exit_code == 0
    assert "complete" in call("runs", "--out", tmp_path).stdout


def test_what_of_a_set_cannot_be_used_is_told_and_stands_in_the_report(folder: Path, tmp_path: Path) -> None:
    gone = {"id": "4", "question": "What?", "answer": "x", "evidence": [{"article_id": "gone"}], "source_row": 7}
    lines = [*map(json.dumps, QUESTIONS[:1]), "{broken", json.dumps(gone)]
    (tmp_path / "set.jsonl").write_text("\n".join(lines))
    sent = ["run", tmp_path / "set.jsonl", "--articles", folder / "articles.jsonl", "--out", tmp_path / "runs"]
    result = call(*sent, "--only", "retrieval", "--no-baselines")
    assert result.exit_code == 0, result.output
    (run,) = list_runs(tmp_path / "runs")
    page, text = ((run.path / name).read_text("utf-8") for name in ("report.html", "report.md"))
    for told in ("set.jsonl:2: no JSON", "4: article 'gone' is not there", "source_row (1)"):
        assert told in result.stderr
        assert any(told in problem for problem in run.manifest.problems)
    assert "3 problems of the question set" in page
    assert "set.jsonl:2" in page
    assert "## Problems of the question set" in text


def test_an_empty_set_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "set.jsonl").write_text("\n")
    result = call("validate", tmp_path / "set.jsonl")
    assert (result.exit_code, "set.jsonl: holds no question" in result.stdout) == (1, True)
    assert "No defects" not in result.stdout


def test_an_archive_is_asked_beside_a_page_that_owns_it(tmp_path: Path, folder: Path) -> None:
    data = tmp_path / "data"
    with Assistant(Settings(data_dir=data, llm="")) as page:
        for article in ARTICLES:
            page.archive.put(article)
        page.start()
        sent = ["run", folder / "questions.jsonl", "--data", data, "--only", "retrieval", "--out", tmp_path / "runs"]
        owned = call(*sent, "--no-baselines")
        assert isinstance(owned.exception, IndexInUseError)
        result = call(*sent, "--no-baselines", "--beside")
    assert result.exit_code == 0, result.output
    assert list_runs(tmp_path / "runs")[0].summaries()["newsdesk"].figures["all"]["Success@1"].mean == 1.0


def test_samples_repeat_and_keep_the_order() -> None:
    questions = tuple(Question(str(n), "Q", ("x",), "a" if n % 2 else "b") for n in range(20))
    source = QuestionSet("s", Path("s"), "own", questions)
    first = [question.id for question in select(source, sample=5, seed=1)]
    assert first == [question.id for question in select(source, sample=5, seed=1)]
    assert first != [question.id for question in select(source, sample=5, seed=2)]
    assert first == sorted(first, key=int)
    assert len(select(source, types=["a"], sample=50)) == 10
    with pytest.raises(InputError, match=r"has no questions of the type c\. It has: a, b"):
        select(source, types=["c"])


def test_no_articles_no_run(tmp_path: Path) -> None:
    (tmp_path / "lonely.jsonl").write_text(json.dumps(QUESTIONS[0]))
    result = call("run", tmp_path / "lonely.jsonl", "--out", tmp_path)
    assert isinstance(result.exception, InputError)
    assert "No articles are known for lonely" in str(result.exception)
