"""A reader's close reading, shown only beside the texts it was written about."""

import hashlib
import re
from typing import TYPE_CHECKING

from analysis import paths

if TYPE_CHECKING:
    from analysis.corpus import Corpus


class Reading(str):
    """Markdown of our own; shown as such."""

    def _repr_markdown_(self) -> str:
        return str(self)


def reading(corpus: "Corpus", part: str | None = None) -> Reading:
    """Return the close reading of a document, or of part of it.

    Parameters
    ----------
    corpus : Corpus
    part : str, optional
        A heading: a doc_id, or the title of the closing section. None: the closing section.

    Returns
    -------
    Reading
        A plain remark where no reading belongs to this corpus.
    """
    text = (paths.SEEDS / "readings.md").read_text(encoding="utf-8")
    if digest(corpus) not in text.splitlines()[0]:
        return Reading("*No close reading belongs to these texts.*")
    sections = re.split(r"^## ", text, flags=re.MULTILINE)[1:]
    chosen = next((s for s in sections if s.startswith(f"{part}\n")), sections[-1])
    return Reading(f"#### {chosen.rstrip()}")


def digest(corpus: "Corpus") -> str:
    """SHA-256 of the texts' own SHA-256 sums, in the order of the file names."""
    documents = corpus.documents.sort_values("file")
    sums = (hashlib.sha256(t.encode("utf-8", "replace")).hexdigest() for t in documents["text"])
    return hashlib.sha256("".join(sums).encode()).hexdigest()
