"""The site: built with warnings as errors, loads nothing from outside, speaks and unfolds."""

import re
import shutil
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
