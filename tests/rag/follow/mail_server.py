"""A mail server on loopback that speaks SMTP with STARTTLS or from the first byte encrypted, and keeps what it is sent."""

import asyncio
import base64
import ssl
import threading
from dataclasses import dataclass, field
from typing import Any

import trustme


@dataclass
class MailServer:
    """Serve one port in a thread; what was sent stands in `letters` as bytes, who signed in in `names`.

    Attributes:
        encrypted: Speak TLS from the first byte.
        offers_tls: Offer STARTTLS.
        refusal: Answer the end of a letter with this line instead of taking it.
    """

    encrypted: bool = False
    offers_tls: bool = True
    refusal: str = ""
    letters: list[bytes] = field(default_factory=list)
    readers: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    in_clear: list[str] = field(default_factory=list)
    port: int = 0

    def __enter__(self) -> "MailServer":
        """Begin to listen."""
        self.authority = trustme.CA()
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.authority.issue_cert("localhost").configure_cert(self._context)
        self._loop = asyncio.new_event_loop()
        begun = threading.Event()

        async def begin() -> None:
            self._server = await asyncio.start_server(
                self._serve, "127.0.0.1", 0, ssl=self._context if self.encrypted else None
            )
            self.port = self._server.sockets[0].getsockname()[1]
            begun.set()

        def run() -> None:
            asyncio.set_event_loop(self._loop)
            self._loop.create_task(begin())
            self._loop.run_forever()

        self._thread = threading.Thread(target=run, daemon=True)
        self._thread.start()
        begun.wait()
        return self

    def __exit__(self, *_: object) -> None:
        """End, with all connections."""

        async def end() -> None:
            self._server.close()
            for task in asyncio.all_tasks() - {asyncio.current_task()}:
                task.cancel()
            await asyncio.sleep(0)
            self._loop.stop()

        asyncio.run_coroutine_threadsafe(end(), self._loop)
        self._thread.join()
        self._loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        secure = self.encrypted
        writer.write(b"220 localhost ready\r\n")
        try:
            while line := (await reader.readline()).decode("latin-1").strip():
                verb = line.split(" ", 1)[0].upper()
                if not secure:
                    self.in_clear.append(verb)
                if verb == "STARTTLS" and self.offers_tls:
                    writer.write(b"220 go ahead\r\n")
                    await writer.start_tls(self._context)
                    secure = True
                    continue
                writer.write(await self._answer(verb, line, reader, writer, secure))
                if verb == "QUIT":
                    break
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass
        finally:
            writer.close()

    async def _answer(self, verb: str, line: str, reader: asyncio.StreamReader, writer: Any, secure: bool) -> bytes:
        if verb == "EHLO":
            offered = b"250-STARTTLS\r\n" if self.offers_tls and not secure else b""
            return b"250-localhost\r\n" + offered + b"250 AUTH PLAIN\r\n"
        if verb == "AUTH":
            _, name, _password = base64.b64decode(line.split()[2]).split(b"\0")
            self.names.append(name.decode())
            return b"235 welcome\r\n"
        if verb == "RCPT":
            self.readers.append(line.partition("<")[2].partition(">")[0])
        if verb == "DATA":
            writer.write(b"354 send\r\n")
            letter = await reader.readuntil(b"\r\n.\r\n")
            if self.refusal:
                return f"554 {self.refusal}\r\n".encode()
            self.letters.append(letter[:-5])
        return b"221 bye\r\n" if verb == "QUIT" else b"250 fine\r\n"
