"""Compare how sources, years and languages tell the same story.

The flow, one room after another::

    seeds/ → corpus (documents, paragraphs, sentences, tokens)
           → counts | lexicons (mentions) | embeddings (vectors)
           → measures (tidy result rows: estimate, lo, hi, verdict)
           → plots, tables → export → notebooks, figures/, site

Frames in, frames out. Nothing is read when this package is imported.
"""

__version__ = "0.1.0"
