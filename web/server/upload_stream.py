"""An upload as it streams in: no more than it may hold, and nothing but files, which Gradio writes to the disk at once.

A field of a form that is no file would be gathered in memory, whatever its size.
"""

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.types import Message, Receive

from web.server.request_bodies import BodyError

_LONGEST_HEADER = 8192


class UploadStream:
    """Read an upload for what takes it in; from the first fault on, the client seems to be gone.

    Attributes:
        error: What was wrong with it, or None.
    """

    def __init__(self, receive: Receive, most: int, content_type: str) -> None:
        """Read from `receive`, at most so many bytes.

        Raises:
            BodyError: It is no form with files.
        """
        self.error: BodyError | None = None
        self._receive = receive
        self._left = most
        kind, options = parse_options_header(content_type)
        if kind != b"multipart/form-data" or not options.get(b"boundary"):
            raise BodyError(400, "Send files as multipart/form-data.")
        self._parser = _parser_of(options[b"boundary"])

    async def receive(self) -> Message:
        """Return what comes next."""
        message = await self._receive()
        if self.error is None:
            self._check(message.get("body", b""))
        return message if self.error is None else {"type": "http.disconnect"}

    def _check(self, piece: bytes) -> None:
        self._left -= len(piece)
        try:
            if self._left < 0:
                raise BodyError(413, "The upload holds more than it said.")
            self._parser.write(piece)
        except BodyError as error:
            self.error = error
        except FormParserError:
            self.error = BodyError(400, "The upload is not well-formed multipart/form-data.")


def _parser_of(boundary: bytes) -> MultipartParser:
    """Return a parser that raises a `BodyError` at the head of a part that is no file."""
    header: dict[str, bytes] = {}
    found: dict[bytes, bytes] = {}

    def grow(key: str, data: bytes, start: int, end: int) -> None:
        header[key] = header.get(key, b"") + data[start:end]
        if len(header[key]) > _LONGEST_HEADER:
            raise BodyError(400, "A header in the upload is too long.")

    def end_header() -> None:
        found[header.pop("name", b"").lower()] = header.pop("value", b"")

    def end_headers() -> None:
        _, options = parse_options_header(found.pop(b"content-disposition", b""))
        found.clear()
        if b"filename" not in options:
            raise BodyError(400, "An upload may hold nothing but files.")

    return MultipartParser(
        boundary,
        {
            "on_header_field": lambda data, start, end: grow("name", data, start, end),
            "on_header_value": lambda data, start, end: grow("value", data, start, end),
            "on_header_end": end_header,
            "on_headers_finished": end_headers,
        },
    )
