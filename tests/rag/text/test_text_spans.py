from rag.text.text_spans import Places


def test_what_was_taken_is_touched_by_whatever_overlaps_it() -> None:
    places = Places("one two three", [(0, 3)])
    places.take(8, 13)
    assert [places.touch(*span) for span in ((0, 1), (2, 5), (3, 8), (7, 9), (12, 20))] == [
        True,
        True,
        False,
        True,
        True,
    ]
