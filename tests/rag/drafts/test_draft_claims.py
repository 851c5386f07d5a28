"""How a draft is cut: what is a claim, what is passed over and why, and what a sentence that begins with "he" is about."""

import pytest

from benchmarks.draft_check import NO_CLAIMS, read_drafts
from rag.drafts.draft_claims import cut_draft, find_reason


def test_each_claim_stands_at_its_offsets() -> None:
    text = "# Harbour news\n\n- The toll rises. It pays for dredging, the board said.\n1. Velm lost its apples.\n\n> Arden voted."
    cut = cut_draft(text)
    assert [one.text for one in cut.claims] == [
        "The toll rises.",
        "It pays for dredging, the board said.",
        "Velm lost its apples.",
        "Arden voted.",
    ]
    assert [one.number for one in cut.claims] == [1, 2, 3, 4]
    assert all(text[one.start : one.end] == one.text for one in cut.claims)
    assert all(text[one.start : one.end] == one.text for one in cut.passed_over)
    assert [(one.text, one.reason) for one in cut.passed_over] == [("Harbour news", "heading")]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Who pays for the dredging?", "question"),
        ("“Who pays?”", "question"),
        ("We believe that the harbour deserves better.", "opinion"),
        ("I think that Selmouth was wrong.", "opinion"),
        ("The port authority should think again.", "opinion"),
        ("Sadly, nobody asked the skippers.", "opinion"),
        ("That changed.", "trivial"),
        ("Three things happened:", "trivial"),
        ("The toll rises to 12 crowns.", None),
        ("We paid 12 crowns in Selmouth.", None),
        ("Ines Calder said that the skippers should pay.", None),
        ("The board wrote: “We should think again about the toll.”", None),
        ("Fighting in World War I ended the trade of Selmouth.", None),
        ("Companies must report a breach within a day.", None),
        ("Die Maut sollte sinken.", "opinion"),
    ],
)
def test_what_states_nothing_is_passed_over_with_its_reason(text: str, reason: str | None) -> None:
    assert find_reason(text) == reason


def test_a_long_line_without_a_stop_is_a_headline_that_states_something() -> None:
    cut = cut_draft(
        "Selmouth raises its harbour toll from nine to twelve crowns in June\n\nWhat it means\n\nShips pay more."
    )
    assert [one.text for one in cut.claims][1:] == ["Ships pay more."]
    assert [one.text for one in cut.passed_over] == ["What it means"]


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("Ines Calder spoke in Selmouth. She promised a new pier.", ("Ines Calder", "Selmouth")),
        ("Equifax lost the files. The company noticed it in July.", ("Equifax",)),
        ("Equifax lost the files. It noticed. Its shares fell by a tenth.", ("Equifax",)),
        ("Equifax lost the files. Lena Osk opened the library.", ()),
        ("Equifax lost the files. “They knew about it,” Lena Osk said.", ("Equifax",)),
        ("Equifax lost the files. The European Union answered.", ()),
        ("Equifax lost the files. The pier of Selmouth was sold.", ()),
        ("Equifax lost the files. The chief executive of Velm resigned.", ()),
        ("Equifax lost the files. The breach of trust cost millions.", ("Equifax",)),
        ('Equifax lost the files. "The global reach is unprecedented," Lena Osk said.', ()),
    ],
)
def test_a_sentence_that_points_back_takes_the_names_before_it_along(text: str, about: tuple[str, ...]) -> None:
    assert cut_draft(text).claims[-1].about == about


def test_every_planted_error_is_cut_as_a_claim_and_nothing_else_is_lost() -> None:
    drafts = read_drafts()
    assert len(drafts) == 10
    for draft in drafts:
        cut = cut_draft(draft.text)
        wanted = [text for label, text in draft.sentences if label not in NO_CLAIMS]
        assert [one.text for one in cut.claims] == wanted
        assert [one.reason for one in cut.passed_over][1:] == [
            label for label, _ in draft.sentences if label in NO_CLAIMS
        ]
        errors = [label for label, _ in draft.sentences if label not in NO_CLAIMS | {"verbatim", "true", "outside"}]
        assert len(errors) == len(set(errors)) == 12
