"""Whose uploads are whose."""

from web.server.uploads import COOKIE, Uploads, browser_of, name_of


def test_each_browser_holds_what_it_uploaded() -> None:
    uploads = Uploads()
    uploads.add("a", ["/u/1"])
    uploads.add("a", ["/u/2"])
    assert uploads.holds("a", "/u/1")
    assert uploads.holds("a", "/u/2")
    assert not uploads.holds("b", "/u/1")
    assert not uploads.holds("", "/u/1")


def test_what_is_remembered_is_bounded() -> None:
    uploads = Uploads(most_browsers=2, most_files=3)
    uploads.add("a", [f"/u/{n}" for n in range(5)])
    assert [uploads.holds("a", f"/u/{n}") for n in range(5)] == [False, False, True, True, True]
    uploads.add("b", ["/u/b"])
    uploads.add("a", ["/u/9"])
    uploads.add("c", ["/u/c"])
    assert not uploads.holds("b", "/u/b")
    assert uploads.holds("a", "/u/9")


def test_a_browser_is_told_by_its_cookie_alone() -> None:
    assert browser_of("") == browser_of("other=1") == browser_of(f"{COOKIE}=") == ""
    assert browser_of(f"a=b; {COOKIE}=x; c=d") == name_of("x")
    assert browser_of(f"{COOKIE}=y") != name_of("x")
