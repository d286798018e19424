"""A limit for what would take hours if its time grew with the square of its input.

No test asserts how fast anything is: the sizes are such that linear work ends long before.
"""

import signal
from contextlib import contextmanager


class Hours(BaseException):
    """Not an Exception, so that no reader of a broken file takes it for one of its own."""


@contextmanager
def not_hours(seconds=30):
    """Stop a block after so much time of the processor, which a busy machine does not change."""

    def stop(number, frame):
        raise Hours(f"still at work after {seconds} s of processor time")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
