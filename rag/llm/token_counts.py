"""Count the tokens of what goes to a model, without ever touching the network."""

import base64
import hashlib
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import tiktoken

Counter = Callable[[str], int]

# Address and SHA-256 of o200k_base as tiktoken 0.14 names them; it keeps the file under the SHA-1 of the address.
_ADDRESS = "https://openaipublic.blob.core.windows.net/encodings/o200k_base.tiktoken"
_SHA256 = "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d"


def counter(pieces: Callable[[Sequence[str]], list[int]], cache: Path | None = None) -> Counter:
    """Return a function that counts tokens: tiktoken's where its encoding lies on the disk, else word pieces.

    English prose has about 1.24 word pieces a token, so the count of pieces keeps a budget too.

    Args:
        pieces: Count the word pieces of each text, as the embedder does.
        cache: tiktoken's folder, if it is not the usual one.
    """
    folder = cache or Path(tempfile.gettempdir()) / "data-gym-cache"
    file = folder / hashlib.sha1(_ADDRESS.encode(), usedforsecurity=False).hexdigest()
    content = file.read_bytes() if file.is_file() else b""
    if hashlib.sha256(content).hexdigest() != _SHA256:
        return lambda text: pieces([text])[0]
    encoding = encoding_of(content)
    return lambda text: len(encoding.encode_ordinary(text))


def encoding_of(content: bytes) -> "tiktoken.Encoding":
    """Return the encoding whose ranks a file of tiktoken's holds: a line each, the bytes in base64, then the rank.

    `tiktoken.get_encoding` would look in the folder that its own variable names, and download where it finds nothing.
    Words are parted by the rule of the oldest public encoding, the newer one's being out of reach: it parts capitals,
    contractions and long numbers otherwise.
    """
    import tiktoken
    from tiktoken_ext.openai_public import r50k_pat_str

    pairs = (line.split() for line in content.splitlines())
    ranks = {base64.b64decode(token): int(rank) for token, rank in pairs}
    return tiktoken.Encoding("newsdesk", pat_str=r50k_pat_str, mergeable_ranks=ranks, special_tokens={})
