"""`duiyi fetch`: official documents by their UN symbol, one file per language."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corpora.text.plurals import counted
from tm.cli.output import message, print_json, waiting, write

if TYPE_CHECKING:
    from corpora.readers.fetch import Fetched

__all__ = ["fetch"]


def fetch(
    symbol: Annotated[str, typer.Argument(help="Symbol of the document, such as A/RES/58/4.")],
    lang: Annotated[list[str] | None, typer.Option(help="Language: ar, zh, en, fr, ru or es; may be repeated.")] = None,
    out: Annotated[Path, typer.Option(help="Folder to write to.", file_okay=False)] = Path(),
    format: Annotated[str, typer.Option(help="pdf, docx or doc.")] = "pdf",  # noqa: A002
    service: Annotated[
        str | None, typer.Option(envvar="DUIYI_FETCH_SERVICE", help="Address of the document service.")
    ] = None,
    timeout: Annotated[float, typer.Option(help="Seconds to wait for a response.", min=0.1)] = 30.0,
    retries: Annotated[int, typer.Option(help="Number of retries if the service is busy.", min=0)] = 3,
    max_size: Annotated[int, typer.Option(help="Largest document, in megabytes.", min=1)] = 100,
    cache: Annotated[bool, typer.Option(help="Keep fetched documents and use them again.")] = True,
    json: Annotated[bool, typer.Option("--json", help="Print what was written as JSON.")] = False,
) -> None:
    """Fetch an official document by its UN symbol in each requested language (Chinese and English by default)."""
    from platformdirs import user_cache_path

    from corpora.files import replacing, replacing_all
    from corpora.readers.fetch import SERVICE, FetchOptions, file_name
    from corpora.readers.fetch import fetch as get

    options = FetchOptions(
        service=service or SERVICE,
        format=format,
        timeout=timeout,
        retries=retries,
        max_bytes=max_size * 1_000_000,
        cache=user_cache_path("duiyi", appauthor=False) / "documents" if cache else None,
    )
    # All languages first, then the files, so that a document missing in one language leaves no files.
    with waiting("reading"):
        documents = [get(symbol, language, options) for language in lang or ["zh", "en"]]
    paths = [out / file_name(document.symbol, document.language, format) for document in documents]
    # What was fetched before need not be written again; what was edited since is not replaced.
    new = [pair for pair in zip(documents, paths, strict=True) if not _is_there(*pair)]
    with replacing_all([path for _, path in new]) as places:
        for (document, path), place in zip(new, places, strict=True):
            with replacing(path, place) as temporary:
                temporary.write_bytes(document.content)
    written = []
    for document, path in zip(documents, paths, strict=True):
        written.append(
            {"language": document.language, "path": str(path), "url": document.url, "cached": document.cached}
        )
        text = f"{symbol} {document.language}: {counted(len(document.content), 'byte')}"
        message(f"{text} (from the cache)" if document.cached else text)
    if json:
        print_json(written)
    else:
        for entry in written:
            write(str(entry["path"]))


def _is_there(document: "Fetched", path: Path) -> bool:
    try:
        return path.stat().st_size == len(document.content) and path.read_bytes() == document.content
    except OSError:
        return False
