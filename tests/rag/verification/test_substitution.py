import pytest

from rag.text.dates.date_mentions import Moment, find_moments
from rag.text.figures import Figure, find_figures
from rag.verification.substitution import find_exchanged_value, list_places

INDEX = "The index rose 0.4 percent to 33,739 points; the other fell 0.5 percent to 12,001 points."


def exchanged(claim: str, *passages: str) -> str:
    """Return what passages have in the place of the first figure of a claim."""
    figure = find_figures(claim, "en")[0]
    (claimed,) = list_places(claim, [figure], "en")

    def gives(other: Figure | Moment) -> bool:
        return isinstance(other, Figure) and (other.value, other.units) == (figure.value, figure.units)

    return find_exchanged_value(claimed, [list(list_places(p, find_figures(p, "en"), "en")) for p in passages], gives)


@pytest.mark.parametrize(
    ("claim", "instead"),
    [
        ("The index rose 0.5 percent to 33,739 points.", "0.4 percent"),
        ("The other fell 0.4 percent to 12,001 points.", "0.5 percent"),
        ("The index rose 0.4 percent to 33,739 points.", ""),
        ("Shares of the port rose 0.5 percent in London.", ""),
    ],
)
def test_a_value_in_the_place_of_another_is_found(claim: str, instead: str) -> None:
    assert exchanged(claim, INDEX) == instead


def test_what_another_passage_gives_for_the_same_is_an_account_of_its_own() -> None:
    claim = "Equifax said that 143 million consumers were affected."
    later = "Equifax said the breach affected 147 million consumers. In September it spoke of 143 million."
    first = "Hackers took the files of 143 million consumers from Equifax."
    assert exchanged(claim, later) == "147 million"
    assert exchanged(claim, later, first) == ""


def test_a_value_of_another_kind_is_no_rival() -> None:
    assert (
        exchanged(
            "The port paid 40 boats on the first day.", "The port paid 12 euros on the first day. It has 40 boats."
        )
        == ""
    )


def test_a_place_holds_the_words_of_its_sentence_from_the_value_on() -> None:
    text = "It rained. The town closed on 2 May 2024 for good. Nobody came."
    (place,) = list_places(text, find_moments(text, None, "en"), "en")
    assert place.wording == "2 May 2024"
    assert place.left == ("close", "town")
    assert place.right[0] == "good"
    assert "rain" not in place.left
