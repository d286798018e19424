"""The site: built with warnings as errors, loads nothing from outside, speaks and unfolds; in
headless Chromium nothing sticks out, wide or narrow.
"""

import re
import shutil
import subprocess
from html.parser import HTMLParser

import pytest

from analysis import paths
from analysis.execute import site

# Elements that make a browser fetch something, and the attributes that say what.
LOADS = {
    "script": ("src",), "link": ("href",), "img": ("src", "srcset"), "iframe": ("src",),
    "source": ("src", "srcset"), "video": ("src",), "audio": ("src",), "object": ("data",),
    "embed": ("src",), "use": ("href",),
}  # fmt: skip
OUTSIDE = re.compile(r"^\s*(https?:)?//")
IN_CSS = re.compile(r"""url\(\s*['"]?([^'")]+)|@import\s+['"]([^'"]+)""")


class Page(HTMLParser):
    """What a page loads, its pictures, and whether sentences lie open or folded."""

    def __init__(self, text):
        super().__init__()
        self.loads, self.pictures, self.styles = [], [], []
        self.folds, self.open_lists, self.folded_lists = 0, 0, 0
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        has = dict(attrs)
        self.loads += [has[a] for a in LOADS.get(tag, ()) if has.get(a) and not self._rel(tag, has)]
        self.styles += [has["style"]] if has.get("style") else []
        if tag == "img":
            self.pictures.append(has)
        if tag == "details":
            self.folds += 1
        if tag == "cite":
            self.folded_lists += self.folds > 0
            self.open_lists += self.folds == 0

    def handle_endtag(self, tag):
        self.folds -= tag == "details"

    @staticmethod
    def _rel(tag, has):
        """Links that name a page without loading it."""
        return tag == "link" and has.get("rel") in ("canonical", "next", "prev", "author")


def outside(page, text):
    """Addresses outside the site that a page would load."""
    inline = [a or b for a, b in IN_CSS.findall(" ".join([*page.styles, *_style_blocks(text)]))]
    return [a for a in (*page.loads, *inline) if OUTSIDE.match(a)]


