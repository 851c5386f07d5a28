"""One archive as a file and in a database, for tests that must hold of both."""

import shutil
from pathlib import Path

import pytest
from pydantic import SecretStr

from corpus.archive.move import move_archive
from rag import Settings

RECORDS = ("in a file", "in a database")
"""The parameters of a fixture that calls `settle`."""


def settle(request: pytest.FixtureRequest, folder: Path) -> Settings:
    """Return the settings of the archive of a folder, or of a copy in a database, which begins from a copy of its indexes."""
    if request.param == "in a file":
        return Settings(data_dir=folder, llm="")
    address: str = request.getfixturevalue("postgres").make_schema()
    move_archive(folder, address)
    node = request.getfixturevalue("tmp_path_factory").mktemp("node")
    shutil.copytree(folder / "index", node / "index")
    return Settings(data_dir=node, llm="", database=SecretStr(address))
