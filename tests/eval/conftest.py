from pathlib import Path

import pytest

SHARED = Path(__file__).parents[2].parent / "shared" / "data"


@pytest.fixture(scope="session")
def multihop() -> Path:
    folder = SHARED / "multihop_rag"
    if not folder.is_dir():
        pytest.skip(f"{folder} is not here")
    return folder
