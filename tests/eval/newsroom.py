"""A small archive with real indexes, and systems made of it."""

from corpus import Article

ARTICLES = (
    Article(
        "dubai", "Treaty signed in Dubai", "Eighty-nine states signed the treaty in Dubai. Fifty-five did not sign."
    ),
    Article(
        "yahoo", "Yahoo counts again", "Yahoo said that all 3 billion accounts were affected. It had said 1 billion."
    ),
    Article("cable", "Cable cut off Egypt", "A ship's anchor cut the cable near Alexandria. Traffic fell by half."),
)
