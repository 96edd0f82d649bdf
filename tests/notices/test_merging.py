"""Notices of our own: words are data, every page proves whose it is, and what cannot be made is said by row."""

from pathlib import Path

import pytest
from PIL import Image

from notices import merging, services
from notices.assigning import Rules, Verdict, assign
from notices.merging import Letter, LetterRefused, Made, Person
from notices.models import Campaign, Notice, Recipient, RowProblem, SourceDocument
from notices.reading import read_pages
from notices.rosters import read_roster
from notices.services import merging as making
from notices.workflow import NotAllowed
from tests.notices.test_rosters import write_csv
from tests.notices.world import World

SECRET, SITE = b"secret", "https://notice.example.kr"
LETTER = Letter(
    title="보상금 결정 통지서",
    body="#{성명} 님의 보상금은 #{금액}원입니다.\n이의는 60일 안에 신청할 수 있습니다.",
    issuer="새빛구청장",
    table="결정 금액 | #{금액}원\n지급일 | 2026-12-31",
    closing="문의: 환경과",
    issued_on="2026년 11월 3일",
    footer="새빛구청",
)
HEADER = ["관리번호", "성명", "생년월일", "휴대전화", "주소", "금액"]
PEOPLE = [
    ["2026-00000015", "김하늘", "1990-01-31", "010-1234-5678", "새빛구 가온동 1", "1234000"],
    ["2026-00000023", "박바다", "1985-12-31", "010-8765-4321", "새빛구 나래동 2", "500000"],
    ["2026-00000031", "최솔", "1971-07-07", "", "새빛구 다온동 3", "70000"],
]


def person(**changes: str) -> Person:
    values = {"관리번호": "2026-00000015", "성명": "김하늘", "금액": "1234000"} | changes
    return Person(values["관리번호"], values["성명"], "1990-01-31", "새빛구", values)


def made(tmp_path: Path, letter: Letter, *people: Person) -> tuple[list[Made], Path]:
    target = tmp_path / "made.pdf"
    return merging.make(letter, people, secret=SECRET, site=SITE, target=target), target


def page_texts(pdf: Path) -> list[str]:
    import pypdfium2

    with pypdfium2.PdfDocument(pdf) as document:
        return [page.get_textpage().get_text_range() for page in document]


def test_letter_is_filled_and_proved_by_the_same_witnesses_as_any_page(tmp_path: Path) -> None:
    rows = read_roster(write_csv(tmp_path / "roster.csv", [HEADER, *PEOPLE])).rows
    people = [Person(r.key, r.name, str(r.birth), r.address, {"성명": r.name, "금액": r.amount}) for r in rows]

    said, pdf = made(tmp_path, LETTER, *people)

    assert [one.pages for one in said] == [1, 1, 1]
    assert "김하늘 님의 보상금은 1,234,000원입니다." in page_texts(pdf)[0]
    readings = list(read_pages(pdf, merging.TEMPLATE, pages=range(1, 4)))
    claims = assign(readings, rows, Rules(merging.TEMPLATE, SECRET))
    assert [(claim.verdict, claim.key) for claim in claims] == [(Verdict.CLAIMED, row.key) for row in rows]
    assert readings[0].qr[0].startswith("HTTPS://NOTICE.EXAMPLE.KR/V/")


def test_letter_of_two_pages_numbers_and_signs_each_of_them(tmp_path: Path) -> None:
    long = Letter(**{**_as_dict(LETTER), "closing": "\n".join(["알려 드립니다."] * 40)})

    (said,), pdf = made(tmp_path, long, person())

    readings = list(read_pages(pdf, merging.TEMPLATE, pages=range(1, said.pages + 1)))
    assert said.pages == 2
    assert [one.values["page"] for one in readings] == ["1/2", "2/2"]
    assert readings[1].values["later_name"] == "김하늘"
    assert readings[0].qr != readings[1].qr


def _as_dict(letter: Letter) -> dict[str, str]:
    return {name: getattr(letter, name) for name in Letter.__dataclass_fields__}


@pytest.mark.parametrize(
    "words",
    [
        '#eval("1+1")',
        "*굵게* _기울임_ $x^2$",
        '#import "x.typ"',
        "@ref <label> \\ `코드`",
        "#{성명}#{성명}",
        "= 제목 - 목록",
    ],
)
def test_words_of_officials_and_rosters_are_never_code(tmp_path: Path, words: str) -> None:
    letter = Letter(title="통지", body=words, issuer="새빛구청장")

    _, pdf = made(tmp_path, letter, person(성명="#sys.version"))

    text = page_texts(pdf)[0]
    assert words.replace("#{성명}", "#sys.version") in text
    assert "성명 : #sys.version" in text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"금액": ""}, "값이 비어 있습니다: 금액"),
        ({"성명": "길동" * 60}, "너무 길어"),
        ({"성명": "김𓀀"}, "글꼴에 없는 글자가 있습니다: 𓀀"),
    ],
)
def test_what_cannot_be_set_whole_is_a_problem_of_its_row_and_the_others_are_made(
    tmp_path: Path, changes: dict[str, str], words: str
) -> None:
    said, pdf = made(tmp_path, LETTER, person(**changes), person(관리번호="2026-00000023"))

    assert words in said[0].problem
    assert said[1].problem == ""
    assert len(page_texts(pdf)) == 1


