"""The pages as an administrative system would export them."""

import hashlib
import hmac
import io
from collections.abc import Iterator
from pathlib import Path

import qrcode
from PIL import Image, ImageDraw, ImageFont
from reportlab.graphics.barcode import code128
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen import canvas

from sample_notices.errors import Plan
from sample_notices.people import Citizen

QR_KEY = b"sample-key"  # a real campaign has a random key of its own; the sample's is public, to be checked with
QR_TAG_LENGTH = 10
TITLE = "군소음 피해보상금 결정 통지서"
BODY = [
    "「군용비행장·군사격장 소음 방지 및 피해 보상에 관한 법률」 제14조 및 같은 법 시행령 제19조에 따라",
    "귀하께서 신청하신 군소음 피해보상금을 지역소음대책심의위원회의 심의를 거쳐 아래와 같이",
    "결정하였음을 통지하오니, 결정 내용에 이의가 있는 경우 이 통지서를 받은 날부터 60일 이내에",
    "이의신청을 하여 주시기 바랍니다. 동의하시는 경우 별도의 절차 없이 신청하신 계좌로 지급됩니다.",
]
FINE_PRINT = [
    "※ 감액기준: 전입시기 1989.1.1.~2010.12.31. 30% 감액, 2011.1.1. 이후 50% 감액"
    "(소음대책지역 지정·고시일 이전 거주자 예외).",
    "※ 사격장·비행장 정문으로부터 최단거리 100km 이상 직장 근무 시 미지급, 100km 미만 30% 감액. "
    "현역병 복무·해외체류 기간 제외.",
    "※ 지급예정일: 2026년 8월 31일까지. "
    "계좌오류 시 지급이 지연될 수 있으며 환경위생과 군소음보상팀으로 문의하시기 바랍니다.",
    "※ 이 통지서는 「전자문서 및 전자거래 기본법」에 따라 전자문서로 발송되었으며 "
    "아래 QR코드로 진위를 확인할 수 있습니다.",
]


