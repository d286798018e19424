"""Look at every page in headless Chromium: nothing sticks out, wide or narrow; pictures are kept.

Build the site first (`make site`); screenshots go to a temporary folder that pytest names.
"""

import re
import shutil
import subprocess

import pytest

from analysis import paths

BUILT = paths.ROOT / "site" / "_build" / "html"
CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
PAGES = sorted(p for room in ("site", "notebooks") for p in (BUILT / room).glob("*.html"))

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
    pytest.mark.skipif(not PAGES, reason="the site is not built: run `make site`"),
]

# The page measures itself inside a frame of the width wanted and tells the frame's holder.
MEASURE = """<script>addEventListener("load", () => setTimeout(() => {
const root = document.documentElement, wide = root.clientWidth;
const out = [...document.querySelectorAll("article .dx, article p, article img, article pre")]
  .filter(e => e.getBoundingClientRect().right > wide + 1)
  .filter(e => !e.closest(".dx-scroll, .pst-scrollable-table-container, pre, details"))
  .map(e => e.tagName + "." + e.className);
parent.postMessage([root.scrollWidth - wide, ...out].join(" "), "*")}, 300))</script>"""
HOLDER = """<!doctype html><body style="margin:0"><iframe src="{page}" style="border:0"
width="{width}" height="3000"></iframe><script>
addEventListener("message", e => document.body.setAttribute("data-found", e.data))</script>"""


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """Return a copy of the site in which every page measures itself."""
    folder = tmp_path_factory.mktemp("pages") / "html"
    shutil.copytree(BUILT, folder)
    for page in PAGES:
        measured = folder / page.relative_to(BUILT)
        measured.write_text(measured.read_text().replace("</body>", MEASURE + "</body>"))
    return folder


def look(*options):
    place = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
    done = subprocess.run(
        [*place, "--virtual-time-budget=6000", *options],
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    return done.stdout


@pytest.mark.parametrize("width", [1300, 390], ids=["wide", "narrow"])
@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.stem)
def test_nothing_sticks_out(page, width, copy):
    holder = copy.parent / f"{page.stem}-{width}.html"
    target = (copy / page.relative_to(BUILT)).relative_to(copy.parent)
    holder.write_text(HOLDER.format(page=target, width=width))
    size = f"--window-size={width},3000"
    picture = holder.with_suffix(".png")
    look(size, f"--screenshot={picture}", f"file://{holder}")
    found = re.search(r'data-found="([^"]*)"', look(size, "--dump-dom", f"file://{holder}"))
    assert found, f"the page did not load; see {picture}"
    assert found.group(1) == "0", f"wider than its window; see {picture}"
