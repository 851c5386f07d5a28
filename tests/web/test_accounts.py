"""Accounts: a line that was made admits its password and no other."""

from pathlib import Path

import pytest

from corpus.errors import SettingsError
from web.accounts import Accounts, entry, main


def test_a_password_is_admitted_and_does_not_stand_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "accounts.txt"
    path.write_text(entry("anna", "correct horse") + "\n\n" + entry("bert", "battery staple") + "\n", encoding="utf-8")
    accounts = Accounts.from_file(path)
    assert accounts.admits("anna", "correct horse")
    assert not accounts.admits("anna", "battery staple")
    assert not accounts.admits("nobody", "correct horse")
    assert not accounts.admits("", "")
    assert "horse" not in path.read_text(encoding="utf-8")


def test_two_lines_for_one_password_differ() -> None:
    assert entry("anna", "correct horse") != entry("anna", "correct horse")


@pytest.mark.parametrize(("name", "password"), [("", "long enough"), ("a:b", "long enough"), ("a b", "long enough")])
def test_a_name_that_would_break_the_line_is_refused(name: str, password: str) -> None:
    with pytest.raises(SettingsError, match="cannot be a name"):
        entry(name, password)


def test_a_short_password_is_refused() -> None:
    with pytest.raises(SettingsError, match="10 characters or more"):
        entry("anna", "short")


@pytest.mark.parametrize("text", ["anna", "anna:md5:a:b", ":scrypt:YQ==:YQ==", "anna:scrypt:***:YQ==", ""])
def test_a_file_that_is_none_is_refused_with_the_way_out(tmp_path: Path, text: str) -> None:
    path = tmp_path / "accounts.txt"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=r"python -m web\.accounts NAME"):
        Accounts.from_file(path)
    with pytest.raises(SettingsError, match="cannot be read"):
        Accounts.from_file(tmp_path / "missing")


def test_the_command_wants_one_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "usage" in capsys.readouterr().err
