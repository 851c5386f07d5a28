"""What a comparison wants to know of each of its things."""

import pytest

from rag.question.part_kind import find_part_kind


@pytest.mark.parametrize(
    ("question", "part", "kind"),
    [
        ("Which came first, the GDPR or the DMA?", "the GDPR", "when"),
        ("Did Yahoo lose more accounts than Equifax?", "Did Yahoo lose accounts", "how_many"),
        ("Compare the fines for Meta and Didi", "the fines for Meta", "how_many"),
        ("Compare SolarWinds and NotPetya", "SolarWinds", None),
        ("Which was larger, and when did it end?", "when did it end", None),
    ],
)
def test_the_whole_question_tells_what_is_wanted_of_a_part(question: str, part: str, kind: str | None) -> None:
    assert find_part_kind(question, part) == kind
