import math
import re

import pandas as pd
import pytest

from analysis import results, tables
from analysis.results import DiscourseError

NASTY = "<script>alert('x')</script> & \"q\""


@pytest.fixture
def rows():
    lines = [
        {"actor": "DPRK", "estimate": 5.4321, "lo": 4.4, "hi": 6.6, "n_docs": 3, "n": 15},
        {"actor": NASTY, "estimate": 0.5, "n_docs": 1, "n": 2},
        {"actor": "CN", "n_docs": 1, "n": 0},
    ]
    made = [dict(line, unit="per 1,000 tokens", method="kept tokens") for line in lines]
    return results.frame(made, measure="actors", keys=["actor"])


@pytest.fixture
def sentences():
    text = f"Kim & Trump {NASTY}"
    return pd.DataFrame(
        {"doc_id": ["nl-1"], "start": [100], "text": [text], "node_start": [106], "node_end": [111]}
    )


def shown(rows, **more):
    columns = {"actor": "Actor", "estimate": "Per 1,000", "n": "Mentions"}
    return tables.table(rows, columns=columns, caption="Who is named", **more)


def test_digits_follow_the_interval_and_undefined_is_a_dash(rows):
    page = shown(rows)._repr_html_()
    assert '5.4 <span class="dx-range">[4.4, 6.6]</span>' in page
    assert '<td class="dx-num">0.500</td>' in page
    assert '<td class="dx-num">–</td>' in page


def test_everything_from_a_corpus_is_escaped(rows, sentences):
    page = shown(rows, evidence=lambda row: sentences)._repr_html_()
    assert "<script" not in page
    assert page.count("&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt; &amp; &quot;q&quot;") >= 4


def test_footnote_is_always_there_and_true(rows):
    page = shown(rows, footnote="Menus left out.", n=2)._repr_html_()
    note = re.search(r'<p class="dx-note">(.*?)</p>', page).group(1)
    assert note == (
        "Menus left out. Documents a row: 1 to 3; unit: per 1,000 tokens; intervals at 95%; "
        "method: kept tokens. The first 2 of 3 rows."
    )
    alone = shown(rows.iloc[1:])._repr_html_()
    assert "no intervals" in alone


def test_rows_unfold_without_a_script(rows, sentences):
    page = shown(rows, evidence=[sentences, None, sentences.iloc[:0]])._repr_html_()
    assert page.count("<details>") == 1
    assert "<summary>1 sentence behind DPRK</summary>" in page
    assert "Kim &amp; <mark>Trump</mark> " in page
    assert 'colspan="3"' in page


def test_a_node_outside_its_sentence_is_not_marked(sentences):
    for start, end in ((-1, -1), (90, 95), (math.nan, math.nan)):
        moved = sentences.assign(node_start=start, node_end=end)
        assert "<mark>" not in tables.evidence_block(moved).html


def test_plain_text_says_the_same(rows, sentences):
    assert "5.4 [4.4, 6.6]" in repr(shown(rows))
    block = tables.evidence_block(sentences, "Why", open=True)
    assert repr(block).startswith("Why\nnl-1: Kim & Trump")
    assert "<details open>" in block._repr_html_()
    assert "No sentence." in tables.evidence_block(sentences.iloc[:0]).html


def test_frame_is_kept_and_input_untouched(rows):
    before = rows.copy(deep=True)
    pd.testing.assert_frame_equal(shown(rows, n=1).frame, rows.head(1))
    pd.testing.assert_frame_equal(rows, before)


def test_formats_years_and_words():
    frame = pd.DataFrame(
        {
            "year": [2017.0, math.nan],
            "share": [0.256, -0.5],
            "ok": [True, False],
            "w": [("a", "b"), ()],
        }
    )
    page = tables.table(
        frame, columns=["year", "share", "ok", "w"], caption="c", formats={"share": ".0%"}
    )._repr_html_()
    for cell in (">2017<", ">26%<", ">−50%<", ">yes<", ">no<", ">a, b<"):
        assert cell in page


def test_errors_name_the_column_or_the_count(rows, sentences):
    with pytest.raises(DiscourseError, match="no column 'colour'"):
        tables.table(rows, columns=["colour"], caption="c")
    with pytest.raises(DiscourseError, match="1 frames for 3 rows"):
        shown(rows, evidence=[sentences])


def test_no_rows_still_make_a_table(rows):
    page = shown(rows.iloc[:0])
    assert "Who is named" in page._repr_html_()
    assert "(no rows)" in repr(page)
