"""In the cage: open a PDF strictly, look at every page, take out whatever acts, and say what was found."""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf

from notices.cages.fonts import Fonts
from notices.ingest import CLEAN_COPY, DocumentRefused
from portal.core.cage import given_file

MOST_PAGES = 100_000
SMALLEST_MM, LARGEST_MM = 100, 1700
SHOWN_PAGES = 10
DEEPEST_TREE, MOST_BOOKMARKS = 20, 100_000
MM_PER_POINT = 25.4 / 72

_NOT_PDF = (
    (b"\xd0\xcf\x11\xe0", "HWP나 옛 오피스 파일입니다. HWP는 한글에서 PDF로 저장해 주세요."),
    (b"PK\x03\x04", "ZIP 또는 한글(HWPX)·오피스 파일입니다. HWP는 한글에서 PDF로 저장해 주세요."),
    (b"HWP Document", "HWP 파일입니다. HWP는 한글에서 PDF로 저장해 주세요."),
    (b"\xff\xd8\xff", "사진(JPEG)입니다. 통지서는 PDF로 올려 주세요."),
    (b"\x89PNG", "그림(PNG)입니다. 통지서는 PDF로 올려 주세요."),
)
_ACTS = {"/JavaScript", "/Launch", "/URI", "/SubmitForm", "/ImportData", "/GoToR", "/GoToE", "/Rendition", "/Movie"}
_MEDIA = {"/RichMedia", "/Screen", "/Movie", "/Sound", "/3D"}


def main(payload: bytes) -> bytes:
    """Examine `given_file(0)`; leave a cleaned copy if asked and needed."""
    path = given_file(0)
    check_signature(path)
    with inspected(path) as (pdf, inspector):
        is_cleaned = inspector.has_changed and json.loads(payload)["saves_clean_copy"]
        if is_cleaned:
            pdf.save(CLEAN_COPY, encryption=False)
        answer = {"page_count": len(pdf.pages), "findings": list(inspector.findings()), "is_cleaned": is_cleaned}
    return json.dumps(answer, ensure_ascii=False).encode()


@contextmanager
def inspected(source: Path | BytesIO) -> Iterator[tuple[pikepdf.Pdf, "Inspector"]]:
    """
    A document that has been looked at, and stripped in memory of whatever acts.

    :raises DocumentRefused: if it may not be used, or breaks while it is
    """
    try:
        with pikepdf.open(source, attempt_recovery=False) as pdf:
            inspector = Inspector(pdf)
            inspector.inspect()
            yield pdf, inspector
    except pikepdf.PasswordError:
        raise DocumentRefused("암호가 걸린 PDF입니다. 암호를 풀어 다시 저장해 주세요.") from None
    except (pikepdf.PdfError, AttributeError, KeyError, TypeError, ValueError):
        raise DocumentRefused("PDF가 깨졌거나 끝까지 저장되지 않았습니다. 다시 저장해서 올려 주세요.") from None


def check_signature(path: Path) -> None:
    """
    Judge a file by how it begins, whatever it is called.

    :raises DocumentRefused: saying what it is instead
    """
    with path.open("rb") as file:
        head = file.read(4096)
    if not head.strip(b"\0 \r\n\t"):
        raise DocumentRefused("빈 파일입니다.")
    if head.startswith(b"%PDF-"):
        return
    for signature, sentence in _NOT_PDF:
        if head.startswith(signature):
            raise DocumentRefused(sentence)
    if b"%PDF-" in head:
        raise DocumentRefused("PDF 앞에 다른 내용이 붙어 있습니다. 원본에서 PDF로 다시 저장해 주세요.")
    raise DocumentRefused("PDF 파일이 아닙니다. 원본 프로그램에서 PDF로 저장해 주세요.")


def _acts(action: Any, longest: int = 20) -> bool:
    """Whether an action, or one chained to it, does more than turn to a page of this document."""
    if action is None or not longest:
        return action is not None  # a chain without end
    if str(action.get("/S", "")) in _ACTS:
        return True
    following = action.get("/Next")
    chained = list(following) if isinstance(following, pikepdf.Array) else [following]
    return any(_acts(one, longest - 1) for one in chained)


