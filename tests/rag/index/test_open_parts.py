"""Both indexes together: what only one of them holds is found, and none is left open where the other cannot be."""

from pathlib import Path

import pytest

from corpus.errors import IndexUnavailableError
from rag.index.open_parts import OpenParts, require_open
from tests.rag.index_checks import opened


def test_what_one_index_lacks_is_named(town_data: Path) -> None:
    with opened(town_data) as indexes:
        parts = OpenParts(indexes.dense, indexes.lexical)
        assert parts.find_differences(indexes.store) == {}
        indexes.dense.apply(["n003", "n001"], [])
        assert parts.find_differences(indexes.store) == {"dense": ["n001@1#0", "n003@1#0"]}


def test_where_one_cannot_be_opened_neither_is(tmp_path: Path) -> None:
    (tmp_path / "lexical").mkdir()
    (tmp_path / "lexical" / "meta.json").write_bytes(b"nothing")
    with pytest.raises(IndexUnavailableError):
        OpenParts.from_files(tmp_path)
    (tmp_path / "lexical" / "meta.json").unlink()
    parts = OpenParts.from_files(tmp_path)
    assert (parts.dense.count(), parts.lexical.count()) == (0, 0)
    parts.close()


def test_indexes_that_are_not_open_are_no_empty_ones() -> None:
    with pytest.raises(ValueError, match="the indexes are not open"):
        require_open(None)
