from itertools import islice

import pytest

from benchmarks.starter import STARTER
from rag.text.terms import (
    detect_script_languages,
    find_acronyms,
    list_held_terms,
    list_query_terms,
    plain_spellings,
    question_language,
    stem,
    terms,
    words,
)
from tests.at_once import at_once


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The U.S. Senate's 1,234.5 votes", ["the", "us", "senate", "1234.5", "votes"]),
        ("don’t O'Brien’s", ["don't", "o'brien"]),
        ("it was said.The end", ["it", "was", "said", "end"]),
        ("ＮＡＴＯ and naïve cafés", ["nato", "and", "naïve", "cafés"]),
        ("$4bn, 3.5% of G7 COVID-19", ["4", "bn", "3.5", "of", "g7", "covid", "19"]),
        ("10,00 and 10,000", ["10,00", "and", "10000"]),
        ("北京奥运 opened", ["北京", "京奥", "奥运", "opened"]),
        ("京", ["京"]),
        ("한국어", ["한국", "국어"]),
        ("हिन्दी समाचार", ["हिन्दी", "समाचार"]),
        ("தமிழ் செய்தி", ["தமிழ்", "செய்தி"]),
        ("İstanbul", ["istanbul"]),
        ('"" :: 😀 \x00 -- ()', []),
        ("", []),
    ],
)
def test_words(text: str, found: list[str]) -> None:
    assert words(text) == found


@pytest.mark.parametrize(
    ("word", "language", "stemmed"),
    [
        ("governments", "en", "govern"),
        ("правительства", "ru", "правительств"),
        ("المصرية", "ar", "مصر"),
        ("كِتَابٌ", "ar", "كتاب"),
        ("l'économie", "fr", "économ"),
        ("votes", "", "vote"),
        ("правительства", "", "правительства"),
        ("北京", "zh", "北京"),
    ],
)
def test_stem(word: str, language: str, stemmed: str) -> None:
    assert stem(word, language) == stemmed


def test_terms_keep_stop_words_and_order() -> None:
    assert terms("The votes of the voters") == ["the", "vote", "of", "the", "voter"]


def test_query_terms_drop_stop_words_and_doubles() -> None:
    assert list_query_terms("What did the voters of the voter say?") == ["voter", "say"]


def test_a_question_of_stop_words_keeps_them() -> None:
    assert list_query_terms("Who was it?") == ["who", "was", "it"]


def test_query_terms_are_stemmed_in_every_language_given() -> None:
    assert list_query_terms("правительства votes", ("en", "ru")) == ["правительства", "правительств", "vote", "votes"]


@pytest.mark.parametrize(
    ("text", "languages"),
    [
        ("Москва Moscow", ("ru", "sr")),
        ("كتاب", ("ar",)),
        ("Αθήνα и", ("el", "ru", "sr")),
        ("naïve café, 北京", ()),
        ("plain", ()),
    ],
)
def test_script_languages(text: str, languages: tuple[str, ...]) -> None:
    assert detect_script_languages(text) == languages


def test_a_long_name_is_found_by_its_initials() -> None:
    assert find_acronyms("The General Data Protection Regulation") == ["gdpr"]
    assert find_acronyms("the Court of Justice of the European Union") == ["cjeu"]
    assert find_acronyms("The Federal Trade Commission and Mr Smith") == ["ftcms", "ftc"]
    assert find_acronyms("The New York mayor") == []
    assert {"gdpr", "regul"} <= list_held_terms("the General Data Protection Regulation")


@pytest.mark.parametrize(
    ("text", "short"),
    [("Sundar Pichai, its chief executive, spoke.", "ceo"), ("The United States and the European Union", "us")],
)
def test_a_text_answers_to_usual_short_forms(text: str, short: str) -> None:
    assert short in list_held_terms(text)
    assert short not in list_held_terms("The executive of the union spoke to them.")


def test_how_many_asks_and_is_not_looked_for() -> None:
    assert list_query_terms("How many people, and how long?") == ["peopl"]
    assert list_query_terms("How many?") == ["mani"]
    assert list_query_terms("Has it many sides?") == ["mani", "side"]


def test_an_office_is_looked_for_in_both_its_forms() -> None:
    assert list_query_terms("Who is the CEO of Google?") == ["ceo", "chief", "execut", "googl"]
    for text in ("Google's chief executive spoke.", "The CEO of Google spoke."):
        assert set(list_query_terms("Who is the CEO of Google?")) <= list_held_terms(text)


def test_an_hour_is_no_prime_minister() -> None:
    assert "minist" not in list_held_terms("The vote ended at 5 pm on Monday.")
    assert list_query_terms("Who voted at 5 PM?") == ["vote", "5", "pm"]
    assert {"prime", "minist"} <= list_held_terms("The PM resigned.") & set(list_query_terms("who is the pm"))


def test_threads_that_stem_at_once_keep_their_words_apart() -> None:
    spoken = list(islice(dict.fromkeys(words(STARTER.read_text("utf-8"))), 1500))
    stem.cache_clear()
    alone = [stem(word) for word in spoken]
    stem.cache_clear()
    assert at_once(stem, spoken) == [alone] * 8
    assert [stem(word) for word in spoken] == alone


@pytest.mark.parametrize(
    ("question", "language", "wanted"),
    [
        ("Wie viel kosten Wohnungen mit drei Zimmern?", "de", ["kosten", "wohnungen", "drei", "zimmern"]),
        ("Wer ist Rosa Lindner?", "de", ["rosa", "lindner"]),
        ("¿Cuánto costaron las obras de Alcántara?", "es", ["costaron", "obra", "alcántara"]),
        ("Chi ha costruito il ponte?", "it", ["costruito", "pont"]),
        ("Combien coûte le pont?", "fr", ["coût", "pont"]),
        ("Who is the leader of Die Linke?", "en", ["leader", "die", "link"]),
        ("What was the cost of the war in Berlin?", "en", ["cost", "war", "berlin"]),
        ("net neutrality", "en", ["net", "neutral"]),
    ],
)
def test_the_stop_words_of_a_question_are_those_of_its_language(
    question: str, language: str, wanted: list[str]
) -> None:
    assert question_language(question) == language
    assert list_query_terms(question) == wanted


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("Jörg Müller", "Joerg Mueller"),
        ("Jörg Müller", "jorg muller"),
        ("Søren Bjørnsen", "Soren Bjornsen"),
        ("Łódź", "LODZ"),
        ("Işıl Öztürk", "Isil Ozturk"),
        ("İzbatı Belediyesi", "IZBATI BELEDIYESI"),
        ("Işıl Öztürk", "IŞIL ÖZTÜRK"),
        ("Straße", "strasse"),
    ],
)
def test_a_name_answers_to_its_plain_spelling(written: str, typed: str) -> None:
    assert set(list_query_terms(typed)) <= list_held_terms(written, "tr")


def test_a_text_in_another_script_has_no_plain_spelling() -> None:
    assert plain_spellings("Москва и 東京") == []