@dataclass
class Inspector:
    """Walks one document, strips what acts, and remembers on which pages it found what."""

    pdf: pikepdf.Pdf
    pages_of: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    fonts: Fonts = field(default_factory=Fonts)
    has_changed: bool = False

    def inspect(self) -> None:
        """:raises DocumentRefused: at the first thing no approver may allow."""
        count = len(self.pdf.pages)
        if not count:
            raise DocumentRefused("쪽이 하나도 없는 PDF입니다.")
        if count > MOST_PAGES:
            raise DocumentRefused(f"쪽이 너무 많습니다. {MOST_PAGES:,}쪽 이하로 나누어 올려 주세요.")
        self.has_changed = self.pdf.is_encrypted  # owner restrictions only: the working copy has none
        self._document()
        for number, page in enumerate(self.pdf.pages, start=1):
            self._size(number, page)
            self._annotations(number, page.obj)
            if self.fonts.missing_on(page.obj):
                self.pages_of["font_not_embedded"].append(number)

    def _document(self) -> None:
        root = self.pdf.Root
        form = root.get("/AcroForm")
        if form is not None and "/XFA" in form:
            raise DocumentRefused("XFA 양식이 들어 있는 PDF입니다. 인쇄 → PDF로 저장해 주세요.")
        self._strip(root, ("/OpenAction", "/AA", "/URI"), "script")
        self._strip(root, ("/AF",), "attachment")
        self._fields(list(form.get("/Fields", [])) if form is not None else [], DEEPEST_TREE)
        outlines = root.get("/Outlines")
        if outlines is not None:
            self._bookmarks(outlines.get("/First"), DEEPEST_TREE)
        names = root.get("/Names")
        if names is not None:
            self._strip(names, ("/JavaScript",), "script")
            self._strip(names, ("/EmbeddedFiles",), "attachment")

    def _fields(self, fields: Sequence[Any], depth: int) -> None:
        """Forms are never run: their fields do not even remember what they did."""
        for one in fields if depth else []:
            self._strip(one, ("/A", "/AA"), "script")
            self._fields(list(one.get("/Kids", [])), depth - 1)

    def _bookmarks(self, item: Any, depth: int) -> None:
        for _ in range(MOST_BOOKMARKS):
            if item is None or not depth:
                return
            if _acts(item.get("/A")):
                self._strip(item, ("/A",), "script")
            self._bookmarks(item.get("/First"), depth - 1)
            item = item.get("/Next")

    def _strip(self, thing: Any, keys: tuple[str, ...], code: str, page: int = 0) -> None:
        for key in keys:
            if key in thing:
                del thing[key]
                self.has_changed = True
                self.pages_of[code].append(page)

    def _size(self, number: int, page: pikepdf.Page) -> None:
        if float(page.obj.get("/UserUnit", 1)) != 1:
            raise DocumentRefused(f"{number}쪽의 길이 단위(UserUnit)가 보통과 다릅니다. 다시 저장해 주세요.")
        for box in (page.mediabox, page.cropbox):
            left, bottom, right, top = (float(side) for side in box)
            width, height = abs(right - left) * MM_PER_POINT, abs(top - bottom) * MM_PER_POINT
            if not all(SMALLEST_MM <= side <= LARGEST_MM for side in (width, height)):
                raise DocumentRefused(
                    f"{number}쪽의 크기가 {width:.0f}×{height:.0f}mm입니다. "
                    f"한 변이 {SMALLEST_MM}~{LARGEST_MM:,}mm여야 합니다."
                )

    def _annotations(self, number: int, page: Any) -> None:
        self._strip(page, ("/AA",), "script", number)
        annotations = page.get("/Annots")
        if annotations is None:
            return
        for annotation in annotations:
            kind = str(annotation.get("/Subtype", ""))
            if kind in _MEDIA:
                raise DocumentRefused(
                    f"{number}쪽에 동영상·소리 같은 매체가 들어 있습니다. 인쇄 → PDF로 저장해 주세요."
                )
            action = annotation.get("/A")
            if _acts(action):
                self._strip(annotation, ("/A",), "link" if str(action.get("/S")) == "/URI" else "script", number)
            self._strip(annotation, ("/AA", "/PA"), "script", number)
            self._strip(annotation, ("/FS",), "attachment", number)

    def findings(self) -> Iterator[dict[str, Any]]:
        """What was found, as `notices.ingest.Finding` has it."""
        sentences = {
            "font_not_embedded": (
                f"글꼴({', '.join(sorted(self.fonts.missing)[:3])})이 포함되지 않았습니다. "
                "한글에서 ‘글꼴 포함’ 또는 PDF/A로 다시 저장해 주세요."
            ),
            "script": "자동 실행 동작이 들어 있어 작업본에서 지웠습니다.",
            "link": "주소 링크가 들어 있어 작업본에서 지웠습니다.",
            "attachment": "첨부 파일이 들어 있어 작업본에서 지웠습니다.",
        }
        for code, pages in self.pages_of.items():
            yield {
                "code": code,
                "sentence": sentences[code],
                "pages": sorted({page for page in pages if page})[:SHOWN_PAGES],
                "page_count": len({page for page in pages if page}),
                "is_blocking": code == "font_not_embedded",
            }
