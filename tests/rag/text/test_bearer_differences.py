"""Whether two articles tell of different bearers of a name."""

from datetime import UTC, datetime

import pytest

from corpus import Article
from rag.text.bearer_differences import find_difference
from rag.text.name_bearers import describe_bearer

GYM = (
    "Michael Jordan, the basketball player, opened a gym in Wilmington on Friday. Jordan said that it cost $2 million."
)
PRIZE = "The computer scientist Michael I. Jordan won a prize in Stockholm. Jordan said that the field was young."
FLOOD = "The river flooded 200 homes in Springfield, Illinois, on Monday."
PILOT = "John Smith, 34, landed the plane on a beach. Smith was unhurt."
CUTS = "The House passed H.R. 1, the Tax Cuts and Jobs Act, on Thursday by 227 votes to 203."
DRIVERS = "Voters passed Proposition 22, a measure on drivers, with 58 percent. Uber and Lyft paid for it."
LOST = "lost the records of 3 million people, Ida Rask of Fenton Security said."
ALSO_LOST = "was robbed of 3 million records, as Fenton Security found. Regulators asked Ida Rask for help."


def tell_apart(name: str, one: tuple[str, int], other: tuple[str, int], work: bool = False) -> list[str]:
    """Return what tells apart the bearers of a name in two texts, each with the year in which it was published."""
    articles = [Article("a", "", text, published_at=datetime(year, 3, 5, tzinfo=UTC)) for text, year in (one, other)]
    bearers = [describe_bearer(name, article, work) for article in articles]
    kind = find_difference(*bearers)
    assert find_difference(*bearers[::-1]) == kind
    return [bearer.traits[kind].label for bearer in bearers] if kind else []


@pytest.mark.parametrize(
    ("name", "one", "other", "labels"),
    [
        (
            "Michael Jordan",
            (GYM, 2024),
            (PRIZE, 2024),
            ["Michael Jordan, the basketball player", "computer scientist Michael I. Jordan"],
        ),
        (
            "Mayor Keller",
            ("Mayor Anna Keller of Orlo resigned. Keller cited her health.", 2024),
            ("Mayor Peter Keller of Fenton promised a bridge. Keller said that it would cost 3 million.", 2024),
            ["Mayor Anna Keller", "Mayor Peter Keller"],
        ),
        (
            "John H. Williams",
            ("John Harry Williams taught physics in Minnesota. Williams died in 1966.", 2024),
            ("John Hartley Williams was a poet. Williams wrote in Berlin.", 2024),
            ["John Harry Williams", "John Hartley Williams"],
        ),
        (
            "John Smith",
            (PILOT, 2024),
            ("John Smith, 71, won the prize for his roses. Smith said that it was the soil.", 2023),
            ["John Smith, 34", "John Smith, 71"],
        ),
        (
            "Springfield",
            (FLOOD, 2024),
            ("A fire destroyed a mill in Springfield, Massachusetts, on Monday.", 2024),
            ["Springfield, Illinois", "Springfield, Massachusetts"],
        ),
        (
            "House Bill 6",
            ("Lawmakers passed Ohio House Bill 6 on Tuesday.", 2019),
            ("The governor signed Texas House Bill 6 on Friday.", 2019),
            ["Ohio House Bill 6", "Texas House Bill 6"],
        ),
        (
            "H.R. 1",
            (CUTS, 2017),
            ("The House passed H.R. 1, the For the People Act, on Wednesday by 220 votes to 210.", 2021),
            ["H.R. 1, the Tax Cuts and Jobs Act", "H.R. 1, the For the People Act"],
        ),
        (
            "Bill 14",
            ("Bill 14 would ban plastic bags in shops, the minister said.", 2019),
            ("Bill 14 raises the fares of ferries by 4 percent.", 2024),
            ["Bill 14 would ban plastic bags in shops", "Bill 14 raises the fares of ferries by 4 percent"],
        ),
    ],
)
def test_what_cannot_be_true_of_one_bearer_tells_two_apart(
    name: str, one: tuple[str, int], other: tuple[str, int], labels: list[str]
) -> None:
    assert tell_apart(name, one, other) == labels