class Printer:
    """Draws notices on the pages of one PDF."""

    def __init__(self, path: Path, *, district: str, fonts: Path, embed: bool) -> None:
        self.canvas = canvas.Canvas(str(path), pagesize=A4, pageCompression=1, invariant=1)
        self.canvas.setTitle(TITLE)
        self.district, self.fonts = district, fonts
        self.bold, self.plain, self.serif = self._register_fonts(embed)
        self.seal = ImageReader(self._draw_seal())

    def _register_fonts(self, embed: bool) -> tuple[str, str, str]:
        if not embed:  # a viewer then needs poppler-data's CMaps and a Korean font to put in their place
            for name in ("HYSMyeongJo-Medium", "HYGothic-Medium"):
                pdfmetrics.registerFont(UnicodeCIDFont(name))
            return "HYGothic-Medium", "HYGothic-Medium", "HYSMyeongJo-Medium"
        for name in ("NanumGothicBold", "NanumGothic", "NanumMyeongjo"):
            pdfmetrics.registerFont(TTFont(name, str(self.fonts / f"{name}.ttf")))
        return "NanumGothicBold", "NanumGothic", "NanumMyeongjo"

    def _draw_seal(self) -> io.BytesIO:
        red = (200, 20, 30, 235)
        image = Image.new("RGBA", (300, 300), (255, 255, 255, 0))
        draw = ImageDraw.Draw(image)
        draw.rounded_rectangle((8, 8, 292, 292), 16, outline=red, width=12)
        font = ImageFont.truetype(str(self.fonts / "NanumMyeongjoBold.ttf"), 78)
        letters = f"{self.district}청장의인"[:9]
        for position, letter in enumerate(letters):  # three columns, right to left, as on a real 직인
            column, line = divmod(position, 3)
            draw.text((200 - column * 85, 20 + line * 85), letter, font=font, fill=red)
        buffer = io.BytesIO()
        image.save(buffer, "PNG")
        return buffer

    def notice_page(self, who: Citizen, page_of: int, *, key: str, name: str) -> None:
        """One page of somebody's notice; `key` goes into the QR code and barcode, `name` onto the page."""
        pen, (width, height) = self.canvas, A4
        pen.setFont(self.plain, 9)
        pen.drawString(20 * mm, height - 15 * mm, f"관리번호 {who.number}")
        pen.drawRightString(width - 20 * mm, height - 15 * mm, f"쪽 {page_of}/{who.pages}")
        if page_of == 1:
            self._decision(who, name)
        else:
            self._enclosure(who, name)
        self._codes(key, page_of, who.pages)
        pen.showPage()

    def scanned_page(self, who: Citizen) -> None:
        """A picture of a page: nothing to read in the text layer, no QR code."""
        image = Image.new("L", (1240, 1754), 255)
        draw = ImageDraw.Draw(image)
        font = ImageFont.truetype(str(self.fonts / "NanumMyeongjo.ttf"), 40)
        draw.text((120, 80), f"관리번호 {who.number}", font=font, fill=0)
        draw.text((120, 300), f"성명 {who.name}  생년월일 {who.birth}", font=font, fill=0)
        for line in range(20):
            draw.text((120, 420 + line * 60), "스캔된 통지서 본문입니다. 글자층이 없습니다.", font=font, fill=30)
        self.canvas.drawImage(ImageReader(image), 0, 0, *A4)
        self.canvas.showPage()

    def blank_page(self) -> None:
        self.canvas.showPage()

    def save(self) -> None:
        self.canvas.save()

    def _decision(self, who: Citizen, name: str) -> None:
        pen, (width, height) = self.canvas, A4
        pen.setFont(self.bold, 22)
        pen.drawCentredString(width / 2, height - 34 * mm, TITLE)
        pen.setFont(self.plain, 10)
        office = f"{self.district}청 환경위생과   ☎ 031-000-0000   (00000) {self.district} 중앙로 1"
        pen.drawString(20 * mm, height - 45 * mm, office)
        pen.line(20 * mm, height - 48 * mm, width - 20 * mm, height - 48 * mm)
        person = [f"성    명 : {name}", f"생년월일 : {who.birth}", f"주    소 : {who.address}"]
        self._lines(person, font=self.serif, size=12, left=24, top=height - 58 * mm, step=8)
        self._lines(BODY, font=self.serif, size=11, left=22, top=height - 88 * mm, step=7)
        bottom = self._table(who)
        self._lines(FINE_PRINT, font=self.plain, size=8, left=21, top=bottom - 7 * mm, step=5.5)
        pen.setFont(self.serif, 13)
        pen.drawCentredString(width / 2, 62 * mm, "2026년  7월  15일")
        pen.setFont(self.bold, 20)
        pen.drawCentredString(width / 2, 46 * mm, " ".join(f"{self.district}청장"))
        pen.drawImage(self.seal, 142 * mm, 36 * mm, 24 * mm, 24 * mm, mask="auto")

    def _table(self, who: Citizen) -> float:
        """The award table; gives back the height of its lower edge."""
        pen, (_, height) = self.canvas, A4
        cut = f"{int(who.reduction * 100)}%"
        rows = [
            ("구분", "소음영향도", "보상기간(월)", "월 보상금(원)", "감액률", "금액(원)"),
            ("제1종", "95웨클 이상", str(who.months), f"{who.monthly_won:,}", cut, f"{who.amount_won:,}"),
            ("전입시기", "2011.01.01 이후", "-", "-", cut, "-"),
            ("직장근무", "해당없음", "-", "-", "0%", "-"),
            ("합  계", "", "", "", "", f"{who.amount_won:,}"),
        ]
        edges = [20, 45, 78, 105, 133, 152, 190]
        top = y = height - 125 * mm
        pen.setLineWidth(0.5)
        for number, cells in enumerate(rows):
            if number == 0:
                pen.setFillGray(0.88)
                pen.rect(20 * mm, y - 9 * mm, 170 * mm, 9 * mm, fill=1, stroke=0)
                pen.setFillGray(0)
            pen.setFont(self.bold if number in (0, 4) else self.plain, 9.5)
            for left, right, text in zip(edges, edges[1:], cells, strict=False):
                pen.drawCentredString((left + right) / 2 * mm, y - 6 * mm, text)
            pen.line(20 * mm, y, 190 * mm, y)
            y -= 9 * mm
        pen.line(20 * mm, y, 190 * mm, y)
        for edge in edges:
            pen.line(edge * mm, top, edge * mm, y)
        return float(y)

    def _enclosure(self, who: Citizen, name: str) -> None:
        pen, (_, height) = self.canvas, A4
        pen.setFont(self.bold, 15)
        pen.drawString(20 * mm, height - 32 * mm, f"[붙임] 보상금 산정 세부내역 — {name}")
        pen.setFont(self.plain, 9)
        pen.setLineWidth(0.2)
        paid = int(who.monthly_won * (1 - who.reduction))
        award = f"월 보상금 {who.monthly_won:,}원   감액 {int(who.reduction * 100)}%   산정액 {paid:,}원"
        y = height - 42 * mm
        for month in range(28):
            when = f"{2025 + month // 12}년 {month % 12 + 1:02d}월   거주일수 {28 + month % 3}일"
            pen.drawString(22 * mm, y, f"{when}   소음영향도 {95 - month % 5}웨클   {award}")
            pen.line(20 * mm, y - 2 * mm, 190 * mm, y - 2 * mm)
            y -= 7.2 * mm

    def _codes(self, key: str, page_of: int, pages: int) -> None:
        tag = hmac.new(QR_KEY, f"{key}|{page_of}|{pages}".encode(), hashlib.sha256).hexdigest()[:QR_TAG_LENGTH]
        self._qr(f"{key}|{page_of}/{pages}|{tag}", 20 * mm, 14 * mm, 20 * mm)
        barcode = code128.Code128(key.replace("-", ""), barHeight=9 * mm, barWidth=0.33 * mm)
        barcode.drawOn(self.canvas, 45 * mm, 18 * mm)
        self.canvas.setFont(self.plain, 7)
        self.canvas.drawString(52 * mm, 14 * mm, key)

    def _qr(self, text: str, x: float, y: float, size: float) -> None:
        code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=0, mask_pattern=2)
        code.add_data(text)
        code.make()
        matrix = code.get_matrix()
        module = size / len(matrix)
        path = self.canvas.beginPath()
        for row, modules in enumerate(matrix):
            for column, dark in enumerate(modules):
                if dark:
                    path.rect(x + column * module, y + size - (row + 1) * module, module, module)
        self.canvas.drawPath(path, stroke=0, fill=1)

    def _lines(self, lines: list[str], *, font: str, size: float, left: float, top: float, step: float) -> None:
        """Lines of text, `left` and `step` in millimetres."""
        self.canvas.setFont(font, size)
        for number, line in enumerate(lines):
            self.canvas.drawString(left * mm, top - number * step * mm, line)


