#!/usr/bin/env python3
"""
Make a merged notice PDF, the roster that belongs to it, and the truth about which page is whose.

    python scripts/gen_notices.py --citizens 2000 --two-page 0.1 --seed 11 --out sample  # 19 classes of planted errors
    python scripts/gen_notices.py --citizens 1000 --clean --out clean  # nothing wrong anywhere
    python scripts/gen_notices.py --citizens 52000 --roster-only --out roster52k  # no PDF
    python scripts/gen_notices.py --citizens 300 --font noembed --out nofont  # Korean fonts NOT embedded
    python scripts/gen_notices.py --list-errors  # what gets planted, and why

Written to --out:

    notices.pdf         the pages as an administrative system would export them: one file, one citizen after another
    roster.xlsx         sheet 명부; columns 관리번호, 성명, 생년월일, 휴대전화, 주소, 쪽수
    roster_cp949.csv    the same rows as Excel on Korean Windows saves them; what CP949 cannot say becomes "?"
    roster_utf8sig.csv  the same rows in UTF-8 with a byte-order mark
    truth.json          {"citizens", "roster_rows", "pdf_pages", "planted": {class: [관리번호, ...]},
                         "pages": [{"page", "owner", "page_of", "pages"}, ...]}; pages count from 1;
                        owner is null for a blank page and for a page of somebody who is not on the roster

The same arguments give the same bytes, for the same versions of libraries and fonts. Everybody in it is invented, but
an invented mobile number may belong to a real person: never load a sample where a real carrier can be reached.

Needs reportlab, qrcode, pillow, openpyxl, and the fonts of Debian's fonts-nanum. About 10 ms a page.
"""

import argparse
import json
import random
import sys
import time
from pathlib import Path

from sample_notices.errors import ERROR_CLASSES, Plan, plant_errors
from sample_notices.pages import Printer, print_notices
from sample_notices.people import PHONE_SPELLINGS, make_citizen
from sample_notices.rosters import write_csv, write_xlsx

FEWEST_CITIZENS_WITH_ERRORS = 40
DEBIAN_FONTS = Path("/usr/share/fonts/truetype/nanum")


def generate(
    out: Path,
    *,
    citizens: int = 1000,
    seed: int = 7,
    two_page: float = 0.0,
    clean: bool = False,
    roster_only: bool = False,
    font: str = "nanum",
    fonts_dir: Path = DEBIAN_FONTS,
    district: str = "새빛구",
) -> dict:
    """Write a whole sample into `out` and give back its truth."""
    rng = random.Random(seed)
    out.mkdir(parents=True, exist_ok=True)
    people = [make_citizen(rng, serial, district) for serial in range(1, citizens + 1)]
    for who in people:
        who.pages = 2 if rng.random() < two_page else 1
        who.row_name, who.row_birth = who.name, who.birth
        who.row_phone = who.phone if clean else rng.choice(PHONE_SPELLINGS)(who.phone)
    plan = Plan(order=list(range(citizens))) if clean else plant_errors(people, rng, pages=not roster_only)

    pages: list[dict] = []
    if not roster_only:
        stranger = None if clean else make_citizen(rng, citizens + 900_001, district)
        if stranger:
            plan.planted["orphan_page"] = [stranger.number]
        printer = Printer(out / "notices.pdf", district=district, fonts=fonts_dir, embed=font == "nanum")
        printed = print_notices(printer, people, plan, stranger)
        pages = [{"page": number, **page} for number, page in enumerate(printed, start=1)]

    rows = [who.row for who in people] + [people[index].row for index in sorted(plan.hit.get("dup_roster_row", ()))]
    write_csv(out / "roster_cp949.csv", rows, "cp949")
    write_csv(out / "roster_utf8sig.csv", rows, "utf-8-sig")
    write_xlsx(out / "roster.xlsx", rows)

    planted = {code: plan.planted[code] for code in ERROR_CLASSES if code in plan.planted}
    truth = {"citizens": citizens, "roster_rows": len(rows), "pdf_pages": len(pages), "planted": planted}
    truth["pages"] = pages
    (out / "truth.json").write_text(json.dumps(truth, ensure_ascii=False), encoding="utf-8")
    return truth


def arguments() -> argparse.ArgumentParser:
    summary, _, rest = __doc__.strip().partition("\n")
    formatter = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=summary, epilog=rest, formatter_class=formatter)
    add = parser.add_argument
    add("--out", type=Path, help="folder to write to; made if missing, files in it are overwritten")
    add("--citizens", type=int, default=1000, metavar="N", help="people on the roster (default 1000)")
    add("--seed", type=int, default=7, help="the same seed gives the same sample (default 7)")
    add("--two-page", type=float, default=0.0, metavar="SHARE", help="share of two-page notices, 0 to 1 (default 0)")
    add("--clean", action="store_true", help="plant no errors and spell every number as bare digits")
    add("--roster-only", action="store_true", help="write no PDF and plant no errors in pages")
    add("--font", choices=["nanum", "noembed"], default="nanum", help="noembed: Korean fonts are not in the PDF")
    add("--fonts-dir", type=Path, default=DEBIAN_FONTS, metavar="DIR", help=f"the Nanum fonts (default {DEBIAN_FONTS})")
    add("--district", default="새빛구", help="the district that sends the notices (default 새빛구)")
    add("--list-errors", action="store_true", help="print the classes of planted errors and stop")
    return parser


def main() -> None:
    parser = arguments()
    given = parser.parse_args()
    if given.list_errors:
        for each in ERROR_CLASSES.values():
            print(f"{each.code:18}{each.expected:7}{each.what}")
        return
    if given.out is None:
        parser.error("--out is needed")
    if given.citizens < 1 or not 0 <= given.two_page <= 1:
        parser.error("--citizens must be at least 1, --two-page between 0 and 1")
    if not given.clean and given.citizens < FEWEST_CITIZENS_WITH_ERRORS:
        parser.error(f"every class needs its victims: at least {FEWEST_CITIZENS_WITH_ERRORS} citizens, or --clean")
    if not given.roster_only and not (given.fonts_dir / "NanumMyeongjoBold.ttf").exists():
        parser.error(f"no Nanum fonts in {given.fonts_dir}: apt-get install fonts-nanum, or give --fonts-dir")
    began = time.monotonic()
    options = {name: value for name, value in vars(given).items() if name != "list_errors"}
    truth = generate(**options)
    size = f"{truth['citizens']} citizens, {truth['roster_rows']} rows, {truth['pdf_pages']} pages"
    planted = ", ".join(f"{code} {len(numbers)}" for code, numbers in truth["planted"].items()) or "nothing"
    print(f"{size} in {time.monotonic() - began:.1f} s; planted: {planted}", file=sys.stderr)


if __name__ == "__main__":
    main()
