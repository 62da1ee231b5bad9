"""Uploaded and downloaded files: each in its own folder, which is deleted when the response has been sent."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

from starlette.background import BackgroundTask
from starlette.datastructures import UploadFile
from starlette.responses import FileResponse, Response

from corpora.errors import EmptyInput, UsageError
from tm.server.resources import Resources
from tm.web.trial import Upload, try_reading
from tm.web.uploads import clean_name

__all__ = ["file_response", "saved", "with_upload"]

T = TypeVar("T")


def with_upload(resources: Resources, upload: UploadFile, call: Callable[[Path], T], kind: Upload = "units") -> T:
    """Call ``call`` with the uploaded file under its own name, since the extension gives the format."""
    if not upload.filename:
        raise UsageError("the file has no name, and so no extension that gives its format")
    with resources.upload_folder() as folder:
        return call(saved(upload, Path(folder), kind))


def saved(upload: UploadFile, folder: Path, kind: Upload) -> Path:
    """Write an upload that has a name into ``folder``, and read it within limits. Raises `DuiyiError`."""
    path = folder / clean_name(upload.filename or "")
    if path.exists():
        raise UsageError(f"two files are called {path.name}")
    upload.file.seek(0)
    with path.open("wb") as file:
        shutil.copyfileobj(upload.file, file, 1 << 20)
    if not path.stat().st_size:
        raise EmptyInput(f"{path.name} is empty")
    try_reading(path, kind)
    return path


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
