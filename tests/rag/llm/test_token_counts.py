import hashlib
import tempfile
from pathlib import Path

import pytest

from rag.index.embedder import Embedder
from rag.llm.token_counts import token_counter
from rag.settings import tiktoken_folder

NAME = "fb374d419588a4632f3f557e76b4b70aebbca790"  # SHA-1 of the address of tiktoken's o200k_base.


def count_words(text: str) -> int:
    return len(text.split())


def test_without_an_encoding_at_hand_pieces_are_counted(tmp_path: Path) -> None:
    assert token_counter(count_words, tmp_path)("three short words") == 3
    assert token_counter(count_words, None)("three short words") == 3


def test_a_broken_encoding_is_not_used(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(b"IQ== 0\n")
    assert token_counter(count_words, tmp_path)("three short words") == 3


def test_the_name_of_the_file_is_that_of_tiktoken() -> None:
    address = "https://openaipublic.blob.core.windows.net/encodings/o200k_base.tiktoken"
    assert hashlib.sha1(address.encode()).hexdigest() == NAME


def test_pieces_of_the_embedder(tmp_path: Path, embedder: Embedder) -> None:
    count = token_counter(lambda text: embedder.count([text])[0], tmp_path)
    assert count("hello world") == 2
    assert count("") == 0
    assert count("😀 <|endoftext|>") > 0


def test_the_folder_is_the_one_that_tiktoken_itself_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TIKTOKEN_CACHE_DIR", raising=False)
    monkeypatch.delenv("DATA_GYM_CACHE_DIR", raising=False)
    assert tiktoken_folder() == Path(tempfile.gettempdir()) / "data-gym-cache"
    monkeypatch.setenv("DATA_GYM_CACHE_DIR", "/old")
    assert tiktoken_folder() == Path("/old")
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", "/new")
    assert tiktoken_folder() == Path("/new")
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", "")
    assert tiktoken_folder() is None


def test_tokens_of_tiktoken_where_its_encoding_is_at_hand() -> None:
    folder = tiktoken_folder()
    if folder is None or not (folder / NAME).is_file():
        pytest.skip("needs tiktoken's o200k_base, which it downloads at its first use")
    assert token_counter(count_words, folder)("hello world") == 2
