"""A made-up person's page in the layout of a real document: what a test message carries. Pure."""

from functools import cache
from pathlib import Path

import numpy as np
import segno
from PIL import Image, ImageDraw, ImageFont

from notices.codes import signed_text
from notices.fitting import Part, make_parts
from notices.layout import PROBE_PX_PER_MM, PictureProfile, plan, probe
from notices.rasterizers.base import Crop
from notices.zones import Field, Template

PX_PER_MM = 8.0
BODY_PT = 11
_MM_PER_POINT = 25.4 / 72
_FONT = Path(__file__).resolve().parent.parent / "portal" / "core" / "fonts" / "NanumGothic.ttf"
KEY = "시험-00000000"
_VALUES = {
    Field.KEY: f"관리번호 {KEY}",
    Field.NAME: "성    명 : 김시험",
    Field.BIRTH: "생년월일 : 2000-01-01",
    Field.ADDRESS: "주    소 : 시험로 1 (시험동)",
    Field.AMOUNT: "123,450원",
    Field.PAGE: "쪽 1/1",
}


def pictures_of(
    template: Template, profile: PictureProfile, *, title: str, department: str, secret: bytes
) -> list[Part]:
    """The page, laid out, cut and encoded exactly like everybody's."""
    page = _page(template, title=title, department=department, secret=secret)
    keep = [Crop(zone.left, zone.top, zone.width, zone.height) for zone in template.of(Field.QR)]
    found = probe(np.asarray(_scaled(page, PROBE_PX_PER_MM)), keep=keep)
    if found is None:
        return []
    layout = plan([found], profile)
    crop = layout.crops[0]
    left, top = round(crop.left * PX_PER_MM), round(crop.top * PX_PER_MM)
    right, bottom = round((crop.left + crop.width) * PX_PER_MM), round((crop.top + crop.height) * PX_PER_MM)
    cut = page.crop((left, top, right, bottom))
    size = round(crop.width * layout.px_per_mm), round(crop.height * layout.px_per_mm)
    drawn = np.asarray(cut.resize(size, Image.Resampling.LANCZOS))
    parts, _ = make_parts([drawn], layout, profile)
    return parts


def _page(template: Template, *, title: str, department: str, secret: bytes) -> Image.Image:
    size = round(template.page_width_mm * PX_PER_MM), round(template.page_height_mm * PX_PER_MM)
    page = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(page)
    for zone in template.zones:
        place = round(zone.left * PX_PER_MM), round(zone.top * PX_PER_MM)
        if zone.field == Field.QR:
            page.paste(_code(secret, round(min(zone.width, zone.height) * PX_PER_MM)), place)
        elif zone.field in _VALUES:
            pen.text(place, _VALUES[zone.field], fill="black", font=_font(BODY_PT))
    middle = size[0] // 2
    words = ("시험 발송입니다. 실제 통지서가 아닙니다.", "이름·번호·금액은 모두 지어낸 것입니다.", department)
    pen.text((middle, size[1] // 3), title, fill="black", font=_font(18), anchor="mm")
    for number, text in enumerate(words, start=1):
        pen.text((middle, size[1] // 3 + number * size[1] // 20), text, fill="black", font=_font(BODY_PT), anchor="mm")
    small = "가장 작은 글자 8포인트: 이 줄이 읽히나요?"
    pen.text((middle, size[1] * 2 // 3), small, fill="black", font=_font(8), anchor="mm")
    return page


def _code(secret: bytes, side: int) -> Image.Image:
    """A QR code that says the made-up key, in the room of the real ones."""
    rows = [list(row) for row in segno.make(signed_text(KEY, 1, 1, secret), micro=False).matrix_iter(border=1)]
    points = np.array(rows, dtype=np.uint8)
    return Image.fromarray(np.where(points, 0, 255).astype(np.uint8)).resize((side, side), Image.Resampling.NEAREST)


def _scaled(page: Image.Image, px_per_mm: float) -> Image.Image:
    factor = px_per_mm / PX_PER_MM
    return page.resize((round(page.width * factor), round(page.height * factor)), Image.Resampling.BOX)


@cache
def _font(points: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(_FONT, round(points * _MM_PER_POINT * PX_PER_MM))