def print_notices(printer: Printer, people: list[Citizen], plan: Plan, stranger: Citizen | None) -> Iterator[dict]:
    """Draw every page in order, saying for each whose it truly is."""
    for index in plan.order:
        who = people[index]
        if ("page_missing", index) in plan:
            continue
        key = people[(index + 5) % len(people)].number if ("qr_vs_text", index) in plan else who.number
        name = another_name(people, index) if ("page_name_wrong", index) in plan else who.name
        for _ in range(2 if ("page_duplicated", index) in plan else 1):
            for page_of in range(1, who.pages + 1):
                if ("scanned_no_text", index) in plan:
                    printer.scanned_page(who)
                else:
                    printer.notice_page(who, page_of, key=key, name=name)
                yield {"owner": who.number, "page_of": page_of, "pages": who.pages}
        if ("blank_page_after", index) in plan:
            printer.blank_page()
            yield {"owner": None}
    if stranger:
        printer.notice_page(stranger, 1, key=stranger.number, name=stranger.name)
        yield {"owner": None, "orphan": stranger.number}
    printer.save()


def another_name(people: list[Citizen], index: int) -> str:
    """The first name, from seven citizens on, that is not this citizen's own."""
    later = people[index + 7 :] + people[: index + 7]
    return next(other.name for other in later if other.name != people[index].name)
