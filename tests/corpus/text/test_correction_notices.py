"""Correction notices and languages."""

import pytest

from corpus.text import language_detection
from corpus.text.correction_notices import find_correction


@pytest.mark.parametrize(
    "notice",
    [
        "CORRECTION: The vote was 7 to 2.",
        "Correction (May 5, 2021): The vote was 7 to 2.",
        "Corrects to say that the vote was 7 to 2.",
        "(Corrects paragraph 3 to say 7 to 2)",
        "An earlier version of this article gave the vote as 6 to 3.",
        "Editor's note: A previous figure has been corrected.",
        "Editor’s Note: this story was corrected on Friday.",
        "• This article was amended on 4 May 2021 because the vote was 7 to 2.",
        "This story has been corrected to show that the vote was 7 to 2.",
        "A correction was made on May 3, 2021: the vote was 7 to 2.",
        "Clarification: The council voted twice.",
        "Korrektur: Es waren 88 Stimmen.",
        "Anmerkung der Redaktion: In einer früheren Version stand eine falsche Zahl.",
        "Rectificatif : le vote était de 54 voix.",
    ],
)
def test_notices(notice: str) -> None:
    assert find_correction(["The council voted.", notice, "More."]) == notice


def test_a_heading_makes_the_next_paragraph_a_notice() -> None:
    assert find_correction(["Text.", "Correction", "The vote was 7 to 2."]) == "The vote was 7 to 2."


@pytest.mark.parametrize(
    "text",
    [
        "The correction of the budget took a year.",
        "Corrections officers walked out on Monday.",
        "CORRECTION. This is the only authoritative record.",
        "Editor's note: this is the second part of a series.",
        "This article was written by the staff of the paper.",
    ],
)
def test_reporting_is_no_notice(text: str) -> None:
    assert find_correction([text]) == ""


@pytest.mark.parametrize(
    ("given", "code"),
    [("en-US", "en"), ("EN", "en"), ("eng", "en"), ("English", "en"), ("zh_Hant_TW", "zh"), ("xyz", ""), ("", "")],
)
def test_codes(given: str, code: str) -> None:
    assert language_detection.parse_code(given) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("The council of the town voted seven to two on Tuesday to widen the terminal.", "en"),
        ("Der Landtag hat die Wahlkreisreform mit 88 zu 61 Stimmen beschlossen.", "de"),
        ("Президент выступил с речью в Москве, сообщает агентство.", "ru"),
        ("习近平在互联网大会上发表讲话强调网络主权", "zh"),
        ("Short text.", ""),
        ("A" * 500, ""),
        ("12345 67890 " * 20, ""),
    ],
)
def test_detection(text: str, code: str) -> None:
    assert language_detection.detect(text) == code
