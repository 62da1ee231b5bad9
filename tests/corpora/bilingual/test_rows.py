"""Which side a column of a table belongs to."""

import pytest

from corpora.bilingual.language_pair import LanguagePair
from corpora.bilingual.rows import _sides

PAIR = LanguagePair.of("zh-CN", "en-US")
FRENCH = "Les lampes de la salle sont allumées chaque soir par le gardien du port."


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        pytest.param(["1", "2.5 %"], (0, 1), id="no letters, once for both"),
        pytest.param(["灯油在地下室", "每晚点灯"], (0,), id="Chinese"),
        pytest.param(["The oil is in the cellar.", "The lamps are lit."], (1,), id="English"),
        pytest.param([FRENCH[:60]], (), id="sixty characters show another language in one of the scripts"),
        pytest.param([FRENCH[:59]], (1,), id="fewer may be misjudged"),
        pytest.param(["Лампы зажигаются каждый вечер."], (), id="another script"),
        pytest.param(["灯油 lamp", "oil 地下室"], None, id="a mixture"),
    ],
)
def test_side_of_a_column(texts: list[str], expected: tuple[int, ...] | None) -> None:
    assert _sides(texts, PAIR) == expected
