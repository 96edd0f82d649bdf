"""In the cage: a ZIP of single PDFs becomes one document, each member examined as if it had come alone."""

import json
import re
import unicodedata
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Any

import pikepdf

from notices.cages.ingest import MOST_PAGES, SHOWN_PAGES, check_signature, inspected
from notices.ingest import CLEAN_COPY, DocumentRefused
from portal.core.cage import given_file

MOST_MEMBERS = 100_000
MOST_UNPACKED_RATIO = 100
FREELY_UNPACKED = 64 * 1024 * 1024
MOST_UNPACKED = 600 * 1024 * 1024
JOINED_AT_ONCE = 200
_IGNORED = re.compile(r"(^|/)(__MACOSX/|\.(?!\.)|Thumbs\.db$|desktop\.ini$)", re.IGNORECASE)
_NESTED = (".zip", ".alz", ".egg", ".7z", ".rar", ".tar", ".gz")
_OFFICE = {"[Content_Types].xml", "mimetype"}
_UTF8_NAME = 0x800


def main(payload: bytes) -> bytes:
    """Examine `given_file(0)`, leave the merged document, and tell which pages came from which member."""
    try:
        with zipfile.ZipFile(given_file(0)) as archive:
            members = _members(archive)
            answer = _merge(archive, members)
    except (zipfile.BadZipFile, RuntimeError, EOFError):
        raise DocumentRefused("ZIP 파일이 깨졌거나 풀 수 없는 방식입니다. 다시 묶어 올려 주세요.") from None
    return json.dumps(answer, ensure_ascii=False).encode()


def _members(archive: zipfile.ZipFile) -> list[tuple[str, zipfile.ZipInfo]]:
    """The PDFs in the order of their names; the directory alone is judged before anything is unpacked."""
    if _OFFICE & set(archive.namelist()):
        raise DocumentRefused("한글(HWPX)이나 오피스 파일입니다. HWP는 한글에서 PDF로 저장해 주세요.")
    found = [(_name(one), one) for one in archive.infolist() if not one.is_dir()]
    found = [(name, one) for name, one in found if not _IGNORED.search(name)]
    if not found:
        raise DocumentRefused("ZIP 안에 파일이 없습니다.")
    if len(found) > MOST_MEMBERS:
        raise DocumentRefused(f"ZIP 안의 파일이 너무 많습니다. {MOST_MEMBERS:,}개 이하로 나누어 올려 주세요.")
    unpacked, packed = sum(one.file_size for _, one in found), sum(one.compress_size for _, one in found)
    if unpacked > min(max(FREELY_UNPACKED, MOST_UNPACKED_RATIO * packed), MOST_UNPACKED):
        raise DocumentRefused("압축을 풀면 지나치게 커지는 파일입니다.")
    for name, one in found:
        _refuse_member(name, one)
    twice = _first_twice(PurePosixPath(name).stem for name, _ in found)
    if twice:
        raise DocumentRefused(f"‘{twice}’라는 이름의 파일이 두 개 있습니다.")
    return sorted(found, key=lambda each: each[0])


def _name(member: zipfile.ZipInfo) -> str:
    """Names from Korean Windows are CP949, which ZIP has no word for; those from macOS are decomposed."""
    if member.flag_bits & _UTF8_NAME:
        return unicodedata.normalize("NFC", member.filename)
    try:
        return unicodedata.normalize("NFC", member.filename.encode("cp437").decode("cp949"))
    except (UnicodeEncodeError, UnicodeDecodeError):
        return unicodedata.normalize("NFC", member.filename)


def _refuse_member(name: str, member: zipfile.ZipInfo) -> None:
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in name:
        raise DocumentRefused("ZIP 안에 허용되지 않는 경로가 있습니다.")
    if path.suffix.lower() in _NESTED:
        raise DocumentRefused(f"ZIP 안에 또 압축 파일이 있습니다: {path.name}")
    if member.flag_bits & 1:
        raise DocumentRefused("암호가 걸린 ZIP입니다. 암호 없이 다시 묶어 주세요.")
    if path.suffix.lower() != ".pdf":
        raise DocumentRefused(f"PDF가 아닌 파일이 들어 있습니다: {path.name}. HWP는 한글에서 PDF로 저장해 주세요.")


def _first_twice(names: Iterator[str]) -> str:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return ""


def _merge(archive: zipfile.ZipFile, members: Sequence[tuple[str, zipfile.ZipInfo]]) -> dict[str, Any]:
    """Joined by hundreds, and these then: neither all members nor all their open files are ever in memory at once."""
    found = _Found()
    parts: list[Path] = []
    for start in range(0, len(members), JOINED_AT_ONCE):
        with ExitStack() as stack, pikepdf.new() as part:
            for name, member in members[start : start + JOINED_AT_ONCE]:
                part.pages.extend(_take(stack, archive, member, name, found))
            parts.append(Path(f"part-{start}.pdf"))
            part.save(parts[-1])
    with ExitStack() as stack, pikepdf.new() as whole:
        for path in parts:
            whole.pages.extend(stack.enter_context(pikepdf.open(path)).pages)
        whole.save(CLEAN_COPY)
    findings = list(found.findings.values())
    return {"page_count": found.page_count, "findings": findings, "is_cleaned": True, "members": found.ranges}


@dataclass
class _Found:
    """What has been taken so far."""

    page_count: int = 0
    ranges: list[tuple[str, int, int]] = field(default_factory=list)
    findings: dict[str, dict[str, Any]] = field(default_factory=dict)

    def add(self, name: str, page_count: int, findings: Iterator[dict[str, Any]]) -> None:
        """One more member; its pages are counted on."""
        before, self.page_count = self.page_count, self.page_count + page_count
        if self.page_count > MOST_PAGES:
            raise DocumentRefused(f"쪽이 너무 많습니다. {MOST_PAGES:,}쪽 이하로 나누어 올려 주세요.")
        self.ranges.append((PurePosixPath(name).stem.strip(), before + 1, self.page_count))
        for finding in findings:
            kept = self.findings.setdefault(finding["code"], {**finding, "pages": [], "page_count": 0})
            kept["pages"] = [*kept["pages"], *(page + before for page in finding["pages"])][:SHOWN_PAGES]
            kept["page_count"] += finding["page_count"]


def _take(
    stack: ExitStack, archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str, found: _Found
) -> Sequence[pikepdf.Page]:
    """The pages of one member, unpacked to the size it promised at most, examined, and open until they are saved."""
    target = Path("member.pdf")
    try:
        with archive.open(member) as packed:
            target.write_bytes(packed.read(member.file_size + 1))
        check_signature(target)
        pdf, inspector = stack.enter_context(inspected(BytesIO(target.read_bytes())))
    except DocumentRefused as refused:
        raise DocumentRefused(f"{PurePosixPath(name).name}: {refused.sentence}") from None
    found.add(name, len(pdf.pages), inspector.findings())
    return list(pdf.pages)
