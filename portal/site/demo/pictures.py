"""Photographs nobody took: small street scenes drawn for the demo cases."""

import io
from random import Random

from PIL import Image, ImageDraw, ImageFilter

SIZE = (960, 720)
_THINGS = ("pothole", "rubbish", "lamp", "car", "banner", "tree")


def draw(thing: str, *, seed: int) -> bytes:
    """A JPEG of a street with one of pothole, rubbish, lamp, car, banner, tree in it."""
    if thing not in _THINGS:
        raise ValueError(thing)
    chance = Random(seed)  # noqa: S311 - pictures, not secrets
    picture = Image.new("RGB", SIZE, (188, 208, 226))
    pen = ImageDraw.Draw(picture)
    _street(pen, chance)
    _DRAWERS[thing](pen, chance)
    grain = Image.effect_noise(SIZE, 18).convert("RGB")
    picture = Image.blend(picture.filter(ImageFilter.GaussianBlur(1.2)), grain, 0.08)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=80)
    return out.getvalue()


def _street(pen: ImageDraw.ImageDraw, chance: Random) -> None:
    for left in range(-40, 960, 190):
        top = chance.randint(60, 220)
        shade = chance.randint(120, 190)
        pen.rectangle((left, top, left + 180, 440), fill=(shade, shade - 12, shade - 24))
        for row in range(top + 24, 400, 62):
            for column in range(left + 18, left + 160, 48):
                pen.rectangle((column, row, column + 26, row + 34), fill=(88, 104, 124))
    pen.rectangle((0, 430, 960, 500), fill=(168, 164, 156))
    pen.rectangle((0, 500, 960, 720), fill=(86, 88, 92))
    for left in range(20, 960, 150):
        pen.rectangle((left, 606, left + 80, 616), fill=(222, 214, 180))


def _pothole(pen: ImageDraw.ImageDraw, chance: Random) -> None:
    x, y = chance.randint(300, 560), chance.randint(540, 620)
    pen.ellipse((x - 140, y - 36, x + 140, y + 46), fill=(58, 58, 60))
    pen.ellipse((x - 104, y - 20, x + 100, y + 34), fill=(34, 34, 36))


def _rubbish(pen: ImageDraw.ImageDraw, chance: Random) -> None:
    for _ in range(9):
        x, y = chance.randint(180, 700), chance.randint(430, 510)
        tone = chance.choice([(38, 40, 44), (232, 232, 228), (206, 150, 70), (70, 110, 160)])
        pen.ellipse((x, y, x + chance.randint(60, 120), y + chance.randint(60, 96)), fill=tone)


def _lamp(pen: ImageDraw.ImageDraw, chance: Random) -> None:
    x = chance.randint(300, 640)
    pen.rectangle((x, 90, x + 14, 520), fill=(52, 54, 58))
    pen.rectangle((x - 110, 84, x + 14, 98), fill=(52, 54, 58))
    pen.ellipse((x - 140, 84, x - 84, 116), fill=(70, 70, 66))


def _car(pen: ImageDraw.ImageDraw, chance: Random) -> None:
    x, tone = chance.randint(140, 420), chance.choice([(190, 40, 38), (230, 230, 232), (40, 70, 120)])
    pen.rounded_rectangle((x, 470, x + 420, 590), 36, fill=tone)
    pen.polygon([(x + 80, 476), (x + 140, 400), (x + 300, 400), (x + 350, 476)], fill=(60, 74, 88))
    for wheel in (x + 60, x + 290):
        pen.ellipse((wheel, 550, wheel + 86, 636), fill=(24, 24, 26))


def _banner(pen: ImageDraw.ImageDraw, chance: Random) -> None:
    y = chance.randint(150, 260)
    pen.polygon([(160, y), (790, y + 30), (790, y + 120), (160, y + 96)], fill=(236, 226, 80))
    for left in range(200, 740, 60):
        pen.rectangle((left, y + 34, left + 40, y + 74), fill=(190, 30, 30))


def _tree(pen: ImageDraw.ImageDraw, chance: Random) -> None:
    x = chance.randint(260, 560)
    pen.line([(x, 520), (x + 320, 410)], fill=(94, 68, 46), width=38)
    for _ in range(14):
        at = (x + chance.randint(150, 420), chance.randint(280, 440))
        pen.ellipse((at[0], at[1], at[0] + 110, at[1] + 86), fill=(58, chance.randint(96, 140), 62))


_DRAWERS = {
    "pothole": _pothole,
    "rubbish": _rubbish,
    "lamp": _lamp,
    "car": _car,
    "banner": _banner,
    "tree": _tree,
}