def test_works_are_told_apart_by_year_and_maker() -> None:
    film = ("The Squeeze is a 1987 comedy with Michael Keaton.", 2024), ("The Squeeze is a 1977 thriller.", 2024)
    assert tell_apart("The Squeeze", *film, work=True) == ["The Squeeze, a 1987 comedy", "The Squeeze, a 1977 thriller"]
    album = ("Big Fun is the fifth album by Shalamar.", 2024), ("Big Fun is an album by Miles Davis.", 2024)
    assert tell_apart("Big Fun", *album, work=True) == [
        "Big Fun, the fifth album by Shalamar",
        "Big Fun, an album by Miles Davis",
    ]
    assert tell_apart("Big Fun", *album) == []


@pytest.mark.parametrize(
    ("name", "one", "other"),
    [
        (
            "Maria Lopez",
            ("Maria Lopez, the senator from Arden, will vote against the bill. Lopez spoke in Arden.", 2024),
            ("Maria Lopez, the candidate for governor, opened her campaign in Arden. Lopez wants lower taxes.", 2024),
        ),
        (
            "Elon Musk",
            ("Elon Musk, the chief executive of Tesla, bought Twitter. Musk said that speech was free.", 2024),
            ("A rocket landed. Elon Musk, the founder of SpaceX, hailed it. Musk also owns Twitter.", 2024),
        ),
        (
            "Robert Brown",
            ("Robert Brown, a banker, was jailed. Brown stole.", 2024),
            ("Bob Brown, a banker, appealed.", 2024),
        ),
        ("Keller", ("Anna Keller resigned. Keller was ill.", 2024), ("A. Keller wrote to us. Keller is well.", 2024)),
        ("Keller", ("Anna Keller met Peter Keller. Keller won.", 2024), ("Ida Keller left. Keller is well.", 2024)),
        ("John Smith", (PILOT, 2024), ("John Smith, 33, was honoured. Smith said that it was luck.", 2023)),
        ("Springfield", (FLOOD, 2024), ("Rain fell in Springfield, Ill., on Tuesday.", 2024)),
        ("Springfield", ("Homes in Springfield, Boston and Worcester were flooded.", 2024), (FLOOD, 2024)),
        (
            "Proposition 22",
            (DRIVERS, 2020),
            ("A judge struck down Proposition 22, the law that Uber and Lyft wanted.", 2021),
        ),
        ("Bill 14", ("Bill 14 would ban plastic bags.", 2024), ("Bill 14 raises the price of cups.", 2024)),
        (
            "Commission",
            ("The European Commission fined it. The Commission is strict.", 2024),
            ("The Trade Commission sued.", 2024),
        ),
        *(
            ("Norbank", (f"Norbank ({said}) {LOST}", 2024), (f"Norbank ({also}) {ALSO_LOST}", 2024))
            for said, also in (("NBK", "Orlo"), ("the lender", "NBK.N"))
        ),
        (
            "Kells",
            (f"A fire in Kells, Meath, hit Norbank. It {LOST}", 2024),
            (f"A fire in Kells, Ireland, hit Norbank. It {ALSO_LOST}", 2024),
        ),
        ("Facebook", ("Facebook, a company of Menlo Park, paid.", 2024), ("Facebook, the social network, grew.", 2024)),
    ],
)
def test_one_bearer_may_be_described_in_two_ways(name: str, one: tuple[str, int], other: tuple[str, int]) -> None:
    assert tell_apart(name, one, other) == []


def test_a_title_of_dots_ends_the_search() -> None:
    assert tell_apart(
        "...", ("The book ... (1987) sold well.", 2024), ("The film ... (1999) did too.", 2024), work=True
    ) == [
        "... (1987)",
        "... (1999)",
    ]
    assert tell_apart("...", ("The book sold well.", 2024), ("The film did too.", 2024), work=True) == []
