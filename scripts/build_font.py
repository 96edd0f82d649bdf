"""
Builds static/fonts/sotong-ui.woff2, the letters of our pages, from Pretendard GOV's variable font.

For maintainers, when the test of the letters says that one is missing:

    npm pack pretendard-gov@1.3.9 && tar xzf pretendard-gov-1.3.9.tgz
    .venv/bin/python scripts/build_font.py package/dist/public/variable/PretendardGOVVariable.ttf
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import django
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

ROOT = Path(__file__).resolve().parents[1]
FONT = ROOT / "static" / "fonts" / "sotong-ui.woff2"
FAMILY = "Sotong UI"  # the licence reserves the name Pretendard
WEIGHTS = (400, 700)  # what our styles use; outside of it the file would only be larger
MOST_SYLLABLES = 780  # about 118 KB; the room above what pages need now goes to what officials write most
MOST_BYTES = 120_000
MARKS = "·…—–‘’“”→←↑↓✓×÷°℃㎡※○●◐◆△▲▼▶■□①②③④⑤⑥⑦⑧⑨⑩「」『』〈〉《》、。©₩％～"
JAMO = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎㅏㅑㅓㅕㅗㅛㅜㅠㅡㅣ"
LATIN = "".join(map(chr, [*range(0x20, 0x7F), *range(0xA0, 0x100)]))
ROOMS = ("portal", "messaging", "complaints", "notices", "chatbot")


def is_syllable(letter: str) -> bool:
    """Whether it is one of the 11,172 syllables of Hangul."""
    return "가" <= letter <= "힣"


def pages() -> list[Path]:
    """What pages are made of: templates, catalogues of translations, Django's own Korean, and scripts."""
    texts = [path for path in (ROOT / "templates").rglob("*.*") if path.parts[len(ROOT.parts) + 1] != "messages"]
    catalogues = [*(ROOT / "portal" / "locale").rglob("*.po"), *Path(django.__file__).parent.rglob("locale/ko/**/*.po")]
    return [*texts, *catalogues, *(ROOT / "static" / "js").glob("*.js")]


def needed() -> set[str]:
    """Syllables without which a page would fall back to another font in the middle of a word."""
    return {letter for path in pages() for letter in path.read_text("utf-8") if is_syllable(letter)}


def likely() -> list[str]:
    """Syllables of sentences in Python and of reference data, those of most files first."""
    files = [path for room in ROOMS for kind in ("*.py", "*.toml") for path in (ROOT / room).rglob(kind)]
    found = Counter(letter for path in files for letter in set(path.read_text("utf-8")) if is_syllable(letter))
    return [letter for letter, _ in sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))]


def letters() -> str:
    """Everything the file draws."""
    must = needed()
    more = [letter for letter in likely() if letter not in must][: max(0, MOST_SYLLABLES - len(must))]
    return "".join(sorted({*must, *more})) + MARKS + JAMO + LATIN


def build(source: Path, wanted: Iterable[str]) -> TTFont:
    """A subset of the source with our own name, and the source's licence in it."""
    font = TTFont(source, recalcTimestamp=False)
    options = Options()
    options.layout_features = ["kern", "ccmp", "locl", "tnum"]
    options.hinting = False
    options.drop_tables += ["vhea", "vmtx"]
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=[ord(letter) for letter in wanted])
    subsetter.subset(font)
    font = instantiateVariableFont(font, {"wght": WEIGHTS})
    for instance in font["fvar"].instances:
        instance.postscriptNameID = 0xFFFF  # they carry the reserved name
    plain = FAMILY.replace(" ", "")
    for record in font["name"].names:
        if record.nameID in (1, 4, 16):
            record.string = FAMILY
        elif record.nameID in (3, 6):
            record.string = plain
    font["name"].names = [record for record in font["name"].names if "Pretendard" not in str(record)]
    font.flavor = "woff2"
    return font


def main() -> int:
    """Write the file and say how large it is."""
    parser = argparse.ArgumentParser(description="누리집 글꼴을 다시 만듭니다.")
    parser.add_argument("source", type=Path, help="PretendardGOVVariable.ttf")
    wanted = letters()
    FONT.parent.mkdir(parents=True, exist_ok=True)
    build(parser.parse_args().source, wanted).save(FONT)
    size = FONT.stat().st_size
    print(f"{FONT.relative_to(ROOT)}: 한글 {sum(map(is_syllable, wanted))}자, {size:,}바이트")
    if size > MOST_BYTES:
        print(f"{MOST_BYTES:,}바이트를 넘었습니다. MOST_SYLLABLES를 줄여 주세요.", file=sys.stderr)
    return int(size > MOST_BYTES)


if __name__ == "__main__":
    sys.exit(main())
