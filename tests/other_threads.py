"""Tests beside other threads."""

import contextlib
import threading


@contextlib.contextmanager
def beside_a_thread():
    """Meanwhile there is another thread, as with Dask, whose threads draw from the module random now and then."""
    done = threading.Event()
    other = threading.Thread(target=done.wait)
    other.start()
    try:
        yield
    finally:
        done.set()
        other.join()