def _style_blocks(text):
    return re.findall(r"<style[^>]*>(.*?)</style>", text, re.S)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Build the site with warnings as errors; an error fails every test below."""
    out = tmp_path_factory.mktemp("site") / "html"
    source = out.parent / "source"
    skip = shutil.ignore_patterns("_build", "__pycache__")
    shutil.copytree(paths.ROOT / "site", source / "site", ignore=skip)
    shutil.copytree(paths.NOTEBOOKS, source / "notebooks")
    if (paths.SEEDS / "readings.md").exists():
        (source / "seeds").mkdir()
        shutil.copy(paths.SEEDS / "readings.md", source / "seeds")
    site(source, out)
    return out


@pytest.fixture(scope="module")
def pages(built):
    return {str(p.relative_to(built)): p.read_text(encoding="utf-8") for p in built.rglob("*.html")}


def test_every_notebook_has_a_page(built, pages):
    for book in paths.NOTEBOOKS.glob("*.ipynb"):
        assert f"notebooks/{book.stem}.html" in pages
    assert 'url=site/index.html"' in pages["index.html"]
    assert (built / "searchindex.js").exists()


def test_no_page_loads_an_outside_address(built, pages):
    found = {name: outside(Page(text), text) for name, text in pages.items()}
    assert {name: what for name, what in found.items() if what} == {}
    for sheet in built.rglob("*.css"):
        urls = [a or b for a, b in IN_CSS.findall(sheet.read_text(encoding="utf-8"))]
        assert [u for u in urls if OUTSIDE.match(u)] == [], sheet.name


def test_every_picture_speaks(pages):
    for name, text in pages.items():
        if name.startswith("notebooks/"):
            drawn = [p for p in Page(text).pictures if p["src"].startswith("data:")]
            assert all((p.get("alt") or "").strip() for p in drawn), name


def test_sentences_are_folded_and_unfold_without_a_script(pages):
    found = [Page(text) for name, text in pages.items() if name.startswith("notebooks/")]
    assert sum(p.folded_lists for p in found) > 0 or not found
    assert sum(p.open_lists for p in found) == 0


def test_code_is_folded(pages):
    for name, text in pages.items():
        if name.startswith("notebooks/") and "cell_input" in text:
            assert text.count('class="cell_input') == text.count(' hide above-input"'), name


@pytest.mark.parametrize(
    "text",
    [
        '<script src="https://cdn.example/x.js"></script>',
        '<link rel="stylesheet" href="//fonts.example/a.css">',
        '<img src="http://a.example/b.png">',
        "<style>@import 'https://a.example/x.css'</style>",
        '<p style="background:url(https://a.example/b.png)">',
    ],
)
def test_outside_addresses_are_caught(text):
    assert outside(Page(text), text)


def test_links_a_reader_may_follow_are_no_loads():
    text = '<a href="https://a.example"></a><link rel="canonical" href="https://a.example">'
    assert not outside(Page(text), text)


# --- in a browser -----------------------------------------------------------------------------

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
PAGES = sorted(
    f"{room}/{page.stem}"
    for room, kind in (("site", "md"), ("notebooks", "ipynb"))
    for page in (paths.ROOT / room).glob(f"*.{kind}")
)
# The page measures itself inside a frame of the width wanted and tells the frame's holder.
MEASURE = """<script>addEventListener("load", () => setTimeout(() => {
const root = document.documentElement, wide = root.clientWidth;
const out = [...document.querySelectorAll("article .dx, article p, article img, article pre")]
  .filter(e => e.getBoundingClientRect().right > wide + 1)
  .filter(e => !e.closest(".dx-scroll, .pst-scrollable-table-container, pre, details"))
  .map(e => e.tagName + "." + e.className);
parent.postMessage([root.scrollWidth - wide, ...out].join(" "), "*")}, 300))</script>"""
FRAME = """<iframe src="html/{page}.html" style="border:0;display:block" width="{width}"
height="3000"></iframe>"""
HOLDER = """<!doctype html><body style="margin:0">{frames}<script>
const frames = [...document.querySelectorAll("iframe")];
addEventListener("message", e =>
  frames.find(f => f.contentWindow === e.source).setAttribute("data-found", e.data))</script>"""


def look(*options):
    place = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
    done = subprocess.run(
        [*place, "--virtual-time-budget=6000", *options],
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    return done.stdout


@pytest.fixture(scope="module")
def looked(built, pages):
    """Return what the pages of the site say of themselves, all in one window of a width."""
    folder = built.parent / "looked"
    shutil.copytree(built, folder / "html")
    for page in PAGES:
        text = pages[f"{page}.html"].replace("</body>", MEASURE + "</body>")
        (folder / "html" / f"{page}.html").write_text(text, encoding="utf-8")

    def look_at(width):
        frames = "".join(FRAME.format(page=page, width=width) for page in PAGES)
        holder = folder / f"{width}.html"
        holder.write_text(HOLDER.format(frames=frames))
        found = look(f"--window-size={width},3000", "--dump-dom", f"file://{holder}")
        return dict(re.findall(r'<iframe src="html/([^"]+)\.html"[^>]*data-found="([^"]*)"', found))

    return folder, {width: look_at(width) for width in (1300, 390)}


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
@pytest.mark.parametrize("width", [1300, 390], ids=["wide", "narrow"])
@pytest.mark.parametrize("page", PAGES)
def test_nothing_sticks_out(page, width, looked):
    folder, found = looked
    if found[width].get(page) != "0":
        picture = folder / f"{page.replace('/', '-')}-{width}.png"
        holder = picture.with_suffix(".html")
        holder.write_text(FRAME.format(page=page, width=width))
        look(f"--window-size={width},3000", f"--screenshot={picture}", f"file://{holder}")
        assert page in found[width], f"the page did not load; see {picture}"
        assert found[width][page] == "0", f"wider than its window; see {picture}"
