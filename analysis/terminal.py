"""What the command says in a terminal: results on standard output, all else on standard error."""

import os
import re
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from analysis.places import PlaceError

SLOW = 2.0  # seconds after which a person wonders
# Controls and marks of direction: a text could move the cursor, or rename the window.
_STEERING = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_AGAIN = 10.0  # seconds from one word of progress to the next


def tell(sentence: object) -> None:
    """Say a sentence on standard error, on one line: names of files can hold anything."""
    line = "".join(c if c.isprintable() else " " for c in f"discourse: {sentence}")
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


class Progress:
    """Called with sentences, it tells one when a person begins to wonder, then now and again."""

    def __init__(self) -> None:
        self.due = time.monotonic() + SLOW

    def __call__(self, sentence: str) -> None:
        """Tell the sentence if it is time to."""
        if time.monotonic() >= self.due:
            self.due = time.monotonic() + _AGAIN
            tell(sentence)


@contextmanager
def working(what: str) -> Iterator[None]:
    """Say now and again that work goes on which tells nothing itself."""
    ended, start = threading.Event(), time.monotonic()

    def say() -> None:
        pause = SLOW
        while not ended.wait(pause):
            tell(f"{what}: {time.monotonic() - start:.0f} s so far")
            pause = _AGAIN

    thread = threading.Thread(target=say, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def output(text: str) -> None:
    """Write to standard output; a terminal gets no character that could steer it.

    Raises
    ------
    PlaceError
        If it cannot be written: a full disk.
    BrokenPipeError
        If the reader has gone (head, less).
    """
    if sys.stdout.isatty():
        text = _STEERING.sub("\ufffd", text)
    try:
        # As bytes: a terminal's encoding must not decide what can be printed.
        sys.stdout.buffer.write(text.encode("utf-8", "replace"))
        sys.stdout.buffer.flush()
    except OSError as error:
        # What standard output still holds goes nowhere, so that nothing fails at the exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):
            raise
        raise PlaceError("standard output", error) from error
