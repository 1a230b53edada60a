"""Trainings that do not need each other, side by side: in processes of this machine, or by the workers of a cluster."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from nn.basics.checks import check_count
from nn.basics.optional import require
from nn.cluster.workers import client_at


@dataclass(frozen=True)
class Helpers:
    """Who computes.

    Attributes:
        workers: how many processes of this machine; None: this one.
        scheduler: the address of a Dask scheduler, whose workers compute instead.

    Raises:
        ValueError: if both are given, or the number is none.
    """

    workers: int | None = None
    scheduler: str | None = None

    def __post_init__(self) -> None:
        if self.workers is not None:
            check_count("workers", self.workers)
            if self.scheduler is not None:
                raise ValueError("workers are processes of this machine, and a scheduler has its own: give one of them")

    @property
    def several(self) -> bool:
        """Whether it is somebody else than this process."""
        return self.workers is not None or self.scheduler is not None

    def results(self, function: Callable[..., Any], given: Sequence[tuple[Any, ...]]) -> list[Any]:
        """What a function returns for each of these arguments, in their order.

        Raises:
            ValueError: if the scheduler is away, or its workers will not do.
            ModuleNotFoundError: if Dask is missing.
        """
        if not self.several:
            return [function(*arguments) for arguments in given]
        joblib = require("joblib")
        with ExitStack() as stack:
            if self.scheduler is not None:
                client = stack.enter_context(client_at(self.scheduler))
                stack.enter_context(joblib.parallel_config(backend="dask", client=client))
            jobs = joblib.Parallel(n_jobs=self.workers or -1)
            found: list[Any] = jobs(joblib.delayed(function)(*arguments) for arguments in given)
            return found
