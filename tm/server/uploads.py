"""Uploaded and downloaded files: each in its own folder, which is deleted when the response has been sent."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

from starlette.background import BackgroundTask
from starlette.datastructures import UploadFile
from starlette.responses import FileResponse, Response

from corpora.errors import EmptyInput, UsageError
from tm.server.resources import Resources
from tm.server.work import Work
from tm.web.trial import Upload, try_reading
from tm.web.uploads import clean_name

__all__ = ["MOST_FILES", "check_upload", "file_response", "keep_uploads", "saved", "with_upload", "write_upload"]

MOST_FILES = 200  # at most, of one form

T = TypeVar("T")


def with_upload(
    resources: Resources, upload: UploadFile, call: Callable[[Path], T], kind: Upload | None = "units"
) -> T:
    """Call ``call`` with the uploaded file under its own name, since the extension gives the format."""
    if not upload.filename:
        raise UsageError("the file has no name, and so no extension that gives its format")
    with resources.upload_folder() as folder:
        return call(saved(upload, Path(folder), kind))


def saved(upload: UploadFile, folder: Path, kind: Upload | None) -> Path:
    """Write an upload that has a name into ``folder``, and check it. Raises `DuiyiError`."""
    path = write_upload(upload, folder)
    check_upload(path, kind)
    return path


def check_upload(path: Path, kind: Upload | None) -> None:
    """Raise `DuiyiError` for a file that is empty, or that cannot be read within limits.

    Without ``kind`` it is not tried here: `read_tried` reads it within limits.
    """
    if not path.stat().st_size:
        raise EmptyInput(f"{path.name} is empty")
    if kind:
        try_reading(path, kind)


def write_upload(upload: UploadFile, folder: Path) -> Path:
    """Write an upload that has a name into ``folder``; a second one of a name gets a number."""
    name = clean_name(upload.filename or "")
    path, number = folder / name, 2
    while path.exists():
        path, number = folder / f"{Path(name).stem} ({number}){Path(name).suffix}", number + 1
    upload.file.seek(0)
    with path.open("wb") as file:
        shutil.copyfileobj(upload.file, file, 1 << 20)
    return path


def keep_uploads(work: Work, uploads: Mapping[str, Sequence[UploadFile]]) -> None:
    """Write the uploaded files of a form into the folders of ``work``. Raises `DuiyiError` where there is none."""
    named = {field: [one for one in files if one.filename] for field, files in uploads.items()}
    count = sum(map(len, named.values()))
    if uploads and not count:
        raise EmptyInput("no file was chosen")
    if count > MOST_FILES:
        raise UsageError(f"at most {MOST_FILES} files can be sent at once; `duiyi align` takes whole folders")
    for field, files in named.items():
        for one in files:
            write_upload(one, work.uploads(field))


def file_response(resources: Resources, call: Callable[[Path], Path]) -> Response:
    """A download of the file that ``call`` writes into the folder it is given."""
    folder = resources.upload_folder()
    try:
        path = call(Path(folder.name))
    except BaseException:
        folder.cleanup()
        raise
    disposition = f"attachment; filename*=UTF-8''{quote(path.name)}"
    return FileResponse(
        path,
        headers={"content-disposition": disposition},
        media_type="application/octet-stream",
        background=BackgroundTask(folder.cleanup),
    )
