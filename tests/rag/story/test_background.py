"""The background of an article: what came before and since, who else reported it, corrections, names, questions."""

import json

import pytest

from corpus.errors import InputError
from rag import Assistant
from rag.story.background import Background
from tests.model_server import ModelServer, Reply
from tests.rag.conftest_answers import with_model


@pytest.fixture(scope="module")
def found(ferry: Assistant) -> Background:
    return ferry.background("post")


def list_entries(background: Background) -> dict[str, list[str]]:
    return {s.place: [entry.passage.article.id for entry in s.entries] for s in background.sections}


def test_coverage_lies_before_beside_and_after_the_article_in_order_of_time(found: Background) -> None:
    entries = list_entries(found)
    assert entries["earlier"] == ["launch", "dredge"]
    assert entries["same days"] == ["herald", "wire"]
    assert entries["later"] == ["correction", "inquiry"]
    assert entries["undated"] == ["undated"]
    assert [entry.n for entry in found.entries] == [1, 2, 3, 4, 5, 6, 7]


def test_entries_are_verbatim_sentences_of_their_articles(found: Background) -> None:
    launch = found.entries[0]
    assert (
        launch.quote == "The Kells Ferry Company bought the ferry Alder from a yard in Holmstedt for 9 million euros."
    )
    for entry in found.entries:
        assert entry.passage.article.body[entry.start : entry.end] == entry.quote


def test_a_copy_is_told_as_such_and_is_no_report_of_its_own(ferry: Assistant, found: Background) -> None:
    assert [copy.id for copy in found.copies] == ["copy"]
    assert "copy" not in [entry.passage.article.id for entry in found.entries]
    folded = next(e for e in ferry.background("herald").entries if e.passage.article.id == "post")
    assert [copy.source for copy in folded.passage.copies] == ["Tarn Times"]


def test_a_correction_of_the_outlet_is_linked_from_both_sides(ferry: Assistant, found: Background) -> None:
    assert [(link.direction, link.article.id) for link in found.corrections] == [("corrected by", "correction")]
    back = ferry.background("correction").corrections
    assert [(link.direction, link.article.id) for link in back] == [("corrects", "post")]
    assert ferry.background("herald").corrections == ()


def test_names_have_their_last_mention_before_the_article(found: Background) -> None:
    mentions = {name.name: name for name in found.names}
    assert set(mentions) == {"Alder", "Kells", "Holmstedt"}
    last = mentions["Alder"].last
    assert last is not None
    assert (last.passage.article.id, mentions["Alder"].later) == ("dredge", False)
    bank = mentions["Kells"].last  # The Bank of Kells of the day before is another name.
    assert bank is not None
    assert bank.passage.article.id == "market"


def test_questions_are_answered_by_the_archive_when_asked(ferry: Assistant, found: Background) -> None:
    assert "What did Captain Mona Reiss say about Alder?" in found.questions
    for question in found.questions:
        assert ferry.ask(question).status == "answered"


def test_an_undated_article_has_no_before_and_after(ferry: Assistant) -> None:
    background = ferry.background("undated")
    assert {section.place for section in background.sections} == {"dated"}
    assert background.notes == ("This article is undated, so what came before it and what after cannot be told.",)


def test_an_article_on_its_own_says_so(ferry: Assistant) -> None:
    background = ferry.background("pool")
    assert background.sections == ()
    assert background.notes == ("Judged by names and meaning, the archive holds nothing else on this story.",)


def test_a_record_is_plain_json(found: Background) -> None:
    record = json.loads(json.dumps(found.to_record()))
    assert [section["heading"] for section in record["sections"]][:2] == [
        "Earlier coverage",
        "Other reports of the same days",
    ]


def test_an_unknown_article_is_an_error_that_says_where_ids_are(ferry: Assistant) -> None:
    with pytest.raises(InputError, match="corpus list"):
        ferry.background("nothing")


def test_a_model_writes_from_the_listed_evidence_and_is_checked(ferry: Assistant) -> None:
    reply = (
        "The Kells Ferry Company bought the ferry Alder from a yard in Holmstedt for 9 million euros [2]. "
        "An inquiry fined the owner 70 million dollars [2]."
    )
    with ModelServer(reply=lambda _: Reply(reply)) as server:
        background = with_model(ferry, server.url).background("post")
        (request,) = server.requests
    written = background.written
    assert written is not None
    assert [claim.verdict for claim in written.claims] == ["supported", "flagged"]
    assert {c.passage.article.id for c in written.citations} == {"launch"}
    sent = request.text
    assert "swimming pool" not in sent
    assert sent.index("struck a sandbank at the harbour mouth") < sent.index("9 million euros")


def test_a_model_that_fails_leaves_the_evidence_with_a_note(ferry: Assistant) -> None:
    with ModelServer(reply=lambda _: Reply("", status=500)) as server:
        background = with_model(ferry, server.url).background("post")
    assert background.written is None
    assert background.entries
    assert background.notes[-1].startswith("The model wrote no background")
