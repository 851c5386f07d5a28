"""Single sign-on: only a trusted proxy names users, whatever headers a client sends."""

import httpx
import pytest

from tests.web.conftest import Newsroom, served
from web.accounts.proxy_sign_in import TrustedProxy

HEADER = "X-Forwarded-User"
ANNA = {HEADER: "anna"}


def test_without_the_options_the_header_means_nothing(page_url: str) -> None:
    assert httpx.get(f"{page_url}/v1/models", headers=ANNA).status_code == 200


def test_a_trusted_proxy_names_users_and_everybody_else_is_refused(starter: Newsroom) -> None:
    with (
        served(starter.open, proxy=TrustedProxy.read(HEADER, ["127.0.0.0/8"])) as url,
        httpx.Client(base_url=url) as client,
    ):
        assert client.get("/v1/models").json()["error"]["message"] == "Sign in at the proxy first."
        assert client.get("/config").status_code == 401
        assert client.get("/page/page.css").status_code == 200
        assert client.get("/v1/models", headers=ANNA).status_code == 200
        assert client.get("/config", headers=ANNA).json()["username"] == "anna"
        assert client.get("/", headers=ANNA).headers["cache-control"] == "no-store"
        assert client.get("/logout", headers=ANNA).headers["location"] == "/"
        # The address that a header names is not the one that the request came from.
        behind = ANNA | {"x-forwarded-for": "203.0.113.9"}
        assert client.get("/v1/models", headers=behind).status_code == 200
        for names in ("", "a b", "x" * 101):
            assert client.get("/v1/models", headers={HEADER: names}).status_code == 403
        twice = [(HEADER, "anna"), (HEADER, "bert")]
        assert client.get("/v1/models", headers=twice).status_code == 403
        # Who is not in a file of accounts is a reader.
        files = {"files": ("a.txt", b"text")}
        refused = client.post("/gradio_api/upload", files=files, headers=ANNA)
        assert (refused.status_code, "takes the role editor" in refused.text) == (403, True)


def test_the_header_of_anybody_else_is_refused(starter: Newsroom) -> None:
    with (
        served(starter.open, proxy=TrustedProxy.read(HEADER, ["10.0.0.5"])) as url,
        httpx.Client(base_url=url) as client,
    ):
        for sent in (ANNA, ANNA | {"x-forwarded-for": "10.0.0.5"}, ANNA | {"forwarded": "for=10.0.0.5"}):
            answer = client.get("/v1/models", headers=sent)
            assert (answer.status_code, "from trusted proxies only" in answer.text) == (403, True)


@pytest.mark.parametrize(
    ("peer", "trusted"),
    [
        ("10.0.0.5", True),
        ("::ffff:10.0.0.5", True),
        ("fe80::1%eth0", True),
        ("10.0.0.6", False),
        ("::1", False),
        ("unix:", False),
        ("", False),
        (None, False),
    ],
)
def test_addresses_are_compared_whatever_their_form(peer: str | None, trusted: bool) -> None:
    proxy = TrustedProxy.read(HEADER, ["10.0.0.5", "fe80::/64"])
    assert proxy is not None
    assert proxy.trusts(peer) is trusted
