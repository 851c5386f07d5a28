import shutil
from pathlib import Path

import pytest

from corpus.errors import IndexUnavailableError
from rag.index.generations import Generations, State, probe, probe_in_child, seal

STATE = State(3, "a1b2", "words/1", 17, "0123abcd")


@pytest.fixture
def generation(town_data: Path) -> Path:
    """Return the folder of a sound generation."""
    return town_data / "index" / "generation-1"


def test_a_state_is_read_as_it_was_written(tmp_path: Path) -> None:
    STATE.write(tmp_path / "state.json")
    assert State.read(tmp_path / "state.json") == STATE
    assert [path.name for path in tmp_path.iterdir()] == ["state.json"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x80\x00\xff",
        b"[]",
        b"null",
        b"{}",
        b'{"generation": 3, "archive": "a", "profile": "p"',
        b'{"generation": "3", "archive": "a", "profile": "p", "applied": 1}',
        b'{"generation": 3, "archive": "a", "profile": "p", "applied": null}',
    ],
)
def test_a_state_that_cannot_be_read_is_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "state.json").write_bytes(content)
    assert State.read(tmp_path / "state.json") is None
    assert State.read(tmp_path / "missing.json") is None


def test_the_seal_shows_any_difference(tmp_path: Path) -> None:
    folder = tmp_path / "one"
    (folder / "dense").mkdir(parents=True)
    (folder / "dense" / "data.bin").write_bytes(b"abc" * 700_000)
    (folder / "meta.json").write_bytes(b"{}")
    found = {seal(folder)}
    shutil.copytree(folder, tmp_path / "two")
    assert {seal(tmp_path / "two")} == found
    (folder / "writer.lock").touch()
    assert {seal(folder)} == found
    (folder / "dense" / "data.bin").write_bytes(b"abc" * 699_999 + b"abd")
    found.add(seal(folder))
    (folder / "dense" / "data.bin").write_bytes(b"abc" * 699_999)
    found.add(seal(folder))
    (folder / "meta.json").rename(folder / "meta.jso")
    found.add(seal(folder))
    (folder / "meta.jso").unlink()
    found.add(seal(folder))
    assert len(found) == 5


def test_a_number_is_never_taken_twice(tmp_path: Path) -> None:
    generations = Generations(tmp_path)
    assert generations.choose_number() == 1
    for name in ("generation-2", "generation-10", "generation-11.new", "generation-x"):
        (tmp_path / name).mkdir()
    assert generations.choose_number() == 12


def test_what_is_not_in_use_goes_or_is_moved_aside(tmp_path: Path) -> None:
    generations = Generations(tmp_path)
    for name in ("generation-1", "generation-2", "generation-3.new", "damaged-generation-0"):
        (tmp_path / name).mkdir()
    generations.retire(2, keep=True)
    assert {path.name for path in tmp_path.iterdir()} == {"generation-2", "damaged-generation-1"}
    (tmp_path / "generation-3").mkdir()
    generations.retire(3, keep=False)
    assert {path.name for path in tmp_path.iterdir()} == {"generation-3", "damaged-generation-1"}


def test_a_sound_generation_is_whole(town_data: Path) -> None:
    generations = Generations(town_data / "index")
    state = generations.state()
    assert state
    assert (state.generation, state.profile, len(state.seal)) == (1, "words/1", 8)
    assert generations.is_whole(state)
    assert not generations.is_whole(State(1, state.archive, state.profile, state.applied, "00000000"))
    assert not generations.is_whole(State(2, state.archive, state.profile, state.applied, ""))


def test_a_child_reads_a_sound_generation_from_any_folder(
    generation: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(generation.parent)
    monkeypatch.setenv("PYTHONSAFEPATH", "1")
    assert probe_in_child(Path(generation.name))


def test_a_probe_reads_all_of_a_generation(generation: Path) -> None:
    probe(generation)
    store = next((generation / "lexical").glob("*.store"))
    store.write_bytes(store.read_bytes()[:-40])
    with pytest.raises(IndexUnavailableError, match="the lexical index cannot be used"):
        probe(generation)
