"""A ZIP of single PDFs: whatever its directory claims, each member is examined alone, and its name is one more witness."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest

from notices import services
from notices.ingest import DocumentRefused, examine_archive
from notices.models import Notice, SourceDocument
from tests.notices import hostile
from tests.notices.world import World

DEMO = Path(services.__file__).parent.parent / "reference" / "demo"


def zipped(path: Path, members: dict[str, bytes], *, method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def single(tmp_path: Path, page: int) -> bytes:
    return hostile.demo_pages(tmp_path / f"page-{page}.pdf", [page]).read_bytes()


def refused(archive: Path) -> str:
    with pytest.raises(DocumentRefused) as caught:
        examine_archive(archive, merged=archive.with_name("merged.pdf"))
    return caught.value.sentence


def test_members_become_one_document_in_the_order_of_their_names(tmp_path: Path) -> None:
    archive = zipped(
        tmp_path / "all.zip",
        {
            "통지서/2026-00000023.pdf": single(tmp_path, 2),
            "통지서/2026-00000015_김하늘.pdf": single(tmp_path, 1),
            "__MACOSX/통지서/._2026-00000015.pdf": b"junk",
            "통지서/.DS_Store": b"junk",
        },
    )

    examination = examine_archive(archive, merged=tmp_path / "merged.pdf")

    assert examination.members == (("2026-00000015_김하늘", 1, 1), ("2026-00000023", 2, 2))
    with pikepdf.open(tmp_path / "merged.pdf") as merged:
        assert len(merged.pages) == 2


def test_names_from_korean_windows_are_read(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "all.zip", {"x" * 8 + ".pdf": single(tmp_path, 1)})
    archive.write_bytes(archive.read_bytes().replace(b"xxxxxxxx", "통지서일".encode("cp949")))

    assert examine_archive(archive, merged=tmp_path / "merged.pdf").members[0][0] == "통지서일"


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({}, "파일이 없습니다"),
        ({"../evil.pdf": b"%PDF-"}, "허용되지 않는 경로"),
        ({"/etc/evil.pdf": b"%PDF-"}, "허용되지 않는 경로"),
        ({"안에.zip": b"PK"}, "또 압축 파일이 있습니다: 안에.zip"),
        ({"통지서.hwp": b"\xd0\xcf"}, "PDF가 아닌 파일이 들어 있습니다: 통지서.hwp"),
        ({"a/1.pdf": b"%PDF-", "b/1.pdf": b"%PDF-"}, "‘1’라는 이름의 파일이 두 개"),
        ({"[Content_Types].xml": b"<x/>"}, "HWP는 한글에서 PDF로"),
        ({"bomb.pdf": bytes(80 << 20)}, "지나치게 커지는"),
        ({"1.pdf": b"%PDF-1.7 broken"}, "1.pdf: PDF가 깨졌거나"),
        ({"1.pdf": b"\xff\xd8\xff\xe0"}, "1.pdf: 사진(JPEG)"),
        ({"1.pdf": b""}, "1.pdf: 빈 파일"),
    ],
)
def test_archive_that_hides_something_is_refused_by_name(tmp_path: Path, members: dict[str, bytes], words: str) -> None:
    assert words in refused(zipped(tmp_path / "all.zip", members))


def test_broken_and_locked_archives_are_refused(tmp_path: Path) -> None:
    good = zipped(tmp_path / "good.zip", {"1.pdf": single(tmp_path, 1)}).read_bytes()
    half, locked = tmp_path / "half.zip", tmp_path / "locked.zip"
    half.write_bytes(good[: len(good) // 2])
    place = good.index(b"PK\x01\x02")
    locked.write_bytes(good[: place + 8] + bytes([good[place + 8] | 1]) + good[place + 9 :])

    assert "깨졌거나" in refused(half)
    assert "암호가 걸린 ZIP" in refused(locked)


@pytest.mark.parametrize("make", [hostile.encrypted, hostile.user_unit, hostile.huge_page, hostile.rich_media])
def test_one_bad_member_is_named_and_refuses_the_whole(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    bad = make(tmp_path / "bad.pdf").read_bytes()

    assert refused(zipped(tmp_path / "all.zip", {"1.pdf": single(tmp_path, 1), "2.pdf": bad})).startswith("2.pdf: ")


def test_what_acts_in_a_member_is_taken_out_and_listed_by_its_page_in_the_whole(tmp_path: Path) -> None:
    members = {"1.pdf": single(tmp_path, 1), "2.pdf": hostile.links(tmp_path / "links.pdf").read_bytes()}

    examination = examine_archive(zipped(tmp_path / "all.zip", members), merged=tmp_path / "merged.pdf")

    assert {"link": (2,), "script": (2,)} == {one.code: one.pages for one in examination.findings}
    assert b"evil.example" not in (tmp_path / "merged.pdf").read_bytes()


def test_campaign_takes_a_zip_and_holds_whoever_s_name_and_page_disagree(world: World, tmp_path: Path) -> None:
    campaign = world.draft()
    services.attach_roster(campaign, file=DEMO / "roster.xlsx", file_name="명부.xlsx", by=world.drafter, now=world.now)
    first, second = "2026-00000015", "2026-00000023"
    pages = {name: single(tmp_path, page) for name, page in ((first, 1), (second, 2))}
    swapped = {f"{first}.pdf": pages[first], "2026-00000031.pdf": pages[second]}
    file = zipped(tmp_path / "통지서.zip", swapped)

    services.attach_document(
        campaign,
        file=file,
        file_name=file.name,
        zone_template="군소음 피해보상금 결정 통지서",
        by=world.drafter,
        now=world.now,
    )
    services.work_on_files(now=world.now, seconds=120)

    document = SourceDocument.objects.get(campaign=campaign)
    reasons = {one.recipient.key: one.reasons for one in Notice.objects.select_related("recipient")}
    assert (document.kind, document.page_count) == ("single", 2)
    assert reasons[first] == []
    assert "member_differs" in reasons[second]
