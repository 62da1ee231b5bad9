"""What a process keeps between calls is bounded, whatever the texts and however many threads there were."""

import sqlite3
import threading
from pathlib import Path

import pytest

from corpora.sqlite_connections import ThreadConnections
from corpora.text import languages
from corpora.text_cache import cached_for_texts


@pytest.mark.parametrize(("long", "calls"), [(0, 2), (1, 1)])
def test_long_texts_are_kept_seldom(long: int, calls: int) -> None:
    seen: list[str] = []

    @cached_for_texts(2, longest=3, long=long)
    def upper(text: str, mark: str) -> str:
        seen.append(text)
        return text.upper() + mark

    assert [upper("abc", "!"), upper("abc", "!")] == ["ABC!", "ABC!"]
    assert seen == ["abc"]
    assert [upper("abcd", "!"), upper("abcd", "!")] == ["ABCD!", "ABCD!"]
    assert seen.count("abcd") == calls


def test_the_languages_to_choose_from_share_one_model() -> None:
    french, russian = languages._identifier("en fr"), languages._identifier("ru uk")
    assert french.tk_nextmove is russian.tk_nextmove
    assert languages.detect_among("Le conseil a adopté la résolution.", ["en-US", "fr-FR"]) == "fr-FR"
    assert (french.nb_classes, russian.nb_classes) == (["en", "fr"], ["ru", "uk"])


def test_the_connections_of_threads_that_have_ended_are_closed(tmp_path: Path) -> None:
    made: list[sqlite3.Connection] = []

    def connect() -> sqlite3.Connection:
        made.append(sqlite3.connect(tmp_path / "x", check_same_thread=False))
        return made[-1]

    connections = ThreadConnections(tmp_path / "x", connect)
    connections.get()
    for _ in range(3):
        thread = threading.Thread(target=connections.get)
        thread.start()
        thread.join()
    for ended in made[1:3]:
        with pytest.raises(sqlite3.ProgrammingError):
            ended.execute("SELECT 1")
    assert connections.get() is made[0]
    assert made[0].execute("SELECT 1").fetchone() == (1,)
    connections.close()
