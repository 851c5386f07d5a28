"""One story as several outlets of a made-up coast tell it, with what came before and after, and what is on other things."""

from datetime import UTC, datetime
from pathlib import Path

from corpus.article import Article
from rag import Assistant, Settings
from rag.index.embedder import Embedder


def at(day: int, hour: int = 9, month: int = 3) -> datetime:
    """Return an instant in 2024."""
    return datetime(2024, month, day, hour, tzinfo=UTC)


def article(name: str, title: str, body: str, source: str, published_at: datetime | None, notice: str = "") -> Article:
    return Article(name, title, body, source, published_at=published_at, language="en", notice=notice)


POST = article(
    "post",
    "Ferry Alder runs aground off Kells, 12 hurt",
    "The ferry Alder ran aground off Kells harbour on Monday evening and 12 passengers were injured, the coast guard said.\n\n"
    "The Alder was carrying 140 passengers from Holmstedt to Kells when it struck a sandbank at the harbour mouth.\n\n"
    '"The steering failed without any warning at all," Captain Mona Reiss said. The Kells Ferry Company stopped all its '
    "services on Tuesday.",
    "Eastfield Post",
    at(12),
)
HERALD = article(
    "herald",
    "Passengers hurt as Kells ferry Alder hits sandbank",
    "Fifteen people went to hospital after the Kells ferry Alder got stuck on a sandbank in the evening, the hospital said.\n\n"
    "The ferry Alder ran aground off Kells and 15 passengers were injured, the surgeon Ines Falk said.\n\n"
    'Captain Mona Reiss told reporters: "The steering failed without any warning at all." The harbour master Tom Varga '
    "said nobody had dredged the channel for two years. Families waited on the pier until midnight.",
    "Lowmoor Herald",
    at(12, 11),
)
WIRE = article(
    "wire",
    "Grounded ferry Alder towed to Kells",
    "Tugs towed the grounded ferry Alder into Kells harbour on Tuesday after it struck a sandbank on Monday evening.\n\n"
    "More than 10 passengers were injured when the ferry Alder ran aground off Kells harbour, officials said.",
    "Coast Wire",
    at(13),
)
COPY = article("copy", "Ferry accident at Kells", POST.body, "Tarn Times", at(12, 12))
LAUNCH = article(
    "launch",
    "Kells Ferry Company buys the Alder",
    "The Kells Ferry Company bought the ferry Alder from a yard in Holmstedt for 9 million euros.\n\n"
    "The Alder will sail between Holmstedt and Kells from May, the manager Ida Brandt said.",
    "Eastfield Post",
    at(2, month=2),
)
DREDGE = article(
    "dredge",
    "Kells puts off dredging, ferry Alder may touch ground",
    "The council of Kells put off the dredging of the harbour mouth, though Captain Mona Reiss of the Alder warned of "
    'sandbanks.\n\nThe harbour master Tom Varga called the channel "a disgrace for any port".',
    "Lowmoor Herald",
    at(20, month=2),
)
INQUIRY = article(
    "inquiry",
    "Inquiry blames rudder of ferry Alder off Kells",
    "An inquiry found that the rudder of the ferry Alder was worn out when it ran aground off Kells.\n\n"
    "The Kells Ferry Company said that it would pay for the repairs of the Alder.",
    "Eastfield Post",
    at(20, month=4),
)
CORRECTION = article(
    "correction",
    "Correction: Ferry Alder runs aground off Kells",
    "Correction: A report of 12 March 2024 on the ferry Alder gave a wrong number. The coast guard at Kells counted 13 "
    "injured passengers.",
    "Eastfield Post",
    at(14),
)
UNDATED = article(
    "undated",
    "Holmstedt thanks crew of ferry Alder",
    "The town of Holmstedt thanked the crew of the ferry Alder for its calm off Kells.",
    "Lowmoor Herald",
    None,
)
OTHERS = (
    article("pool", "Tarn opens its pool", "The town of Tarn opened a swimming pool on Saturday.", "Tarn Times", at(9)),
    article(
        "bank",
        "Bank of Kells raises its rate",
        "The Bank of Kells raised its key rate by a quarter of a point, the governor Lena Torres said.",
        "Coast Wire",
        at(11),
    ),
    article(
        "market",
        "Sunday market of Kells closes",
        "The Sunday market of Kells closes for good after 80 years, the council said.",
        "Lowmoor Herald",
        at(10),
    ),
    article(
        "bridge",
        "Toll on the Kestrel bridge rises",
        "The toll on the Kestrel bridge rises to 3.50 euros, the city of Holmstedt said.",
        "Eastfield Post",
        at(8),
    ),
)
FERRY = (POST, HERALD, WIRE, COPY, LAUNCH, DREDGE, INQUIRY, CORRECTION, UNDATED, *OTHERS)


def build_ferry(folder: Path, embedder: Embedder) -> Assistant:
    """Return an assistant over the story, with no model."""
    assistant = Assistant(Settings(data_dir=folder, llm=""), embedder=embedder)
    for one in FERRY:
        assistant.archive.put(one)
    assistant.sync()
    return assistant
