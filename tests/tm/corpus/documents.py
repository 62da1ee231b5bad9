"""Small documents in two languages for the tests of corpora."""

from pathlib import Path

from tests.tm.jobs.bilingual_files import PAIRS

__all__ = ["fill", "tree"]


def fill(folder: Path, count: int = 6) -> tuple[Path, Path]:
    """Two folders with ``count`` documents each, the last of which repeats the first; and one that is damaged."""
    sides = folder / "zh", folder / "en"
    for side, place in enumerate(sides):
        place.mkdir(parents=True)
        for number in range(count):
            at = number * 6 % 30 if number < count - 1 else 0
            lines = [pair[side] for pair in PAIRS[at : at + 6]]
            # Without a change whole documents would be exact duplicates of each other.
            lines += [("共有", "There are ")[side] + str(number) + ("个文件。", " documents.")[side]]
            (place / f"{number}.txt").write_text("\n\n".join(lines) + "\n", encoding="utf-8")
        (place / "bad.txt").write_bytes(b"\n")
    return sides


def tree(folder: Path) -> dict[str, bytes]:
    """All files of a corpus with their bytes."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
