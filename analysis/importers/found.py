"""What a reader of one file format hands on: the documents it found in the file."""

from dataclasses import dataclass, field

from analysis.results import DiscourseError


class Unreadable(DiscourseError):
    """A file that cannot be used; the message is the reason the report gives."""


@dataclass(frozen=True)
class Found:
    """One document found in a file.

    Attributes
    ----------
    text : str
        Paragraphs are lines; nothing of the file's layout is left in it.
    metadata : dict of str to str
        What the file itself says of the document: ``title, source, date`` (ISO 8601), ``section,
        byline, language`` …; only what it does say.
    problems : tuple of str
        What had to be repaired or left out, each a short phrase for the report.
    """

    text: str
    metadata: dict[str, str] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
