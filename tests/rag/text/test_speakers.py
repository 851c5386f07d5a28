import pytest

from rag.text.speakers import find_attributions, find_quoted_speakers, find_speakers


@pytest.mark.parametrize(
    ("text", "speakers"),
    [
        ("Ann Lee said it was over.", ["ann lee"]),
        ("“It is over,” said Ann Lee.", ["ann lee"]),
        ("Ann Lee, the mayor, warned of floods.", ["ann lee"]),
        ("According to Ann Lee, it is over.", ["ann lee"]),
        ("Ann Lee was told that it is over.", []),
        ("Ann Lee lives in Lyon.", []),
        ("“It is over,” she told Ann Lee.", []),
        ("What “she” told Ann Lee, nobody knows.", []),
        ("In a letter to Ann Lee, he said that it was over.", []),
        ("Ann Lee, who said that it was over, left.", ["ann lee"]),
    ],
)
def test_attributions(text: str, speakers: list[str]) -> None:
    assert [" ".join(found.name.words) for found in find_attributions(text)][-1:] == speakers


def test_only_according_to_may_name_an_outlet() -> None:
    assert [found.according for found in find_attributions("According to Ann Lee, it rains.")] == [True]
    assert [found.according for found in find_attributions("Ann Lee said that it rains.")] == [False]


def test_speakers_as_the_text_writes_them() -> None:
    assert find_speakers("Yesterday Ann Lee said so. The Harbour Office later denied it. Bob agreed.") == [
        "Ann Lee",
        "the Harbour Office",
    ]


def test_the_end_of_a_longer_name_is_no_speaker() -> None:
    assert find_speakers("The Ministry of Electronics and Information Technology said the apps were bad.") == []


def test_only_those_whose_words_are_quoted_and_no_country() -> None:
    text = (
        "The United States said “we shall not sign”. The Harbour Office said “no”. Ann Lee said that it rains. "
        "“It rains here too,” said Bob Hart."
    )
    assert find_speakers(text) == ["the United States", "the Harbour Office", "Ann Lee"]
    assert find_quoted_speakers(text) == ["the Harbour Office"]
