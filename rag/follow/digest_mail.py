"""Send a digest by mail, over a connection that is encrypted before anything is said."""

import smtplib
import ssl
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

from corpus.errors import InputError, MailError, SettingsError
from corpus.text.characters import one_line
from rag.follow.digest import Digest
from rag.follow.digest_export import render_html, render_markdown, write_title
from rag.settings import Settings

_WAIT_S = 30.0
_LONGEST_SUBJECT = 200
_LOOPBACK = frozenset(("localhost", "127.0.0.1", "::1"))


def send_digest(settings: Settings, digest: Digest, to: str) -> None:
    """Send a digest as text and HTML.

    Args:
        settings: The mail server, `NEWSDESK_SMTP_*`.
        digest: What to send.
        to: The address of the reader.

    Raises:
        SettingsError: No mail server is set, or a password would go over a connection that is not encrypted.
        InputError: The address is none.
        MailError: The server cannot be reached or refuses.
    """
    if not settings.smtp_host:
        raise SettingsError("no mail server is set; set NEWSDESK_SMTP_HOST and NEWSDESK_SMTP_FROM")
    if settings.smtp_security == "none" and settings.smtp_host not in _LOOPBACK:
        raise SettingsError("NEWSDESK_SMTP_SECURITY=none is for a mail server on this machine; use starttls or tls")
    message = write_message(digest, settings.smtp_from or settings.smtp_user, to)
    try:
        _send(settings, message)
    except (OSError, smtplib.SMTPException) as error:  # Its text may hold what the server said, of several lines.
        where = f"{settings.smtp_host}:{settings.smtp_port}"
        raise MailError(
            f"{where}: the mail was not sent ({one_line(str(error))[:300]}); check NEWSDESK_SMTP_*"
        ) from error


def write_message(digest: Digest, sender: str, to: str) -> EmailMessage:
    """Return a digest as a message; no header can be longer than its line, whatever a topic says.

    Raises:
        InputError: An address is none.
    """
    message = EmailMessage()
    message["Subject"] = one_line(f"Newsdesk: {write_title(digest)}")[:_LONGEST_SUBJECT]
    message["From"] = _read_address(sender, "NEWSDESK_SMTP_FROM")
    message["To"] = _read_address(to, "--mail")
    message["Date"] = formatdate(localtime=True)
    # Without the domain it would name this machine.
    message["Message-ID"] = make_msgid(domain=message["From"].addresses[0].domain)
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday reply comes back.
    message.set_content(_encodable(render_markdown(digest)))
    message.add_alternative(_encodable(render_html(digest)), subtype="html")
    return message


def _send(settings: Settings, message: EmailMessage) -> None:
    context = ssl.create_default_context(cafile=settings.smtp_ca or None)
    place = (settings.smtp_host, settings.smtp_port)
    if settings.smtp_security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(*place, timeout=_WAIT_S, context=context)
    else:
        server = smtplib.SMTP(*place, timeout=_WAIT_S)
    with server:
        if settings.smtp_security == "starttls":
            server.starttls(context=context)  # Raises where the server has none.
        if settings.smtp_user:
            server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
        server.send_message(message)


def _read_address(text: str, name: str) -> Address:
    """Return a mail address; what could end a header or add another reader is refused."""
    try:
        if text != one_line(text) or text.count("@") != 1 or not text.isascii():
            raise ValueError
        found = Address(addr_spec=text)
        if not found.username or "." not in f"{found.domain}." or not found.domain:
            raise ValueError
    except (ValueError, IndexError, MessageError) as error:
        raise InputError(f"{name}: {one_line(text)[:80]!r} is no mail address; write it as name@example.org") from error
    return found


def _encodable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
