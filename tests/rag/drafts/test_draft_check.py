"""Drafts checked by the real assistant: by rules, and by a model that reads well, badly, or not at all."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from benchmarks.draft_check import KNOWN_TO_RULES, list_verdicts, read_drafts
from benchmarks.starter import STARTER
from corpus import Article
from corpus.errors import InputError
from corpus.readers import read
from rag import Assistant, Filters, Settings
from tests.model_server import ModelServer, Reply
from tests.rag.answer.test_answer_review import judged
from tests.rag.conftest_answers import with_model
from tests.rag.drafts.conftest import DRAFT, VERBATIM, check_draft
from tests.shared_embedder import shared_embedder
from tests.waiting import PATIENCE_S


def test_claims_get_verdicts_by_rules_with_the_words_that_they_rest_on(assistant: Assistant) -> None:
    report = check_draft(assistant, DRAFT)
    assert [one.verdict for one in report.checked] == [
        "supported",
        "absent",
        "unchecked",
        "contradicted",
        "absent",
    ]
    assert (report.model, report.articles, report.left_out) == ("none", assistant.archive.count(), 0)
    assert [one.reason for one in report.passed_over] == ["heading", "question", "trivial"]
    supported, wrong, *_ = report.checked
    (cited,) = [passage for passage in supported.passages if passage.cited]
    assert (cited.article_id, cited.outlet) == ("library", "Arden Post")
    assert [text for text, marked in cited.split() if marked] == [VERBATIM]
    body = article(assistant, "library").body
    assert body[slice(*cited.marks[0])] == VERBATIM
    assert body[cited.start :].startswith(cited.text)
    assert "13,000" in wrong.reason
    assert report.checked[3].claim.about == ("Selmouth", "Ines Calder")


def test_a_generic_sentence_is_supported_only_of_whom_it_is_said(assistant: Assistant) -> None:
    repeated = "The council will look at buses instead, as reported before (2)."
    about = check_draft(assistant, f"Arden voted against the tram. {repeated}").checked[-1]
    of_others = check_draft(assistant, f"Marie Curie won a prize. {repeated}").checked[-1]
    assert (about.claim.about, of_others.claim.about) == (("Arden",), ("Marie Curie",))
    assert (about.verdict, of_others.verdict) == ("supported", "unchecked")


def article(assistant: Assistant, article_id: str) -> Article:
    found = assistant.archive.get(article_id)
    assert found
    return found


def test_only_articles_that_pass_the_filters_are_evidence(assistant: Assistant) -> None:
    filters = Filters(since=datetime(2024, 1, 1, tzinfo=UTC))
    (one,) = check_draft(assistant, VERBATIM, filters).checked
    assert (one.verdict, {p.article_id for p in one.passages} & {"library"}) == ("absent", set())
    (one,) = check_draft(assistant, VERBATIM, Filters(outlets=("Nobody",))).checked
    assert (one.verdict, one.passages) == ("absent", ())


def test_a_limit_leaves_claims_out_and_known_ones_are_not_checked_again(assistant: Assistant) -> None:
    *_, last = assistant.check_draft(DRAFT, limit=2)
    assert last.report
    assert (len(last.report.checked), last.report.left_out) == (2, 3)
    known = {one.claim.number: one for one in last.report.checked}
    first, *events = assistant.check_draft(DRAFT, known=known)
    assert (first.done, first.total) == (2, 5)
    assert [one.claim.number for event in events for one in event.checked] == [3, 4, 5]
    begun, *_ = assistant.check_draft(f"Velm lost half of its apples. {DRAFT}", known=known)
    assert begun.done == 0  # They are of another draft.


def test_a_draft_without_text_is_refused(assistant: Assistant) -> None:
    with pytest.raises(InputError, match="The draft is empty"):
        check_draft(assistant, " \n ")


READS = judged(
    volumes={"verdict": "contradicted", "words": ["Some 31,000 volumes were lost"], "problem": "31,000"},
    toll={"verdict": "supported", "words": ["The Selmouth harbour toll rises from 9 to 12 crowns on 1 June 2024"]},
    Curie={"verdict": "not stated", "problem": "nothing on Curie"},
)


def test_a_model_reads_several_claims_in_one_request_and_code_judges(
    assistant: Assistant, model_server: ModelServer
) -> None:
    model_server.verify = READS
    report = check_draft(with_model(assistant, model_server.url, verifier=""), DRAFT)
    (request,) = model_server.verifications
    assert VERBATIM not in request.text.split("Claims:")[1]  # It needs no reading.
    assert "(the sentence before it names: Selmouth; Ines Calder)" in request.text
    by_number = {one.claim.number: one for one in report.checked}
    assert [(one.verdict, one.read) for one in report.checked][1] == ("contradicted", True)
    assert "Some 31,000 volumes were lost" in by_number[2].reason
    marked = [text for passage in by_number[2].passages for text, is_marked in passage.split() if is_marked]
    assert marked == ["Some 31,000 volumes were lost"]
    assert by_number[5].verdict == "absent"
    assert (report.model, report.notes) == ("openai:test", ())


def test_words_that_no_passage_has_support_nothing(assistant: Assistant, model_server: ModelServer) -> None:
    model_server.verify = judged(Curie={"verdict": "supported", "words": ["Marie Curie won the Nobel Prize"]})
    report = check_draft(with_model(assistant, model_server.url, verifier=""), DRAFT)
    assert report.checked[4].verdict == "absent"


def test_a_model_that_fails_leaves_the_rules_and_a_note(assistant: Assistant, model_server: ModelServer) -> None:
    model_server.verify = lambda _: Reply(status=500)
    events = list(with_model(assistant, model_server.url, verifier="").check_draft(DRAFT))
    report = events[-1].report
    assert report
    assert [one.verdict for one in report.checked] == [one.verdict for one in check_draft(assistant, DRAFT).checked]
    assert "A model could not read 5 claims" in report.notes[0]
    assert [event.failure for event in events if event.checked] != [""]


def test_a_check_that_is_closed_stops_the_model(assistant: Assistant, model_server: ModelServer) -> None:
    model_server.verify = lambda _: Reply(hang="first token")
    events = with_model(assistant, model_server.url, verifier="").check_draft(DRAFT)
    for _ in events:
        if model_server.verifications:
            break
    events.close()  # type: ignore[attr-defined]
    assert model_server.abandoned.wait(PATIENCE_S)


@pytest.fixture
def starter(tmp_path: Path, size: int) -> Iterator[Assistant]:
    """Return an assistant over the starter corpus; in the short form over its articles on Equifax alone."""
    with Assistant(Settings(data_dir=tmp_path, llm=""), embedder=shared_embedder()) as opened:
        for one in read([STARTER]):
            if isinstance(one, Article) and (size > 1 or "Equifax" in one.title):
                opened.archive.put(one)
        opened.sync()
        yield opened


@pytest.mark.sizes(1, 10)
def test_no_planted_error_is_called_supported_and_every_repeated_sentence_is(starter: Assistant, size: int) -> None:
    for draft in read_drafts()[:size]:
        verdicts = list_verdicts(check_draft(starter, draft.text))
        found = {
            label: [verdicts[text] for one, text in draft.sentences if one == label] for label in draft.labels.values()
        }
        assert found["verbatim"] == ["supported"] * 3
        assert {label for label in KNOWN_TO_RULES if "supported" in found[label]} == set()
        assert [v for label in ("true", "verbatim") for v in found[label] if v in {"contradicted", "absent"}] == []
        assert found["outside"] == ["absent"]
