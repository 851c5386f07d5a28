from rag.index.embedder import read_shipped_vocabulary
from rag.text.english_words import EnglishWords


def test_frequent_words_and_their_forms_are_known() -> None:
    english = EnglishWords(read_shipped_vocabulary())
    assert [word for word in ("zebra", "Zebras", "refuses", "quickly", "the") if word not in english] == []
    assert [word for word in ("Equifacs", "Cambrige", "Snowdon") if word in english] == []


def test_a_short_base_makes_no_form() -> None:
    assert "baker" in EnglishWords({"baker"})
    assert "baker" not in EnglishWords({"bake"})
    assert "banking" not in EnglishWords({"bank"})
    assert "refusing" in EnglishWords({"refuse"})
