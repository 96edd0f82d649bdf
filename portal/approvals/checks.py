"""Start-up checks: what can be approved has a room that hears of it, and nobody hears of what cannot."""

from typing import Any

from django.core.checks import CheckMessage, Error

from portal.approvals import subjects


def every_subject_is_heard(**_: Any) -> list[CheckMessage]:
    """Errors that stop the start."""
    known, heard = set(subjects.subjects()), subjects.registered()
    deaf = [
        Error(f"결재 대상 {name}의 결과를 받을 곳이 없습니다.", id="approvals.E001") for name in sorted(known - heard)
    ]
    strange = [Error(f"등록되지 않은 결재 대상입니다: {name}", id="approvals.E002") for name in sorted(heard - known)]
    return [*deaf, *strange]
