"""Measures the four main pages of the running demo with Lighthouse on its simulated telephone, several times each."""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile

VERSION = "12.8.2"
PAGES = {"home": "/", "report": "/complaints/new/", "tracking": "/complaints/track/", "chat": "/chat/"}
WANTED = {"performance": 95, "accessibility": 100, "best-practices": 100, "seo": 100}
FIGURES = {"largest-contentful-paint": "LCP ms", "cumulative-layout-shift": "CLS", "total-blocking-time": "TBT ms"}
# The browser is to measure the site, not to talk to its maker.
QUIET = (
    "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)


def main() -> int:
    """A line for each page; 1 where a score is missed, 2 where nothing can be measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--site", default="http://localhost:8000", help="where ./run serves the portal")
    parser.add_argument("--runs", type=int, default=3, help="of each page; the median counts")
    options = parser.parse_args()
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if chromium is None or shutil.which("npx") is None:
        print("npx와 Chromium이 있어야 잴 수 있습니다.", file=sys.stderr)
        return 2
    is_reached = True
    for name, path in PAGES.items():
        runs = [measured(options.site.rstrip("/") + path, chromium) for _ in range(options.runs)]
        scores = {one: statistics.median(run["scores"][one] for run in runs) for one in WANTED}
        figures = {label: statistics.median(run["figures"][label] for run in runs) for label in FIGURES.values()}
        lost = sorted({audit for run in runs for audit in run["lost"]})
        is_reached = is_reached and all(scores[one] >= wanted for one, wanted in WANTED.items())
        print(f"{name:9}", *(f"{one} {score:g}" for one, score in scores.items()), *_rounded(figures), *lost, sep="  ")
    return 0 if is_reached else 1


def _rounded(figures: dict[str, float]) -> list[str]:
    return [f"{label} {figure:.3g}" if figure < 1 else f"{label} {figure:.0f}" for label, figure in figures.items()]


def measured(url: str, chromium: str) -> dict[str, dict[str, float]]:
    """One run: scores of 100, the three figures behind the first, and what cost points in the other three."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["npx", "--yes", f"lighthouse@{VERSION}", url, "--quiet", "--output=json"]
        command += [f"--output-path={folder}/out.json", "--form-factor=mobile", "--no-enable-error-reporting"]
        command += [f"--chrome-flags={QUIET} --user-data-dir={folder}/profile"]
        subprocess.run(command, check=True, env={**os.environ, "CHROME_PATH": chromium}, timeout=300)
        with open(f"{folder}/out.json", encoding="utf-8") as file:
            report = json.load(file)
    categories = {name: report["categories"][name] for name in WANTED}
    audits = report["audits"]
    judged = [audit["id"] for name in list(WANTED)[1:] for audit in categories[name]["auditRefs"] if audit["weight"]]
    return {
        "scores": {name: 100 * category["score"] for name, category in categories.items()},
        "figures": {label: audits[audit]["numericValue"] for audit, label in FIGURES.items()},
        "lost": {audit: 0.0 for audit in judged if audits[audit]["score"] not in (1, None)},
    }


if __name__ == "__main__":
    sys.exit(main())
