import pytest

from rag.text.quotations import find_quotations, fold, is_quoted_from, replace_quotations, split_at_ellipses


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("She said “we will fight on” twice.", ["we will fight on"]),
        ("She said ‘we will fight on’ twice.", ["we will fight on"]),
        ("She said ‘we won’t give in’ twice.", ["we won’t give in"]),
        ("She said 'we won't give in', twice.", ["we won't give in"]),
        ('She said "we will fight on".', ["we will fight on"]),
        ("Er sagte „wir kämpfen weiter“.", ["wir kämpfen weiter"]),
        ("Il a dit « nous continuons ».", [" nous continuons "]),
        ("Er rief »wir bleiben«.", ["wir bleiben"]),
        ("彼は「戦い続ける」と言った。", ["戦い続ける"]),
        ("“He told me ‘we will fight on’,” she said.", ["He told me ‘we will fight on’,"]),
        ("Trump's tariffs and China's answer", []),
        ("Trump’s tariffs and China’s answer", []),
        ("the workers' rights and the bosses' pay", []),
        ("the workers’ rights and the bosses’ pay", []),
        ("the '90s and the workers' rights", []),
        ('a 27" screen and a 32" screen', []),
        ('He said "first\n\nand last" then.', []),
        ("‘an opening mark alone", []),
    ],
)
def test_find_quotations(text: str, quoted: list[str]) -> None:
    assert [text[a:b] for a, b in find_quotations(text)] == quoted


def test_replaced_with_their_marks() -> None:
    assert replace_quotations("Who said “no way” and ‘not now’ in May?", '""') == 'Who said "" and "" in May?'


@pytest.mark.parametrize(
    ("quotation", "found"),
    [
        ("an all-out assault", True),
        ("An  ALL–OUT assault.", True),
        ("all-out … freedoms", True),
        ("freedoms … all-out [and] more", False),
        ("all-out assa", False),
        ("assault", False),
    ],
)
def test_quoted_from(quotation: str, found: bool) -> None:
    assert is_quoted_from(quotation, "It is ‘an all-out\nassault’ on “freedoms”.") is found


def test_parts_between_omissions() -> None:
    assert split_at_ellipses("We are [all] tired … of it.") == ["we are", "tired", "of it"]


def test_folded_text_knows_its_places() -> None:
    text = "He said:  “Don’t – stop”."
    folded = fold(text)
    at = folded.find("don't-stop")
    assert text[slice(*folded.span(at, at + len("don't-stop")))] == "Don’t – stop"
