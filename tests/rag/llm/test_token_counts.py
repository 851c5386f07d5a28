import base64
import hashlib
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from rag.index.embedder import Embedder
from rag.llm.token_counts import counter, encoding_of

NAME = "fb374d419588a4632f3f557e76b4b70aebbca790"  # SHA-1 of the address of tiktoken's o200k_base.


def words(texts: Sequence[str]) -> list[int]:
    return [len(text.split()) for text in texts]


def test_without_an_encoding_at_hand_pieces_are_counted(tmp_path: Path) -> None:
    assert counter(words, tmp_path)("three short words") == 3


def test_a_broken_encoding_is_not_used(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(b"IQ== 0\n")
    assert counter(words, tmp_path)("three short words") == 3


def test_the_name_of_the_file_is_that_of_tiktoken() -> None:
    address = "https://openaipublic.blob.core.windows.net/encodings/o200k_base.tiktoken"
    assert hashlib.sha1(address.encode()).hexdigest() == NAME


def test_pieces_of_the_embedder(tmp_path: Path, embedder: Embedder) -> None:
    count = counter(embedder.count, tmp_path)
    assert count("hello world") == 2
    assert count("") == 0
    assert count("😀 <|endoftext|>") > 0


def test_tokens_are_counted_by_the_ranks_of_a_file() -> None:
    tokens = [bytes([i]) for i in range(256)] + [b"he", b"ll", b"hell", b"hello", b" w"]
    content = b"".join(base64.b64encode(token) + b" %d\n" % rank for rank, token in enumerate(tokens))
    encoding = encoding_of(content)
    assert encoding.encode_ordinary("hello") == [259]
    assert encoding.encode_ordinary("hello wo<|endoftext|>")[:3] == [259, 260, ord("o")]
    assert (
        len(encoding.encode_ordinary("hello world, hé")) == 11
    )  # hello, w, o, r, l, d, comma, space, h, two bytes of é


def test_tokens_of_tiktoken_where_its_encoding_is_at_hand() -> None:
    file = Path(tempfile.gettempdir()) / "data-gym-cache" / NAME
    if not file.is_file():
        pytest.skip("needs tiktoken's o200k_base, which it downloads at its first use")
    count = counter(words)
    assert count("hello world") == 2
