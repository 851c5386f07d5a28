"""Count the tokens of what goes to a model, without ever touching the network."""

import hashlib
from collections.abc import Callable
from pathlib import Path

Counter = Callable[[str], int]

# The newest public encoding of OpenAI's models. tiktoken keeps its file under the SHA-1 of its address; both figures
# are those of tiktoken 0.14.
_ENCODING = "o200k_base"
_ADDRESS = "https://openaipublic.blob.core.windows.net/encodings/o200k_base.tiktoken"
_SHA256 = "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d"


def token_counter(count_pieces: Counter, folder: Path | None) -> Counter:
    """Return a function that counts tokens: tiktoken's where its encoding is on the disk, else word pieces.

    English prose has about 1.24 word pieces a token, so a budget counted in pieces is kept too.

    Args:
        count_pieces: Count the word pieces of a text, as the embedder does.
        folder: Where tiktoken looks for its encodings (`rag.settings.tiktoken_folder`); None where it keeps none.
    """
    # Asked for an encoding that is not there, tiktoken would download it, and wait without a limit.
    if folder is None or not _is_encoding(folder / hashlib.sha1(_ADDRESS.encode(), usedforsecurity=False).hexdigest()):
        return count_pieces
    import tiktoken

    encoding = tiktoken.get_encoding(_ENCODING)
    return lambda text: len(encoding.encode_ordinary(text))


def _is_encoding(file: Path) -> bool:
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest() == _SHA256
    except OSError:
        return False
