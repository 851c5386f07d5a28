"""The comparison of saved pages with what is expected of them."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from benchmarks.pages import compare, is_right, measure_speed

FOLDER = Path(__file__).parent / "data" / "readers"
FERRY = "page-title-with-outlet.html"


def test_each_field_that_is_expected_is_compared() -> None:
    expected: dict[str, dict[str, Any]] = {
        FERRY: {
            "title": "Council to rebuild ferry pier",
            "source": "Harbour Gazette",
            "author": "",
            "with": ["wooden piles"],
        },
        "page-two-author-metas.html": {"author": "Lea Horn and Mara Voss", "published": "2024-03-05", "language": "de"},
        "package.json": {"refused": True},
    }
    found = compare(FOLDER, expected)
    assert {field: ours for field, (ours, _, _) in found.items()} == {
        **{"title": [True], "author": [True, True], "source": [True], "published": [True], "language": [False]},
        **{"with": [True], "refused": [True]},
    }
    assert found["title"][2] == [False]
    assert found["refused"][1:] == ([], [])


@pytest.mark.parametrize(
    ("field", "wanted", "given", "right"),
    [
        ("published", "2024-03-05", {"published": datetime(2024, 3, 5, 23, tzinfo=UTC)}, True),
        ("published", "2024-03-05T09:00:00+01:00", {"published": datetime(2024, 3, 5, 8, tzinfo=UTC)}, True),
        ("published", "", {"published": None, "title": "x"}, True),
        ("published", "", {}, False),
        ("title", "“Pier” to go", {"title": "Pier to go"}, True),
        ("without", ["Read more"], {"body": "The pier. Read  more"}, False),
        ("with", ["the pier"], {"refused": True}, False),
    ],
)
def test_what_is_right(field: str, wanted: object, given: dict[str, object], right: bool) -> None:
    assert is_right(field, wanted, given) == right


def test_the_speed_of_a_format_leaves_out_its_first_file() -> None:
    found = measure_speed(FOLDER)
    assert found["HTML"][0] == len(list(FOLDER.glob("*.html"))) - 1
    assert "NITF" not in found
