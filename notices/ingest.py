"""What a PDF may be before anybody reads it. It is opened in a cage; here are the rules in words."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from portal.core.cage import CageError, Limits, run_caged
from portal.core.errors import Refused

LARGEST_FILE = 500 * 1024 * 1024
_MIB = 1024 * 1024
LIMITS = Limits(memory_bytes=3072 * _MIB, cpu_seconds=120, file_bytes=LARGEST_FILE + 64 * _MIB, wall_seconds=180)
CLEAN_COPY = "clean.pdf"


class DocumentRefused(Refused):
    """The file cannot be a campaign's document, whoever approves it."""

    sentence = "PDF를 열 수 없습니다. 원본 프로그램에서 PDF로 다시 저장해 주세요."


@dataclass(frozen=True, slots=True)
class Finding:
    """
    Something an official should know of a document that was taken. `pages`: the first few it concerns, from 1.

    A blocking one stops the campaign until the file is saved anew or a named approver has looked and overrides.
    """

    code: str
    sentence: str
    pages: tuple[int, ...] = ()
    page_count: int = 0
    is_blocking: bool = False


@dataclass(frozen=True, slots=True)
class Examination:
    """
    A document that may be read. `is_cleaned`: the working copy differs from the file that was uploaded.

    `members`: for each file of an archive its name without `.pdf`, its first and its last page.
    """

    page_count: int
    findings: tuple[Finding, ...]
    is_cleaned: bool
    members: tuple[tuple[str, int, int], ...] = ()

    @property
    def blocks(self) -> Sequence[Finding]:
        """What has to be settled before the document is used."""
        return [finding for finding in self.findings if finding.is_blocking]


def examine(pdf: Path, *, clean_copy: Path | None = None) -> Examination:
    """
    Decide whether a file may be a campaign's document.

    :param clean_copy: where to put the working copy if scripts, links or attachments had to be taken out
    :raises DocumentRefused: with a sentence that says why, and on which page
    """
    return _examined("notices.cages.ingest", pdf, clean_copy)


def examine_archive(archive: Path, *, merged: Path) -> Examination:
    """
    Decide whether a ZIP of single PDFs may be a campaign's document, and make one of them.

    :param merged: where to put the document; `members` says which of its pages came under which name
    :raises DocumentRefused: with a sentence that says why, and which member
    """
    return _examined("notices.cages.archives", archive, merged)


def is_archive(file: Path) -> bool:
    """Whether a file begins like a ZIP; what is in it is looked at in the cage."""
    with file.open("rb") as opened:
        return opened.read(4) == b"PK\x03\x04"


def _examined(module: str, file: Path, clean_copy: Path | None) -> Examination:
    size = file.stat().st_size
    if size > LARGEST_FILE:
        raise DocumentRefused(f"파일이 너무 큽니다. {LARGEST_FILE // _MIB}MB 이하로 나누어 올려 주세요.")
    keep = {CLEAN_COPY: clean_copy} if clean_copy else {}
    try:
        wanted = json.dumps({"saves_clean_copy": clean_copy is not None}).encode()
        answer = json.loads(run_caged(module, wanted, limits=LIMITS, files=[file], keep=keep))
    except CageError as error:
        if error.reason == "refused":
            raise DocumentRefused(error.message) from None
        raise DocumentRefused("PDF가 깨졌거나 지나치게 복잡해 열 수 없습니다. 다시 저장해 주세요.") from error
    findings = tuple(Finding(**{**finding, "pages": tuple(finding["pages"])}) for finding in answer["findings"])
    members = tuple((name, first, last) for name, first, last in answer.get("members", ()))
    return Examination(answer["page_count"], findings, answer["is_cleaned"], members)
