"""What was computed last is remembered, as far as there is room."""

from rag.index.recent_values import RecentValues


def test_each_key_is_computed_once_until_it_is_forgotten() -> None:
    asked: list[list[str]] = []

    def measure(words: list[str]) -> list[int]:
        asked.append(words)
        return [len(word) for word in words]

    lengths = RecentValues[str, int](most=2)
    assert lengths.find(["a", "bb", "a"], measure) == [1, 2, 1]
    assert lengths.find(["a", "ccc"], measure) == [1, 3]  # "bb" was used before "a".
    assert lengths.find(["a", "bb"], measure) == [1, 2]
    assert asked == [["a", "bb"], ["ccc"], ["bb"]]
