"""Sentences: where they begin and end, and that none is lost."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.text.sentences import split_sentences


@pytest.mark.parametrize(
    ("text", "language", "parts"),
    [
        ("He came. She left.", "en", ["He came.", "She left."]),
        (
            "Mr. Smith paid 3.5 million U.S. dollars. He left.",
            "en",
            ["Mr. Smith paid 3.5 million U.S. dollars.", "He left."],
        ),
        ("One\nTwo\n\nThree", "en", ["One", "Two", "Three"]),
        ("It begins at 5 p.m. Tuesday. Come!", "en", ["It begins at 5 p.m. Tuesday.", "Come!"]),
        ("会議は月曜日に始まる。参加者は多い。", "ja", ["会議は月曜日に始まる。", "参加者は多い。"]),
        ("Das kostet z.B. drei Euro. Mehr nicht.", "de", ["Das kostet z.B. drei Euro.", "Mehr nicht."]),
        (
            "It runs the .org domain. The .NET code cost .5 percent.",
            "en",
            ["It runs the .org domain.", "The .NET code cost .5 percent."],
        ),
        ("It rains. It pours.", "xx", ["It rains.", "It pours."]),
        ("", "en", []),
        (" \n ", "en", []),
    ],
)
def test_sentences(text: str, language: str, parts: list[str]) -> None:
    assert [text[a:b] for a, b in split_sentences(text, language)] == parts


def test_a_sentence_with_a_mark_that_the_segmenter_uses_itself_is_not_lost() -> None:
    text = "He said ∯ and ♨. Then he left."
    assert "".join(text[a:b] for a, b in split_sentences(text)).replace(" ", "") == text.replace(" ", "")


FRAGMENTS = [
    "Yes. ",
    "U.S. ",
    "“Hi.” ",
    "... ",
    "1. item ",
    "∯",
    "♬",
    "• x",
    "。",
    "「はい。」",
    "\t",
    "\n",
    "a ",
    "Dr. ",
    ")",
]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(FRAGMENTS), max_size=12), st.sampled_from(["en", "ja", "ru", "ar"]))
def test_together_they_are_the_whole_text_in_order(fragments: list[str], language: str) -> None:
    text = "".join(fragments)
    end = 0
    for a, b in split_sentences(text, language):
        assert end <= a < b
        assert not text[end:a].strip()
        end = b
    assert not text[end:].strip()


def test_threads_do_not_get_each_others_sentences() -> None:
    texts = [f"Number {n} came first. Number {n} left again." for n in range(60)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(split_sentences, texts))
    assert [[text[a:b] for a, b in spans] for text, spans in zip(texts, found, strict=True)] == [
        [f"Number {n} came first.", f"Number {n} left again."] for n in range(60)
    ]
