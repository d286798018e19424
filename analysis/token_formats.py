"""A corpus as CoNLL-U and as vertical text: one token a line, document by document."""

import re
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from analysis import places
from analysis.annotation import Sentence, Token, sentences
from analysis.corpus import Corpus
from analysis.places import missing

_ESCAPES = {" ": r"\s", "\t": r"\t", "\r": r"\r", "\n": r"\n", "|": r"\p", "\\": r"\\"}
_QUOTE = {'"': "&quot;"}


def conllu(corpus: Corpus, path: Path, notes: list[str]) -> Iterator[str]:
    r"""Yield each document as CoNLL-U; see :mod:`analysis.interchange`.

    ``# text`` is the sentence with every run of white space as one space, as the format demands;
    ``SpacesAfter`` and ``SpacesBefore`` (of UDPipe: ``\s`` space, ``\t``, ``\r``, ``\n``, ``\p``
    bar, ``\\``; here also ``\uXXXX``) hold what stood there, ``Offset=start:end`` where the token
    stands in the document. UPOS is what a coarse tagger can tell: auxiliaries are VERB, and a word
    that is not noun, name, verb or adjective is ``_``; XPOS is its tag: N, PN, V, A or O.
    """
    # The lemmas are made here, before a file is begun.
    return _conllu(corpus, sentences(corpus), notes)


def _conllu(corpus: Corpus, walk: Iterator[list[Sentence]], notes: list[str]) -> Iterator[str]:
    names = places.file_names(corpus.documents["doc_id"].tolist())
    blank = 0
    for row, found in enumerate(walk):
        blank += not found
        lines = [f"# newdoc id = {_flat(corpus.documents['doc_id'].iloc[row]) or names[row]}"]
        lines += [f"# meta::{key} = {value}" for key, value in _metadata(corpus, row) if value]
        before = corpus.documents["text"].iloc[row][: found[0].start] if found else ""
        for number, sentence in enumerate(found, 1):
            lines += ["# newpar"] * sentence.opens
            lines += [f"# sent_id = {names[row]}-s{number}", f"# text = {_flat(sentence.text)}"]
            lines += [f"# marked = {sentence.marked}"] * bool(sentence.marked)
            for place, token in enumerate(sentence.tokens, 1):
                lines.append(_word_line(place, token, before))
                before = ""
            lines.append("")
        yield "\n".join([*lines, ""]) if found else ""
    if blank:
        notes.append(f"{blank:,} documents hold no sentence and are not in the file")


def _word_line(place: int, token: Token, before: str) -> str:
    misc = [f"SpacesBefore={_escaped(before)}"] if before else []
    if not token.after:
        misc.append("SpaceAfter=No")
    elif token.after != " ":
        misc.append(f"SpacesAfter={_escaped(token.after)}")
    misc.append(f"Offset={token.start}:{token.start + len(token.form)}")
    if token.marked:
        misc.append(f"Marked={token.marked}")
    about = f"{token.form}\t{token.lemma}\t{token.upos}\t{token.xpos}"
    return f"{place}\t{about}\t_\t_\t_\t_\t{'|'.join(misc)}"


def _escaped(space: str) -> str:
    return "".join(_ESCAPES.get(c) or f"\\u{ord(c):04x}" for c in space)


def vertical(corpus: Corpus, path: Path, notes: list[str]) -> Iterator[str]:
    """Yield each document as vertical text: ``<doc>``, ``<p>``, ``<s>``, tokens, ``<g/>`` between.

    The columns are word, part of speech (as in CoNLL-U) and lemma. In tokens and attributes
    ``< > & "`` are entities, which ``cwb-encode -x`` resolves. The last of `notes` is the command
    that loads the file in CWB; for Sketch Engine the registry needs ``ATTRIBUTE word``,
    ``ATTRIBUTE pos``, ``ATTRIBUTE lemma`` and ``STRUCTURE doc``, ``p``, ``s``, ``g``.
    """
    return _vertical(corpus, path, notes, sentences(corpus))


def _vertical(
    corpus: Corpus, path: Path, notes: list[str], walk: Iterator[list[Sentence]]
) -> Iterator[str]:
    for row, found in enumerate(walk):
        about = "".join(f" {k}={quoteattr(v, _QUOTE)}" for k, v in _attributes(corpus, row))
        lines = [f"<doc{about}>"]
        for number, sentence in enumerate(found):
            if sentence.opens:
                lines += [*["</p>"] * bool(number), "<p>"]
            lines.append(f'<s marked="{sentence.marked}">' if sentence.marked else "<s>")
            for place, token in enumerate(sentence.tokens, 1):
                word, lemma = escape(token.form, _QUOTE), escape(token.lemma, _QUOTE)
                lines.append(f"{word}\t{token.upos}\t{lemma}")
                if not token.after and place < len(sentence.tokens):
                    lines.append("<g/>")
            lines.append("</s>")
        yield "\n".join([*lines, *["</p>"] * bool(found), "</doc>", ""])
    if len(corpus):
        keys = "+".join(key for key, _ in _attributes(corpus, 0))
        notes.append(
            f"to load it in CWB: cwb-encode -xsBC -c utf8 -d DATA -R REGISTRY/name -f {path.name} "
            f"-P pos -P lemma -S doc:0+{keys} -S p:0 -S s:0+marked -0 g && cwb-make -V NAME"
        )


def _flat(text: str) -> str:
    return " ".join(text.split())


def _metadata(corpus: Corpus, row: int) -> list[tuple[str, str]]:
    """Name and value, on one line, of a document's metadata; "" for a missing one."""
    columns = [c for c in corpus.documents.columns if c not in ("doc_id", "text")]
    values = (corpus.documents[c].iloc[row] for c in columns)
    keys = (re.sub(r"[\s=]+", "_", str(c)) for c in columns)
    return [(k, "" if missing(v) else _flat(str(v))) for k, v in zip(keys, values, strict=True)]


def _attributes(corpus: Corpus, row: int) -> list[tuple[str, str]]:
    """Return a document's metadata under names that CWB takes: small letters, digits, ``_``."""
    out = {"id": _flat(corpus.documents["doc_id"].iloc[row])}
    for key, value in _metadata(corpus, row):
        name = re.sub(r"[^a-z0-9_]+", "_", key.lower())
        name = name if re.match("[a-z_]", name) else f"_{name}"
        while name in out:
            name += "_"
        out[name] = value
    return list(out.items())
