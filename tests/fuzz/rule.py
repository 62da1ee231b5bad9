"""The rule: a result or one of the project's own exceptions, within ten seconds of processor time and 2 GB."""

import traceback
import warnings
from pathlib import Path
from tempfile import TemporaryDirectory

from corpora.errors import DuiyiError
from tests.data import ROOT
from tests.fuzz.subjects import Subject
from tests.linearity.growth import TooSlow, alarm

__all__ = ["fault"]

_SECONDS = 10.0


def fault(subject: Subject, data: bytes) -> str:
    """What is wrong with reading ``data``: "" or the exception and the line of the project that it comes from."""
    with TemporaryDirectory(prefix="duiyi-fuzz-") as folder:
        path = Path(folder) / f"x.{subject.ending}"
        path.write_bytes(data)
        try:
            with alarm(_SECONDS), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                subject.read(path)
        except DuiyiError as error:
            message = str(error)
            return (
                ""
                if message and "\n" not in message and len(message) < 1500
                else f"a message of {len(message)} characters"
            )
        except (Exception, TooSlow) as error:  # noqa: BLE001
            own = [one for one in traceback.extract_tb(error.__traceback__) if one.filename.startswith(str(ROOT))]
            place = next((one for one in reversed(own) if "/tests/" not in one.filename), own[-1])
            return f"{type(error).__name__} at {Path(place.filename).relative_to(ROOT)}:{place.lineno}"
    return ""
