"""What a model reads: every search is represented, an article is in order and whole where it leads, a budget holds."""

from collections.abc import Sequence
from dataclasses import replace

from corpus import Article, Chunk
from rag.answer.prompt_evidence import choose_evidence
from rag.llm.prompt import format_passage
from rag.model import Passage

LEAD_PARAGRAPH = "Mayor Lena Osk presented the Arden tram plan on Monday."
BODY = (
    f"{LEAD_PARAGRAPH}\n\n"
    "Engineers of Arden want two lines. The first goes to Westgate.\n\n"
    "He told Arden Radio that it was late. Nobody in Arden disagreed.\n\n"
    "The bill is expected in spring. It is said to be high.\n\n"
    "Fifteen mobility chairs of Arden Hospital would fit in."
)


def words(text: str) -> int:
    return len(text.split())


def article(name: str, body: str = BODY) -> Article:
    return Article(name, "A headline", body, "Arden Post", language="en")


def found(text: str, score: float = 1.0, of: Article | None = None, ordinal: int = 0) -> Passage:
    of = of or article("tram")
    start = of.body.index(text)
    return Passage(Chunk(of, ordinal, start, start + len(text)), 1, score)


def short(name: str, score: float = 1.0, length: int = 10) -> Passage:
    return found("word " * length, score, article(name, "word " * length))


def texts(passages: Sequence[Passage]) -> list[str]:
    return [passage.chunk.text for passage in passages]


def flat(*passages: Passage) -> list[Passage]:
    """Return a ranking that no article leads."""
    return [replace(passage, score=1.0) for passage in passages]


def test_a_passage_is_widened_to_its_paragraph() -> None:
    assert texts(choose_evidence([flat(found("Engineers of Arden want two lines."), short("b"))], 500, words)) == [
        "Engineers of Arden want two lines. The first goes to Westgate.",
        "word " * 10,
    ]


def test_passages_of_an_article_stand_in_its_order_and_are_joined_where_they_touch() -> None:
    ranking = flat(
        found("Fifteen mobility chairs of Arden Hospital would fit in.", ordinal=4),
        short("b"),
        found("Engineers of Arden want two lines.", ordinal=1),
        found("Nobody in Arden disagreed.", ordinal=2),
    )
    chosen = choose_evidence([ranking], 500, words)
    assert [p.article.id for p in chosen] == ["tram", "tram", "b"]
    assert chosen[0].chunk.text.startswith(LEAD_PARAGRAPH)  # "He" needs it.
    assert chosen[0].chunk.text.endswith("Nobody in Arden disagreed.")
    assert [p.chunk.ordinal for p in chosen] == [0, 4, 0]
    assert len({p.chunk.id for p in chosen}) == 3
    assert all(p.article.body[p.chunk.start : p.chunk.end] == p.chunk.text for p in chosen)
    assert [p.rank for p in chosen] == [1, 2, 3]


def test_the_first_paragraph_comes_along_where_a_passage_points_back() -> None:
    for pointing in ("He told Arden Radio that it was late.", "The bill is expected in spring."):
        chosen = choose_evidence([flat(found(pointing, ordinal=3), short("b"))], 500, words)
        assert chosen[0].chunk.text == LEAD_PARAGRAPH
        assert chosen[1].chunk.text.startswith(pointing)
    named = choose_evidence([flat(found("Engineers of Arden want two lines."), short("b"))], 500, words)
    assert LEAD_PARAGRAPH not in texts(named)


def test_an_article_that_clearly_leads_comes_whole_where_it_fits() -> None:
    ranking = [found("Engineers of Arden want two lines.", 1.0), short("b", 0.8)]
    assert texts(choose_evidence([ranking], 500, words))[0] == BODY
    assert texts(choose_evidence([ranking], 100, words))[0] != BODY  # More than its share of the budget.
    near = [ranking[0], replace(ranking[1], score=0.97)]
    assert texts(choose_evidence([near], 500, words))[0] != BODY


def test_each_search_is_represented_before_one_takes_all() -> None:
    one = flat(*(short(f"a{n}") for n in range(20)))
    other = flat(*(short(f"b{n}") for n in range(20)))
    chosen = choose_evidence([one, other], 130, words)
    assert {p.article.id for p in chosen} == {"a0", "b0", "a1", "b1", "a2", "b2"}


def test_what_both_searches_find_is_worth_more() -> None:
    both = short("both")
    one = flat(*(short(f"a{n}") for n in range(9)), both)
    other = flat(*(short(f"b{n}") for n in range(9)), both)
    chosen = [p.article.id for p in choose_evidence([one, other], 240, words)]
    assert chosen[10] == "both"


def test_the_budget_is_kept_and_what_is_smaller_still_fits() -> None:
    ranking = flat(short("a", length=50), short("b", length=200), short("c", length=20))
    chosen = choose_evidence([ranking], 110, words)
    assert [p.article.id for p in chosen] == ["a", "c"]
    assert sum(words(format_passage(1, p, "")) + 1 for p in chosen) <= 110


def test_what_is_worth_little_is_left_out_though_it_would_fit() -> None:
    names = "abcdefg"
    chosen = choose_evidence([[short(name, 1.0 if name == "a" else 0.3) for name in names]], 5000, words)
    assert [p.article.id for p in chosen] == list("abcde"), (
        "the first five of a search are read whatever they are worth"
    )


def test_the_best_passage_stands_even_if_it_is_too_long() -> None:
    assert [p.article.id for p in choose_evidence([flat(short("a", length=500), short("b"))], 100, words)] == ["a"]
    assert choose_evidence([], 100, words) == choose_evidence([[]], 100, words) == []


def test_copies_count_against_the_budget() -> None:
    copies = tuple(Article(f"c{n}", "A headline", "Text.", f"A Very Long Outlet Name Number {n}") for n in range(5))
    plain = flat(short("a"), short("b"))
    assert len(choose_evidence([plain], 44, words)) == 2
    assert len(choose_evidence([[replace(p, copies=copies) for p in plain]], 44, words)) == 1


def test_a_long_paragraph_is_not_taken_whole() -> None:
    long = article("long", "Arden sentence here. " * 400)
    middle = Passage(Chunk(long, 3, 4200, 4620), 1, 1.0)
    chosen = choose_evidence([flat(middle, short("b"))], 5000, words)
    assert (4200, 4620) in [(p.chunk.start, p.chunk.end) for p in chosen]
    assert all(len(p.chunk.text) < 2000 for p in chosen)
