"""How often is the language of a text guessed right, by its length?

Reads the example corpus (`make example-corpus`); writes benchmarks/results/detection.csv.
"""

import datetime
import platform
from importlib.metadata import version

import numpy as np
import pandas as pd

from analysis import languages, paths

TABLE = paths.ROOT / ".cache" / "example-corpus.csv"
EDGES = [0, 5, 10, 20, 50, np.inf]


def main() -> None:
    if not TABLE.exists():
        raise SystemExit("the example corpus is absent: run make example-corpus first")
    speeches = pd.read_csv(TABLE, usecols=["text", "language"])
    right = [languages.detect(t) == c for t, c in speeches.itertuples(index=False)]
    length = pd.cut(speeches["text"].str.split().str.len(), EDGES, right=False)
    out = pd.DataFrame({"words": length.astype(str), "right": right})
    table = out.groupby("words", as_index=False).agg(
        n=("right", "size"), accuracy=("right", "mean")
    )
    table["date"] = datetime.date.today().isoformat()
    table["machine"] = f"{platform.system()} {platform.machine()}"
    table["versions"] = f"py3langid {version('py3langid')}"
    table.to_csv(paths.RESULTS / "detection.csv", index=False, float_format="%.6g")


if __name__ == "__main__":
    main()