def test_letter_that_grows_beyond_three_pages_is_a_problem_not_cut(tmp_path: Path) -> None:
    letter = Letter(title="통지", body="\n".join(["긴 글입니다."] * 200), issuer="새빛구청장")

    (said,), pdf = made(tmp_path, letter, person())

    assert "3쪽까지" in said.problem
    assert not pdf.exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"body": "#{없는열} 님"}, "‘없는열’ 열이 없습니다"),
        ({"body": "#{성명 님"}, "닫히지 않은"),
        ({"table": "값만"}, "항목 | 값"),
        ({"title": " "}, "제목"),
    ],
)
def test_letter_nobody_s_row_can_fill_is_refused_when_it_is_written(changes: dict[str, str], words: str) -> None:
    with pytest.raises(LetterRefused) as caught:
        merging.check_letter(Letter(**{**_as_dict(LETTER), **changes}), ["성명", "금액"])

    assert words in caught.value.sentence


def test_same_letters_make_the_same_bytes(tmp_path: Path) -> None:
    first = made(tmp_path, LETTER, person())[1].read_bytes()

    assert made(tmp_path, LETTER, person())[1].read_bytes() == first


# --- in a campaign --------------------------------------------------------------------------------------------------


def drafted(world: World, tmp_path: Path, people: list[list[str]] = PEOPLE) -> Campaign:
    campaign = world.draft()
    Campaign.objects.filter(pk=campaign.pk).update(
        qr_key_sealed=b""
    )  # whoever makes her own letters needs to bring none
    campaign.refresh_from_db()
    file = write_csv(tmp_path / "명부.csv", [HEADER, *people])
    services.attach_roster(campaign, file=file, file_name="명부.csv", by=world.drafter, now=world.now)
    return campaign


def seal(tmp_path: Path) -> Path:
    path = tmp_path / "seal.png"
    Image.new("RGBA", (120, 120), (200, 0, 0, 180)).save(path)
    return path


def test_campaign_makes_proves_and_draws_its_own_notices(world: World, tmp_path: Path) -> None:
    campaign = drafted(world, tmp_path, [*PEOPLE, ["2026-00000049", "한별", "1999-09-09", "01099998888", "새빛구", ""]])
    making.write_letter(campaign, letter=LETTER, seal=seal(tmp_path), by=world.drafter, now=world.now)

    making.make_letters(campaign, by=world.drafter, now=world.now)
    services.work_on_files(now=world.now, seconds=120)

    campaign.refresh_from_db()
    document = SourceDocument.objects.get(campaign=campaign, is_current=True)
    assert (campaign.state, document.kind, document.page_count) == ("checking", "made", 3)
    assert set(Notice.objects.values_list("state", flat=True)) == {"proved"}
    problem = RowProblem.objects.get(code=making.PROBLEM)
    assert (problem.row, "금액" in problem.sentence) == (5, True)


def test_letter_can_be_looked_at_for_any_row_before_it_is_made(world: World, tmp_path: Path) -> None:
    campaign = drafted(world, tmp_path)
    making.write_letter(campaign, letter=LETTER, by=world.drafter, now=world.now)

    picture, problem = making.preview_letter(Recipient.objects.get(campaign=campaign, row=3), now=world.now)

    assert picture.startswith(b"\x89PNG")
    assert problem == ""


def test_letters_need_words_and_somebody_who_may_prepare(world: World, tmp_path: Path) -> None:
    campaign = drafted(world, tmp_path)

    with pytest.raises(NotAllowed, match="문구와 명부"):
        making.make_letters(campaign, by=world.drafter, now=world.now)
    with pytest.raises(NotAllowed):
        making.write_letter(campaign, letter=LETTER, by=world.stranger, now=world.now)


def test_seal_that_is_no_picture_is_said_where_the_letter_is_looked_at(world: World, tmp_path: Path) -> None:
    campaign = drafted(world, tmp_path)
    file = tmp_path / "seal.png"
    file.write_bytes(b"GIF89a not a picture")
    making.write_letter(campaign, letter=LETTER, seal=file, by=world.drafter, now=world.now)

    with pytest.raises(LetterRefused, match="직인 그림"):
        making.preview_letter(Recipient.objects.filter(campaign=campaign)[0], now=world.now)
