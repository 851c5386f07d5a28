"""Digests by mail, over real connections to a server on loopback."""

import email
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest

from corpus.article import Article
from corpus.errors import InputError, MailError, SettingsError
from rag import Settings
from rag.follow.digest import Digest, DigestEntry, TopicNews
from rag.follow.digest_mail import send_digest, write_message
from rag.follow.topic_book import Topic, TopicFinding
from tests.rag.follow.mail_server import MailServer

TOPIC = "harbour toll\r\nBcc: eve@example.org\r\n\r\nAn evil body " + "x" * 300


def digest(topic: str = TOPIC) -> Digest:
    article = Article("toll", "The toll rises", "The toll rises to 12 crowns.", source="Coast Wire – “Nürnberg”")
    entry = DigestEntry(TopicFinding("toll", 1, "new", True, ((0, 28, 1.0),)), article)
    now = datetime.now(UTC)
    return Digest(None, now, (TopicNews(Topic(1, "", topic, None, now, "a", 1), (entry,)),))


def settings(server: MailServer, folder: Path, **given: str) -> Settings:
    authority = folder / "ca.pem"
    server.authority.cert_pem.write_to_path(authority)
    values = {
        "smtp_security": "starttls",
        "smtp_from": "desk@example.org",
        "smtp_user": "desk",
        "smtp_password": "secret",
    }
    place = {"smtp_host": "localhost", "smtp_port": server.port, "smtp_ca": str(authority)}
    return Settings.model_validate(place | values | given)


@pytest.mark.parametrize(("security", "encrypted"), [("starttls", False), ("tls", True)])
def test_a_digest_goes_out_encrypted(tmp_path: Path, security: str, encrypted: bool) -> None:
    with MailServer(encrypted=encrypted) as server:
        send_digest(settings(server, tmp_path, smtp_security=security), digest(), "anna@example.org")
    assert server.in_clear == ([] if encrypted else ["EHLO", "STARTTLS"])
    assert (server.names, server.readers) == (["desk"], ["anna@example.org"])
    letter = email.message_from_bytes(server.letters[0], policy=default)
    assert isinstance(letter, EmailMessage)
    assert str(letter["Subject"]).startswith("Newsdesk: 1 new article on harbour toll Bcc: eve@example.org An evil")
    assert letter["Bcc"] is None
    assert str(letter["To"]) == "anna@example.org"
    text, page = (letter.get_body((kind,)) for kind in ("plain", "html"))
    assert text
    assert page
    assert "> The toll rises to 12 crowns." in text.get_content()
    assert "Coast Wire – “Nürnberg”" in page.get_content()


def test_a_server_without_tls_gets_neither_password_nor_digest(tmp_path: Path) -> None:
    with MailServer(offers_tls=False) as server, pytest.raises(MailError, match="STARTTLS"):
        send_digest(settings(server, tmp_path), digest(), "anna@example.org")
    assert (server.names, server.letters) == ([], [])


def test_a_server_with_an_unknown_certificate_gets_nothing(tmp_path: Path) -> None:
    with MailServer() as server, pytest.raises(MailError, match="certificate"):
        send_digest(settings(server, tmp_path, smtp_ca=""), digest(), "anna@example.org")
    assert (server.names, server.letters) == ([], [])


def test_a_refusal_is_told_in_one_line(tmp_path: Path) -> None:
    with MailServer(refusal="mailbox is full") as server, pytest.raises(MailError, match="mailbox is full") as told:
        send_digest(settings(server, tmp_path), digest(), "anna@example.org")
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "anna",
        "a@b@c",
        "anna@example.org\r\nBcc: eve@example.org",
        "anna@example.org, eve@example.org",
        "<a@b>",
        "a b@c.org",
    ],
)
def test_what_is_no_single_address_is_refused(address: str) -> None:
    with pytest.raises(InputError, match="no mail address"):
        write_message(digest(), "desk@example.org", address)


def test_what_is_not_set_is_named() -> None:
    with pytest.raises(SettingsError, match="NEWSDESK_SMTP_HOST"):
        send_digest(Settings(), digest(), "anna@example.org")
    with pytest.raises(SettingsError, match="starttls or tls"):
        send_digest(Settings(smtp_host="mail.example", smtp_security="none"), digest(), "anna@example.org")
