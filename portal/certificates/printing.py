"""A sheet as PDF: set by typst in a cage, its words as data, with the pages of a copy bound behind it."""

import io
import json
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

import segno
from django.utils.translation import gettext_noop

from portal.core.cage import CageError, Limits, run_caged
from portal.core.errors import Refused

MODULE = "portal.certificates.setting_cage"
MADE = "made.pdf"
_MIB = 1024 * 1024
LIMITS = Limits(memory_bytes=2048 * _MIB, cpu_seconds=20, file_bytes=64 * _MIB, wall_seconds=30)


class Unprintable(Refused):
    """The sheet could not be set."""

    sentence = gettext_noop("증명서를 만들지 못했습니다. 적힌 내용은 그대로 있으니 ‘다시 만들기’를 눌러 주세요.")


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything a certificate says about its matter; kept sealed until it is erased."""

    title: str
    title_en: str
    holder: str
    rows: tuple[tuple[str, str], ...]
    text_title: str
    text: str
    statement: str
    issuer: str
    about_issuer: str = ""
    holder_title: str = ""
    decisive: tuple[tuple[str, str], ...] = ()  # an older sheet that says otherwise is false

    def stored(self) -> str:
        """As it is kept."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def read(cls, stored: str) -> "Sheet":
        """
        As it was kept.

        :raises Unprintable: if it is no sheet
        """
        try:
            said = json.loads(stored)
            pairs = {name: tuple((left, right) for left, right in said.get(name, ())) for name in ("rows", "decisive")}
            return cls(**{**said, **pairs})
        except (ValueError, TypeError, AttributeError) as error:
            raise Unprintable from error


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around it: number, days, who vouches, where to verify."""

    code: str
    issued_on: str
    expires_on: str
    verify_url: str
    verify_place: str
    legal: str
    is_test: bool


def printed(sheet: Sheet, frame: Frame, *, copy: bytes = b"") -> bytes:
    """
    The document before it is sealed. The same words give the same bytes.

    :param copy: a PDF whose pages are bound behind the sheet
    :raises Unprintable: if typst, the cage or the disk could not do it
    """
    payload = json.dumps({**asdict(sheet), **asdict(frame), "qr": _qr_svg(frame.verify_url), "has_copy": bool(copy)})
    try:
        with tempfile.TemporaryDirectory(prefix="sotong-certificate-", dir=_memory()) as folder:
            target, bound = Path(folder) / MADE, Path(folder) / "copy.pdf"
            if copy:
                bound.write_bytes(copy)
            run_caged(MODULE, payload.encode(), limits=LIMITS, files=[bound] if copy else [], keep={MADE: target})
            return target.read_bytes()
    except (CageError, OSError) as error:
        raise Unprintable from error


def qr_image(text: str) -> str:
    """The code for the `src` of a picture on a page."""
    return str(segno.make(text, micro=False, error="m").svg_data_uri(border=2, omitsize=True))


def _qr_svg(text: str) -> str:
    """The code for paper."""
    out = io.BytesIO()
    segno.make(text, micro=False, error="m").save(out, kind="svg", border=0, xmldecl=False, omitsize=True)
    return out.getvalue().decode()


def _memory() -> str | None:
    """What is plain for a moment never reaches a disk where that can be had."""
    shm = Path("/dev/shm")  # noqa: S108  (the folder in it is private and random)
    return str(shm) if shm.is_dir() else None
