"""Files that come in and go out: each in a folder of its own, gone when the answer is sent."""

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
from tm.web.uploads import clean_name

__all__ = ["with_upload", "written"]

T = TypeVar("T")


def with_upload(holdings: Resources, upload: UploadFile, call: Callable[[Path], T]) -> T:
    """Call ``call`` with the uploaded file under its own name, whose extension says what it is."""
    if not upload.filename:
        raise UsageError("the file has no name, and so no extension that says what it is")
    with holdings.upload_folder() as folder:
        path = Path(folder) / clean_name(upload.filename)
        upload.file.seek(0)
        with path.open("wb") as file:
            shutil.copyfileobj(upload.file, file, 1 << 20)
        if not path.stat().st_size:
            raise EmptyInput(f"{path.name} is empty")
        return call(path)


def written(holdings: Resources, call: Callable[[Path], Path]) -> Response:
    """The file that ``call`` writes into the folder it is given, as an answer to keep."""
    folder = holdings.upload_folder()
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
