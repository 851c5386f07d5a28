"""Articles that the tests of the indexes share: six of the starter corpus, and short ones of several scripts."""

import json
from datetime import UTC, datetime
from pathlib import Path

from corpus.article import Article

STARTER = Path(__file__).parents[2] / "corpus" / "starter" / "articles.jsonl"

STARTER_IDS = (
    "2018-03-equifax-2-4m",
    "2018-05-gdpr-applies",
    "2020-06-india-bans-tiktok",
    "2022-03-russia-blocks-facebook",
    "2022-07-didi-fined",
    "2024-04-fcc-restores-net-neutrality",
)


def at(day: int, hour: int = 9) -> datetime:
    """Return an instant in March 2024."""
    return datetime(2024, 3, day, hour, tzinfo=UTC)


WIRES = (
    Article(
        "harbour",
        "Harbour to be dredged",
        "The port of Eastfield will dredge its northern basin, the director Ana Sousa said.",
        source="Eastfield Post",
        published_at=at(4),
        language="en",
    ),
    Article(
        "herring",
        "Fishermen fear for the herring",
        "Dredging near the breakwater of Eastfield harms the herring, an association of fishermen said.",
        source="Lowmoor Herald",
        published_at=at(6),
        language="en",
    ),
    Article(
        "tram",
        "Night trams return",
        "Trams run all night again at weekends. The council pays 2.5 million crowns a year for them.",
        source="Eastfield Post",
        published_at=at(8),
        language="en",
    ),
    Article(
        "undated",
        "A herring smokehouse",
        "The smokehouse on the quay sells herring and eel.",
        source="Eastfield Post",
        language="en",
    ),
    Article(
        "unsigned",
        "The lighthouse is painted",
        "The lighthouse gets a coat of red paint.",
        published_at=at(9),
    ),
    Article(
        "moscow",
        "Паводок в Оренбурге",
        "Жители Оренбурга покинули дома из-за паводка. Губернатор объявил режим чрезвычайной ситуации.",
        source="Вестник",
        published_at=at(10),
        language="ru",
    ),
    Article(
        "cairo",
        "افتتاح المتحف المصري الكبير",
        "افتتحت الحكومة المصرية المتحف الكبير قرب الأهرامات. وحضر الافتتاح آلاف الزوار.",
        source="الصحيفة",
        published_at=at(11),
        language="ar",
    ),
    Article(
        "beijing",
        "北京举行马拉松比赛",
        "三万名选手参加了北京马拉松比赛。比赛从天安门广场出发。",
        source="日报",
        published_at=at(12),
        language="zh",
    ),
)


def starter_articles() -> list[Article]:
    """Return the six articles of the starter corpus."""
    found = []
    for line in STARTER.read_text("utf-8").splitlines():
        record = json.loads(line)
        if record["id"] in STARTER_IDS:
            date = datetime.fromisoformat(record["published_at"]).astimezone(UTC)
            found.append(
                Article(
                    record["id"],
                    record["title"],
                    record["body"],
                    record["source"],
                    published_at=date,
                    language=record["language"],
                )
            )
    return found


def numbered(n: int, text: str = "") -> Article:
    """Return a short article with a word of its own."""
    body = text or f"The council of town{n} met. It spoke about bridge{n} and about the market."
    return Article(f"n{n:03d}", f"Council {n}", body, "Town Crier", published_at=at(1 + n % 28), language="en")
