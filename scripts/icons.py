"""Draws the app's icons (static/img/*.png) from the signs in static/img/icons.svg with the system's Chromium."""

import shutil
from pathlib import Path

from playwright.sync_api import sync_playwright

PICTURES = Path(__file__).resolve().parents[1] / "static" / "img"
BLUE, WHITE, SOFT = "#0b50d0", "#ffffff", "#ecf2fe"
# file: edge, sign, the share it takes, ink, ground, roundness. Of a maskable icon any circle may be cut.
DRAWN = {
    "icon-192": (192, "mark", 0.62, WHITE, BLUE, 0.22),
    "icon-512": (512, "mark", 0.62, WHITE, BLUE, 0.22),
    "maskable-192": (192, "mark", 0.5, WHITE, BLUE, 0),
    "maskable-512": (512, "mark", 0.5, WHITE, BLUE, 0),
    "apple-180": (180, "mark", 0.58, WHITE, BLUE, 0),
    "shortcut-new-96": (96, "camera", 0.58, BLUE, SOFT, 0.5),
    "shortcut-mine-96": (96, "list", 0.58, BLUE, SOFT, 0.5),
}


def drawing(edge: int, sign: str, share: float, ink: str, ground: str, roundness: float) -> str:
    """One page that is the icon and nothing else."""
    inside, around = edge * share, edge * (1 - share) / 2
    paint = f"fill:{ink}" if sign == "mark" else f"fill:none;stroke:{ink};stroke-width:1.7;stroke-linejoin:round"
    return (
        f"<style>body{{margin:0}}</style>{(PICTURES / 'icons.svg').read_text('utf-8')}"
        f'<svg width="{edge}" height="{edge}" style="position:absolute;inset:0">'
        f'<rect width="{edge}" height="{edge}" rx="{edge * roundness}" fill="{ground}"/>'
        f'<use href="#{sign}" x="{around}" y="{around}" width="{inside}" height="{inside}" style="{paint}"/></svg>'
    )


def main() -> None:
    """Every file."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for name, (edge, *how) in DRAWN.items():
            page = browser.new_page(viewport={"width": edge, "height": edge})
            page.set_content(drawing(edge, *how))
            page.screenshot(path=PICTURES / f"{name}.png", omit_background=True)
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
