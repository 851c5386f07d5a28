import re

from rag.text.speech_verbs import SAID, SAY, SPEECH


def test_every_form() -> None:
    assert {"say", "says", "said", "saying", "replied", "replies", "stresses", "admitted", "writing"} <= SPEECH
    assert not {"sayed", "telled", "replys", "admited", "addeed"} & SPEECH


def test_a_report_and_a_question_use_other_forms() -> None:
    assert re.fullmatch(SAID, "told")
    assert re.fullmatch(SAID, "says")
    assert not re.fullmatch(SAID, "say")
    assert re.fullmatch(SAY, "say")
    assert not re.fullmatch(SAY, "says")
