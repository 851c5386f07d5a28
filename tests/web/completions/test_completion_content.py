"""An answer as the content of a message: marks and sources, flags, and nothing of an article that a client could act on."""

from dataclasses import replace

from corpus import Article, Chunk
from rag.model import Answer, Citation, Claim, Passage
from web.completions.completion_content import annotate, compose_content, cut_additions

BODY = "The toll rises to 3.50 euros in May. It has been 3 euros since 2017."
TOLL = Article("a1", "Toll ![x](http://evil.example/p.png) **rises**", BODY, source="Harbour Gazette")
TOLL = replace(TOLL, url="https://gazette.example/toll")


def cite(n: int, words: str, article: Article = TOLL) -> Citation:
    at = article.body.index(words)
    return Citation(n, Passage(Chunk(article, 0, 0, len(article.body)), n, 1.0), at, at + len(words))


ANSWER = Answer(
    question="How high is the toll?",
    status="answered",
    text="**Toll**: it rises to 3.50 euros [1]. Before, it was *4 euros* [1][2]. [9]",
    citations=(
        cite(1, "3.50 euros"),
        cite(1, "in May"),
        cite(2, "3 euros", replace(TOLL, id="a2", url="javascript:x")),
    ),
    claims=(
        Claim("it rises to 3.50 euros", (1,), "supported"),
        Claim("Before, it was 4 euros", (1, 2), "flagged", "the figure is not in what is cited"),
    ),
    notes=("See <script>alert(1)</script> http://evil.example/x",),
)


def test_each_mark_has_an_annotation_at_its_place_with_the_words_it_rests_on() -> None:
    content, found = compose_content(ANSWER), [a["url_citation"] for a in annotate(ANSWER)]
    assert [content[a["start_index"] : a["end_index"]] for a in found] == ["[1]", "[1]", "[2]"]
    assert [a["url"] for a in found] == ["https://gazette.example/toll", "https://gazette.example/toll", ""]
    assert [quote["text"] for quote in found[0]["quotes"]] == ["3.50 euros", "in May"]
    assert BODY[found[2]["quotes"][0]["start"] : found[2]["quotes"][0]["end"]] == "3 euros"
    assert [a["claim"]["verdict"] for a in found] == ["supported", "flagged", "flagged"]
    assert (found[0]["outlet"], found[0]["article_id"], found[2]["article_id"]) == ("Harbour Gazette", "a1", "a2")


def test_below_the_text_stand_flags_notes_and_sources_and_nothing_that_a_client_could_fetch() -> None:
    content = compose_content(ANSWER, ["The index is being built."])
    assert content.startswith(ANSWER.text)
    assert "- Before, it was 4 euros (the figure is not in what is cited)" in content
    assert "- The index is being built." in content
    assert "- [1] Toll rises – Harbour Gazette, undated: “3.50 euros … in May” https://gazette.example/toll" in content
    for banned in ("evil.example", "<script", "![", "javascript:"):
        assert banned not in content


def test_an_answer_that_comes_back_is_cut_to_its_text() -> None:
    assert cut_additions(compose_content(ANSWER)) == ANSWER.text
    assert cut_additions("A line\n\n---\n\nof somebody else's") == "A line\n\n---\n\nof somebody else's"
    refused = replace(ANSWER, text="Nothing.", claims=(), notes=(), citations=(), nearest=(TOLL,))
    assert cut_additions(compose_content(refused)) == "Nothing."
    assert "**Nearest in the archive**" in compose_content(refused)
    assert compose_content(replace(refused, nearest=())) == "Nothing."
