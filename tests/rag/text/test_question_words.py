from rag.text.question_words import ASKING, FRAME
from rag.text.terms import stem


def test_lists_hold_stems() -> None:
    assert {stem("happened"), stem("summarises")} <= ASKING
    assert {stem("articles"), stem("describes")} <= FRAME
    assert stem("minister") not in ASKING | FRAME
