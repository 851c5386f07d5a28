import json
from pathlib import Path

import pytest

from corpus.errors import InputError
from eval.loaders import load
from eval.loaders.squad import sentence_around
from eval.question import GoldEvidence, QuestionSet
from eval.set_catalogue import find_sets


def write_lines(path: Path, rows: list[object]) -> Path:
    path.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows), "utf-8")
    return path


def reasons(questions: QuestionSet) -> list[tuple[str, str]]:
    return [(defect.item, defect.reason) for defect in questions.defects]


def test_own_lines_survive_bad_ones(tmp_path: Path) -> None:
    good = {"id": "a", "question": "Q", "answer": "x"}
    path = write_lines(tmp_path / "mine.jsonl", [good, "{oops", "[1]", "", {"id": "b"}, good])
    found = load(path)
    assert [question.id for question in found.questions] == ["a"]
    assert [item for item, _ in reasons(found)] == ["mine.jsonl:2", "mine.jsonl:3", "mine.jsonl:5", "mine.jsonl:6"]
    assert reasons(found)[3][1] == "id 'a' is used twice"
    assert found.name == "mine"


LISTED = [{"id": "a", "question": "Was es Zürich?", "answer": "x"}, "text", {"id": "b", "question": "Q", "answer": "y"}]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("form", ["lines", "list", "list in .jsonl", "object"])
def test_own_sets_are_read_in_every_form_and_encoding_of_json(tmp_path: Path, encoding: str, form: str) -> None:
    text = {
        "lines": "\n".join(map(json.dumps, LISTED)),
        "object": json.dumps({"questions": LISTED}, indent=1),
    }.get(form, json.dumps(LISTED, indent=1, ensure_ascii=False))
    path = tmp_path / ("mine.jsonl" if form in {"lines", "list in .jsonl"} else "mine.json")
    path.write_bytes(text.encode(encoding))
    found = load(path)
    assert [question.text for question in found.questions] == ["Was es Zürich?", "Q"]
    assert reasons(found) == [("mine.jsonl:2" if form == "lines" else f"{path.name}[1]", "not a JSON object")]


def test_own_folder_brings_its_articles(tmp_path: Path) -> None:
    write_lines(tmp_path / "questions_dev.jsonl", [{"id": "a", "question": "Q", "answer": "x"}])
    write_lines(tmp_path / "articles.jsonl", [{"id": "1", "title": "T", "body": "B"}, {"id": "2", "title": "T"}])
    found = load(tmp_path)
    assert [article.id for article in found.articles] == ["1"]
    assert reasons(found) == [("articles.jsonl:2", "an article needs id, title and body")]
    assert found.name == tmp_path.name


def test_beir(tmp_path: Path) -> None:
    write_lines(
        tmp_path / "corpus.jsonl",
        [
            {"_id": "d1", "title": "Rain", "text": "It rains.", "metadata": {"url": "https://x.example/1"}},
            {"_id": "d2"},
        ],
    )
    write_lines(tmp_path / "queries.jsonl", [{"_id": "q1", "text": "rain?"}, {"_id": "q2", "text": "never judged"}])
    (tmp_path / "qrels").mkdir()
    write_lines(tmp_path / "qrels" / "dev.tsv", ["query-id\tcorpus-id\tscore", "q1\td1\t2", "q1\td2\t0", "q1\td1"])
    found = load(tmp_path)
    assert found.format == "beir"
    assert [(q.id, q.evidence) for q in found.questions] == [("q1", (GoldEvidence("d1", "", 2),))]
    assert found.articles[0].url == "https://x.example/1"
    assert reasons(found) == [
        ("corpus.jsonl:2", "a BEIR document needs _id and text"),
        ("dev.tsv:4", "expected query-id, corpus-id and score"),
    ]
    assert load(tmp_path / "qrels" / "dev.tsv").questions == found.questions


def test_squad(tmp_path: Path) -> None:
    context = "Berlin is in Germany. The wall fell in 1989. It was a Thursday."
    answer = {"text": "1989", "answer_start": context.index("1989")}
    qas = [
        {"id": "1", "question": "When did it fall? ", "answers": [answer, answer]},
        {"id": "2", "question": "Who built it?", "answers": [], "is_impossible": True},
        {"id": "3", "question": "Off by one?", "answers": [{"text": "1989", "answer_start": 0}]},
        {"id": "4", "question": "Nothing?", "answers": []},
        {"id": "5"},
    ]
    path = tmp_path / "dev-v2.0.json"
    document = {"title": "The_Wall", "paragraphs": [{"context": context, "qas": qas}]}
    path.write_text(json.dumps({"version": "v2.0", "data": [document]}))
    found = load(path)
    assert found.format == "squad"
    first, second = found.questions
    assert (first.answers, first.evidence) == (("1989",), (GoldEvidence("squad-0000-000", "The wall fell in 1989."),))
    assert second.unanswerable
    assert found.articles[0].title == "The Wall"
    assert [reason for _, reason in reasons(found)] == [
        "the answer '1989' is not at 0 in its paragraph",
        "an answerable question without answers",
        "question is missing",
    ]


def test_sentence_around_spans_sentences() -> None:
    text = "One. Two is here. Three."
    assert sentence_around(text, 9, 20) == "Two is here. Three."


