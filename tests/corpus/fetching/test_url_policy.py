"""The address policy: numeric addresses, one by one, and the forms of URLs."""

import re
from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import InputError
from corpus.fetching.url_policy import AddressPolicy, get_port, host_of, system_resolver
from corpus.text.urls import AddressError, canonicalise, host, join_url, parse_url, read_address

GLOBAL = re.findall(
    r"\S+",
    """8.8.8.8 1.1.1.1 93.184.215.14 100.63.255.255 100.128.0.1 172.15.255.255 172.32.0.1 192.167.255.255
192.169.0.1 169.253.1.1 223.255.255.254 2606:4700:4700::1111 2a00:1450:4001:800::200e ::ffff:8.8.8.8 64:ff9b::8.8.8.8
2002:808:808::1 2001:0:808:808:0:0:f7f7:f7f7""",
)

NOT_GLOBAL = re.findall(
    r"\S+",
    """0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.100.100.200 127.0.0.1 127.255.255.254
169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.192 192.0.2.1 192.88.99.1 192.168.0.1 198.18.0.1
198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255 168.63.129.16
:: ::1 ::127.0.0.1 ::8.8.8.8 ::ffff:127.0.0.1 ::ffff:169.254.169.254 ::ffff:0:127.0.0.1 64:ff9b::127.0.0.1
64:ff9b::a9fe:a9fe 64:ff9b:1::8.8.8.8 100::1 2001:db8::1 2001:2::1 2001:10::1 2002:7f00:1::1 2002:a00:1::1
2001:0:7f00:1:0:0:f7f7:f7f7 2001:0:808:808:0:0:80ff:fffe 3fff::1 4000::1 5f00::1 fc00::1 fd00:ec2::254 fe80::1
fe80::1%eth0 2606:4700:4700::1111%eth0 fec0::1 ff02::1 ff0e::1 localhost 127.1 0x7f000001""",
)


@pytest.mark.parametrize("address", GLOBAL)
def test_global_unicast_is_admitted(address: str) -> None:
    assert AddressPolicy().admits(address)


@pytest.mark.parametrize("address", NOT_GLOBAL)
def test_anything_else_is_refused(address: str) -> None:
    assert not AddressPolicy().admits(address)


def test_one_bad_address_refuses_the_host() -> None:
    policy = AddressPolicy()
    assert policy.check_addresses(["8.8.8.8", "1.1.1.1", "8.8.8.8"]) == ("8.8.8.8", "1.1.1.1")
    with pytest.raises(AddressError, match="not on the public internet"):
        policy.check_addresses(["8.8.8.8", "10.0.0.1"])
    with pytest.raises(AddressError, match="no address"):
        policy.check_addresses([])


def test_an_intranet_can_be_allowed() -> None:
    policy = AddressPolicy(ports=(80, 443, 8080), allowed_networks=(ip_network("10.1.0.0/16"), ip_network("fd00::/8")))
    assert policy.admits("10.1.2.3")
    assert policy.admits("fd00::5")
    assert not policy.admits("10.2.0.1")
    assert policy.check_url("http://wire.intra:8080/feed").port == 8080


@pytest.mark.parametrize(
    ("url", "checked"),
    [
        ("https://news.example/a?b=c#d", "https://news.example/a?b=c"),
        ("HTTP://News.Example:80/a@b", "http://news.example/a@b"),
        ("https://bücher.example/ä", "https://xn--bcher-kva.example/%C3%A4"),
        ("https://news.example:443", "https://news.example"),
        ("https://xn--i-7iq.example/", "https://xn--i-7iq.example/"),  # A heart: no letter of IDNA, but a name in use.
    ],
)
def test_a_plain_url_is_taken_without_its_fragment(url: str, checked: str) -> None:
    assert str(AddressPolicy().check_url(url)) == checked


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("ftp://news.example/a", "only http and https"),
        ("news.example/a", "only http and https"),
        ("", "only http and https"),
        ("http:///a", "names no host"),
        ("http://user@news.example/", "user name or password"),
        ("http://@news.example/", "user name or password"),
        ("http://news.example:22/", "port 22 is not allowed, only 80 and 443"),
        ("http://news.example:0/", "port 0 is not allowed, only 80 and 443"),
        ("http://[::1", "not well formed"),
        ("http://news.example/" + "a" * 2_048, "longer than 2,048"),
        ("http://xn--/", "name of the host is not valid"),
        ("http://xn--a/", "name of the host is not valid"),
        ("http://www.XN--A.example/", "name of the host is not valid"),
        ("http://xn--news-.example/", "name of the host is not valid"),
        (f"http://{'a' * 64}.example/", "name of the host is not valid"),
        (f"http://{'a.' * 127}example/", "name of the host is not valid"),
        ("http://☃.example/", "not well formed"),
        ("http://news\udcff.example/", "character that no address may hold"),
        ("http://news.example\\@127.0.0.1/", "character that no address may hold"),
        ("http://news.example/a b", "character that no address may hold"),
        ("http://news\u202e.example/", "character that no address may hold"),
    ],
)
def test_the_reason_is_said(url: str, reason: str) -> None:
    with pytest.raises(AddressError, match=reason):
        AddressPolicy().check_url(url)


def test_the_system_resolves_numbers_in_all_their_spellings() -> None:
    for spelling in ("127.0.0.1", "127.1", "0x7f.1", "2130706433", "017700000001"):
        assert system_resolver(spelling, 80, 5.0) == ("127.0.0.1",)
    with pytest.raises(OSError, match="not valid"):
        system_resolver("a" * 64 + ".example", 80, 5.0)


PIECES = [
    *(
        "http",
        "https",
        "HTTP",
        ":",
        "//",
        "/",
        "?",
        "#",
        "@",
        ".",
        "..",
        "[",
        "]",
        "::1",
        "%",
        "%00",
        "%zz",
        "xn--",
        "\\",
    ),
    *(
        "a",
        "news.example",
        "ü",
        "ß",
        "İ",
        "☃",
        "a" * 64,
        "0",
        "80",
        "443",
        "99999",
        "٣",
        "-",
        "_",
        " ",
        "\t",
        "\x00",
        "'",
    ),
    *("\u200b", "\u202e", "\udcff", "\U0001f600", "v1.a", "fe80::1%eth0", "1.2.3.4.5", "0x7f.1", "&", "=", "+", "~"),
]
ANY_ADDRESS = st.one_of(
    st.text(),
    st.text().map("http://".__add__),
    st.text("abcdefghijklmnopqrstuvwxyz0123456789-").map("http://xn--{}/".format),
    st.lists(st.sampled_from(PIECES)).map("".join),
    st.lists(st.sampled_from(PIECES)).map(lambda pieces: f"http://{''.join(pieces)}/"),
)


@given(ANY_ADDRESS)
def test_any_text_is_an_address_that_can_be_read_or_refused_with_a_reason(text: str) -> None:
    try:
        found = AddressPolicy(ports=tuple(range(65_536))).check_url(text)
    except InputError as error:
        found, reason = None, str(error)
    if found is None:
        assert reason
        return
    assert host_of(found)
    assert get_port(found) >= 0
    assert found.netloc
    assert found.raw_path
    assert str(found).startswith(("http://", "https://"))
    assert read_address(text).hostname == host(text) != ""


@given(ANY_ADDRESS, ANY_ADDRESS)
def test_any_link_on_any_page_leads_somewhere_or_nowhere(base: str, link: str) -> None:
    found = join_url(base, link)
    shown = parse_url(found)
    assert shown in ("", found.strip())
    assert not shown or canonicalise(shown).startswith("https://")
