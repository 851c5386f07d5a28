from pathlib import Path

import pytest
from pydantic import ValidationError

from corpus.errors import SettingsError
from rag.settings import Settings, read_settings


@pytest.fixture(autouse=True)
def _empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"NEWSDESK_{name.upper()}", raising=False)


def test_defaults_need_nothing() -> None:
    settings = Settings()
    assert settings.data_dir == Path("data")
    assert settings.archive_path == Path("data/archive.sqlite3")
    assert (settings.embedder, settings.llm, settings.reranker) == ("all-MiniLM-L6-v2", "", "")


def test_an_argument_wins_over_a_variable_and_a_variable_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("NEWSDESK_LLM=ollama:a\nNEWSDESK_PASSAGES=7\nNEWSDESK_EMBEDDER=file\nOTHER=1\n")
    monkeypatch.setenv("NEWSDESK_LLM", "openai:b")
    monkeypatch.setenv("NEWSDESK_PASSAGES", "8")
    settings = Settings(passages=9)
    assert (settings.embedder, settings.llm, settings.passages) == ("file", "openai:b", 9)


def test_a_toml_file_gives_what_nothing_else_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "newsdesk.toml").write_text('llm = "openai:a"\npassages = 7\nembedder = "toml"\n')
    (tmp_path / ".env").write_text("NEWSDESK_PASSAGES=8\nNEWSDESK_LLM=openai:b\n")
    monkeypatch.setenv("NEWSDESK_LLM", "openai:c")
    settings = Settings()
    assert (settings.embedder, settings.llm, settings.passages) == ("toml", "openai:c", 8)


def test_a_broken_toml_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "newsdesk.toml").write_text("llm = [")
    with pytest.raises(SettingsError, match=r"newsdesk.toml cannot be read"):
        read_settings()


def test_the_key_is_not_shown() -> None:
    settings = Settings(llm_api_key="sk-very-secret")
    assert "very-secret" not in repr(settings) + str(settings.model_dump_json())
    assert settings.llm_api_key.get_secret_value() == "sk-very-secret"


@pytest.mark.parametrize(
    "wrong",
    [{"passages": 0}, {"passages": 51}, {"llm_tries": 0}, {"llm_total_s": 0}, {"evidence_tokens": 199}],
)
def test_a_value_out_of_range_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        Settings(**wrong)  # type: ignore[arg-type]


def test_settings_are_not_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Settings().llm = "openai:x"  # type: ignore[misc]


def test_what_makes_no_sense_is_named_without_what_was_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSDESK_PASSAGES", "secret")
    with pytest.raises(SettingsError, match=r"NEWSDESK_PASSAGES \(.*correct them") as raised:
        read_settings(Path("data"))
    assert "secret" not in str(raised.value)