def test_multihop_rag_as_published(tmp_path: Path) -> None:
    corpus = [
        {
            "title": "T1",
            "url": "https://x.example/1",
            "body": "B1",
            "source": "Verge",
            "published_at": "2023-09-28T12:00:00+00:00",
        },
        {"title": "T2", "url": None, "body": "B2"},
    ]
    facts = [{"title": "T1", "url": "https://x.example/1", "fact": "B1"}, {"title": "T2", "fact": "B2"}]
    rows = [
        {"query": "Q1", "answer": "Yes", "question_type": "comparison_query", "evidence_list": facts},
        {"query": "Q2", "answer": "Insufficient information.", "question_type": "null_query", "evidence_list": []},
        {
            "query": "Q3",
            "answer": "A",
            "question_type": "temporal_query",
            "evidence_list": [{"title": "T9", "fact": "-"}],
        },
    ]
    (tmp_path / "corpus.json").write_text(json.dumps(corpus))
    (tmp_path / "MultiHopRAG.json").write_text(json.dumps(rows))
    found = load(tmp_path)
    assert found.format == "multihop-rag"
    assert found.questions[0].evidence == (GoldEvidence("mhr-0000", "B1"), GoldEvidence("mhr-0001", "B2"))
    assert [question.type for question in found.questions] == ["comparison", "null"]
    assert found.articles[0].published_at is not None
    assert reasons(found) == [("MultiHopRAG.json[2]", "the corpus has no article 'T9', which a fact names")]


def test_ramdocs(tmp_path: Path) -> None:
    shared = {"text": "Jordan, the player, was born in 1963.", "type": "correct", "answer": "1963"}
    rows = [
        {"question": "When was Jordan born?", "documents": [shared, {"text": "He was born in 1999.", "type": "misinfo",
        "answer": "1999"}],
         "gold_answers": ["1963", "1956"], "wrong_answers": ["1999"]},
        {"question": "Which year?", "documents": [shared], "gold_answers": ["1963"], "wrong_answers": []},
        {"question": "No documents", "gold_answers": ["x"]},
    ]  # fmt: skip
    found = load(write_lines(tmp_path / "RAMDocs_test.jsonl", rows))
    assert found.format == "ramdocs"
    first, second = found.questions
    assert (first.answers, first.type, first.wrong_answers) == (("1963", "1956"), "ambiguous", ("1999",))
    assert second.evidence == (GoldEvidence("ramdocs-00000"),) == first.evidence
    assert len(found.articles) == 2
    assert reasons(found) == [("RAMDocs_test.jsonl:3", "documents is missing")]


def test_assertions_in_their_several_forms(tmp_path: Path) -> None:
    rows = [
        {"question_id": "1", "question_text": "Why?", "assertions": ["It rained.", {"statement": "It was cold."}]},
        {"id": "2", "text": "How?", "attributes": {"assertions": [{"statement": "By bus."}]}},
        {"id": "3", "text": "Empty?", "assertions": []},
    ]
    path = tmp_path / "set.json"
    path.write_text(json.dumps(rows))
    found = load(path)
    assert found.format == "assertions"
    assert [(q.id, q.text, q.assertions) for q in found.questions] == [
        ("1", "Why?", ("It rained.", "It was cold.")),
        ("2", "How?", ("By bus.",)),
    ]
    assert reasons(found) == [("set.json[2]", "a question without assertions")]


def test_unknown_formats_are_refused(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("a,b")
    with pytest.raises(InputError, match="in no format that is known"):
        load(tmp_path / "x.csv")
    with pytest.raises(InputError, match="does not exist"):
        load(tmp_path / "nothing.jsonl")


def test_sets_are_found_in_folders(tmp_path: Path) -> None:
    write_lines(tmp_path / "b.jsonl", [{"id": "a", "question": "Q", "answer": "x"}])
    (tmp_path / "inner").mkdir()
    write_lines(tmp_path / "inner" / "questions.jsonl", [{"id": "a", "question": "Q", "answer": "x"}])
    (tmp_path / "broken.json").write_text("{")
    found = list(find_sets([tmp_path]))
    assert [getattr(entry, "name", str(type(entry).__name__)) for entry in found] == ["b", "InputError", "inner"]


def test_the_development_set(multihop: Path) -> None:
    found = load(multihop)
    assert (len(found.questions), len(found.articles), found.defects) == (1324, 609, ())
    assert found.types == {"comparison": 458, "inference": 424, "temporal": 286, "null": 156}


ODD = {
    "deep.json": "[" * 100_000,
    "deep.jsonl": '{"a":' * 100_000,
    "numbers.json": json.dumps({"data": [{"paragraphs": 5}]}),
    "number.json": json.dumps({"data": 5}),
    "fields.json": json.dumps([{"query": 5, "documents": 7}]),
    "nothing.jsonl": "",
    "bytes.jsonl": "\x00\ufffd",
}


@pytest.mark.parametrize("name", ODD)
def test_a_file_of_any_shape_is_a_set_or_refused_with_a_reason(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text(ODD[name], "utf-8")
    try:
        found, reason = load(path), ""
    except InputError as error:
        found, reason = None, str(error)
    assert found.questions == () if found else path.name in reason


def test_questions_are_read_as_the_assistant_reads_them(tmp_path: Path) -> None:
    rows = [
        {"id": "a\ud800", "question": "Who \udcff was\u200b  hit?", "type": "null"},
        {"id": "long", "question": "x" * 2001, "type": "null"},
        {"id": "unseen", "question": "\u202e\u200b", "type": "null"},
        {"id": "early", "question": "Who?", "type": "null", "as_of": "0001-01-01T00:00+23:00"},
    ]
    path = tmp_path / "questions.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    found = load(path)
    assert [(question.id, question.text) for question in found.questions] == [("a?", "Who ? was hit?")]
    reasons = {defect.item: defect.reason for defect in found.defects}
    assert "at most 2,000 are read" in reasons["long"]
    assert "The question is empty" in reasons["unseen"]
    assert any("is not a date" in reason for reason in reasons.values())
