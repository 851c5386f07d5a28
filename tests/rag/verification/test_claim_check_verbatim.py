"""What an article says word for word is supported by it, however it counts days."""

from datetime import UTC, datetime

from corpus import Article, Chunk
from rag.model import Passage
from rag.verification.claim_check import check

BODY = (
    "Equifax said on Monday, 2 October 2017, that the data breach it disclosed last month may have affected 145.5 million "
    "consumers. \"We are deeply disappointed in today's decision,\" she said. It came after last year's theft."
)
ARTICLE = Article("e", "Equifax raises count", BODY, "Desk", published_at=datetime(2017, 10, 3, tzinfo=UTC))
PASSAGE = Passage(Chunk(ARTICLE, 0, 0, len(BODY)), 1, 1.0)


def test_verbatim_sentences_are_supported_years_later() -> None:
    text = (
        "Equifax said on Monday, 2 October 2017, that the data breach it disclosed last month may have affected 145.5 million "
        "consumers. [1] \"We are deeply disappointed in today's decision,\" she said. [1] It came after last year's theft. [1]"
    )
    found = check(text, [PASSAGE])
    assert [claim.reason for claim in found.claims] == ["", "", ""]
    assert all(claim.supported for claim in found.claims)


def test_a_changed_word_is_not_verbatim() -> None:
    found = check("It came after last year's fire. [1]", [PASSAGE])
    assert [claim.verdict for claim in found.claims] == ["unchecked"]
