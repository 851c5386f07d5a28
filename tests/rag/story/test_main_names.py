"""What an article is about: names as other articles write them too."""

import pytest

from corpus.article import Article
from rag.story.main_names import list_main_names


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ("Mayor Lea Horn resigned on Monday. Mayor Lea Horn had led the town for 14 years.", "Lea Horn"),
        ("Reporters asked President Lea Horn about it. Nobody had expected it.", "Lea Horn"),
        ("Late on Friday Velm Works issued repairs. They came too late.", "Velm Works"),
        ("The deal pleased Dr. Ines Calder. She had asked for it.", "Ines Calder"),
    ],
)
def test_a_name_is_written_without_the_title_or_day_before_it(body: str, name: str) -> None:
    article = Article("a", "Town in shock", body, "Coast Wire", language="en")
    assert name in [one.text for one in list_main_names(article)]
