"""The cluster that works: a scheduler is found, and each of its workers has what this process has."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from nn.basics.optional import require

SECONDS_TO_ANSWER = 10
COMPARED = ("chalkgrad", "numpy", "dask", "distributed")


def client_at(address: str) -> Any:
    """A client of the scheduler at an address, whose workers were looked at.

    Raises:
        ValueError: if there is none, or it has no workers, or a worker has another version of something.
        ModuleNotFoundError: if Dask is not installed.
    """
    distributed = require("distributed", "dask")
    try:
        client = distributed.Client(address, timeout=SECONDS_TO_ANSWER, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        line = " ".join(str(error).split())
        raise ValueError(f"no Dask scheduler answers at {address!r} within {SECONDS_TO_ANSWER} s: {line}") from error
    try:
        check_workers(client)
    except BaseException:
        client.close()
        raise
    return client


def present_client() -> Any:
    """The client that Dask itself would use now.

    Raises:
        ValueError: if there is none, or its workers will not do.
    """
    distributed = require("distributed", "dask")
    try:
        client = distributed.get_client()
    except ValueError:
        raise ValueError(
            "samples on Dask are trained on by the workers of a cluster, and there is no client:"
            " client = distributed.Client(…) makes one"
        ) from None
    check_workers(client)
    return client


def check_workers(client: Any) -> None:
    """Make sure that there are workers, and that they have the versions that this process has.

    Raises:
        ValueError: naming the worker and what is another there.
    """
    try:
        client.wait_for_workers(1, timeout=SECONDS_TO_ANSWER)
    except TimeoutError:
        raise ValueError(
            f"the Dask scheduler at {client.scheduler.address} has no workers; `dask worker ADDRESS` starts one"
        ) from None
    here = versions_here()
    for address, there in sorted(client.run(versions_here, on_error="return").items()):
        if isinstance(there, BaseException):
            line = " ".join(f"{type(there).__name__}: {there}".split())
            raise ValueError(f"the Dask worker {address} does not run chalkgrad: {line}")
        for package, ours in here.items():
            if there.get(package) != ours:
                raise ValueError(
                    f"the Dask worker {address} has {package} {there.get(package)}, but this process {ours};"
                    " all of them need the same"
                )


def versions_here() -> dict[str, str]:
    """Of Python and of the packages on which numbers depend."""
    found = {"Python": platform.python_version()}
    for package in COMPARED:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "missing"
    return found
