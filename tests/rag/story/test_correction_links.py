"""Which article corrects which."""

from dataclasses import replace

import pytest

from corpus.article import Article
from rag.story.correction_links import corrects, find_correction_links
from tests.rag.story.ferry_articles import CORRECTION, HERALD, LAUNCH, POST, at


def test_a_correction_has_the_headline_or_the_day_of_what_it_corrects() -> None:
    assert corrects(CORRECTION, POST)
    assert corrects(replace(CORRECTION, title="Correction: wrong number of injured"), POST)  # It names 12 March 2024.
    assert not corrects(POST, CORRECTION)


@pytest.mark.parametrize(
    "other",
    [
        LAUNCH,  # Another headline and another day.
        replace(POST, source="Lowmoor Herald"),  # Another outlet.
        replace(POST, published_at=at(15)),  # Later than the correction.
    ],
)
def test_what_is_no_correction_of_it(other: Article) -> None:
    assert not corrects(CORRECTION, other)


def test_a_notice_of_an_earlier_version_stays_known() -> None:
    notice = "Correction, 13 March: an earlier version gave a wrong number."
    versions = [replace(HERALD, notice=notice), replace(HERALD, version=2)]
    (link,) = find_correction_links(versions[1], versions, [])
    assert (link.direction, link.article.version, link.notice) == ("notice", 1, notice)
