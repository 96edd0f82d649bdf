"""In the cage: letters are set by typst, each with the codes of exactly its pages; or made parts are joined."""

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import pikepdf
import typst
from PIL import Image, ImageFont, UnidentifiedImageError

from notices.merging import MADE_PDF, PREVIEW, LetterRefused, qr_svg
from portal.core.cage import given_file

ROOM = Path(__file__).resolve().parent.parent
FONTS = ROOM.parent / "portal" / "core" / "fonts"
SOURCE = ROOM / "reference" / "letter.typ"
PREVIEW_PPI = 110
LARGEST_SEAL = 4000
_NOBODY_CALLS_THIS_A_LETTER = "\uffff"


def main(payload: bytes) -> bytes:
    """Make or join, as the payload says; the answer tells what became of each letter."""
    wanted = json.loads(payload)
    if wanted["join"]:
        return json.dumps({"page_count": _join()}).encode()
    return json.dumps({"letters": _Letters(wanted).make()}, ensure_ascii=False).encode()


class _Letters:
    """Set once to learn how many pages each letter has, and once more if that was not what was thought."""

    def __init__(self, wanted: Mapping[str, Any]) -> None:
        self.wanted = wanted
        self.is_preview = bool(wanted.get("preview"))
        Path("letter.typ").write_bytes(SOURCE.read_bytes())
        if wanted["has_seal"]:
            _copy_seal()
        fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])
        self.compiler = typst.Compiler("letter.typ", root=".", font_paths=fonts, ignore_system_fonts=True)

    def make(self) -> list[dict[str, Any]]:
        problems = {one["key"]: _problem_of(one) for one in self.wanted["letters"]}
        good = [one for one in self.wanted["letters"] if not problems[one["key"]]]
        pages = {one["key"]: 1 for one in good}
        while good:
            said = self._set(good, pages)
            found = {one["key"]: (count, is_wide) for one, (count, is_wide) in zip(good, said, strict=True)}
            for key, (count, is_wide) in found.items():
                problems[key] = self._too_much(count, is_wide)
            kept = [one for one in good if not problems[one["key"]]]
            counts = {one["key"]: found[one["key"]][0] for one in kept}
            if kept == good and counts == pages:
                break
            good, pages = kept, counts
            Path(MADE_PDF).unlink(missing_ok=True)  # it holds letters that are not to be sent
        return [
            {"key": one["key"], "pages": pages.get(one["key"], 0), "problem": problems[one["key"]]}
            for one in self.wanted["letters"]
        ]

    def _too_much(self, count: int, is_wide: bool) -> str:
        if is_wide:
            return "성명이나 관리번호가 너무 길어 정해진 칸에 들어가지 않습니다."
        most = self.wanted["most_pages"]
        return f"내용이 많아 {count}쪽이 됩니다. {most}쪽까지 보낼 수 있습니다." if count > most else ""

    def _set(self, letters: Sequence[Mapping[str, Any]], pages: Mapping[str, int]) -> list[tuple[int, bool]]:
        drawn = [
            {**one, "codes": [qr_svg(text) for text in one["codes"].get(str(pages[one["key"]]), [])]} for one in letters
        ]
        shared = {name: self.wanted[name] for name in ("issuer", "issued_on", "footer", "has_seal")}
        data = {**shared, "font": "NanumGothic", "letters": drawn}
        Path("data.json").write_text(json.dumps(data, ensure_ascii=False), "utf-8")
        try:
            if self.is_preview:
                made = self.compiler.compile(format="png", ppi=PREVIEW_PPI)
                Path(PREVIEW).write_bytes(made[0] if isinstance(made, list) else made or b"")
            else:
                self.compiler.compile(output=MADE_PDF, timestamp=0)
            answer = self.compiler.query("<letter>", field="value")
        except typst.TypstError:
            raise LetterRefused from None
        return [(count, is_wide) for count, is_wide in json.loads(answer)]


def _problem_of(letter: Mapping[str, Any]) -> str:
    if letter["missing"]:
        return f"통지서에 쓸 값이 비어 있습니다: {', '.join(letter['missing'])}"
    texts = [letter[name] for name in ("key", "name", "address", "title")]
    strange = _not_in_font(
        [*texts, *letter["body"], *letter["closing"], *(cell for row in letter["table"] for cell in row)]
    )
    return f"글꼴에 없는 글자가 있습니다: {strange}" if strange else ""


def _not_in_font(texts: Iterable[str]) -> str:
    letters = sorted(set("".join(texts)))
    return "".join(letter for letter in letters if not letter.isspace() and not _has_glyph(letter))[:10]


@lru_cache(maxsize=20_000)
def _has_glyph(letter: str) -> bool:
    if letter.isascii():
        return letter.isprintable()
    if "가" <= letter <= "힣":
        return True  # the font has all 11,172 syllables
    font = _font()
    return bytes(font.getmask(letter)) != bytes(font.getmask(_NOBODY_CALLS_THIS_A_LETTER))


@lru_cache(maxsize=1)
def _font() -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONTS / "NanumGothic.ttf"), 24)


def _copy_seal() -> None:
    """The seal as a picture of ours: whatever else was in the file stays behind."""
    try:
        with Image.open(given_file(0)) as picture:
            if max(picture.size) > LARGEST_SEAL:
                raise LetterRefused("직인 그림이 너무 큽니다. 한 변이 4,000픽셀 이하여야 합니다.")
            picture.convert("RGBA").save("seal.png")
    except (UnidentifiedImageError, OSError):
        raise LetterRefused("직인 그림을 읽을 수 없습니다. PNG나 JPEG로 올려 주세요.") from None


def _join() -> int:
    count = len(list(Path.cwd().glob("file-*")))
    with pikepdf.new() as whole:
        parts = [pikepdf.open(given_file(index)) for index in range(count)]
        for part in parts:
            whole.pages.extend(part.pages)
        whole.save(MADE_PDF)
        return len(whole.pages)
