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
        ("الميزانية 310 ملايين درهم. وقالت سلمى نعم. هل ستبدأ؟ نعم.", "ar", 4),
        ("התקציב הוא 310 מיליון שקל. ראש העיר אמרה כן. האם זה יספיק? כן.", "he", 4),
        ("شورا بودجه را تصویب کرد. شهردار گفت ۱۲ مدرسه. آیا کافی است؟ بله.", "fa", 4),
        ("시의회는 예산을 통과시켰다. 시장은 학교 12곳을 짓겠다고 말했다. 충분할까? 그렇다.", "ko", 4),
        ("საკრებულომ ბიუჯეტი დაამტკიცა. მერმა თქვა, რომ 12 სკოლა აშენდება. საკმარისია? დიახ.", "ka", 4),
        ("নগর পরিষদ বাজেট পাস করেছে। মেয়র বলেছেন ১২টি স্কুল হবে। এটা কি যথেষ্ট? হ্যাঁ।", "bn", 4),
        ("ምክር ቤቱ በጀት አጸደቀ። ከንቲባዋ 12 ትምህርት ቤቶች ይገነባሉ አሉ። ይበቃል? አዎ።", "am", 4),
        ("Die Linie kostet 112 Mio. Euro. Mehr nicht.", "de", ["Die Linie kostet 112 Mio. Euro.", "Mehr nicht."]),
        ("It costs 3 Mrd. Euro, it said. He left.", "en", ["It costs 3 Mrd. Euro, it said.", "He left."]),
        ("Линия стоит 112 млн. Евро. Всё.", "ru", ["Линия стоит 112 млн. Евро.", "Всё."]),
        ("Sie kostet 112 Mio. Der Rat klagt.", "en", ["Sie kostet 112 Mio.", "Der Rat klagt."]),
        ("Warner Bros. Discovery lost money. It fell.", "en", ["Warner Bros. Discovery lost money.", "It fell."]),
        ("He left Warner Bros. The studio was sold.", "en", ["He left Warner Bros.", "The studio was sold."]),
        ("", "en", []),
        (" \n ", "en", []),
    ],
)
def test_sentences(text: str, language: str, parts: list[str] | int) -> None:
    found = [text[a:b] for a, b in split_sentences(text, language)]
    assert (found if isinstance(parts, list) else len(found)) == parts


@pytest.mark.parametrize("language", ["en", ""])
def test_sentences_without_capitals_end_under_the_rules_of_another_language_too(language: str) -> None:
    for text in ("הוא בא. היא הלכה.", "الميزانية كبيرة. وقالت نعم.", "ის მოვიდა. ის წავიდა.", "ምክር ቤቱ አጸደቀ። አዎ።"):
        assert len(split_sentences(text, language)) == 2, text


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
