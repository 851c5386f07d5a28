"""The rule for the browser, and the browser itself."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import chromium_path

if TYPE_CHECKING:
    from playwright.sync_api import Page


def test_without_chromium_a_user_skips_and_ci_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(pytest.skip.Exception, match="apt-get install chromium"):
        chromium_path(on_ci=False)
    with pytest.raises(pytest.fail.Exception, match="apt-get install chromium"):
        chromium_path(on_ci=True)


def test_chromium_is_found_on_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "chromium"
    program.write_text("#!/bin/sh\n", encoding="ascii")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert chromium_path(on_ci=True) == str(program)


def test_page_runs_scripts_and_shows_text(page: "Page") -> None:
    page.set_content("<p id=a></p><script>document.getElementById('a').textContent = 6 * 7</script>")
    assert page.inner_text("#a") == "42"


def test_shared_data_holds_the_seed_article(shared_data: Path) -> None:
    assert [path.name for path in (shared_data / "seed").iterdir()] == ["000_e0ad98cd0faecc87.txt"]
