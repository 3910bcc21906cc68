"""Stations on many machines: a Dask cluster by address."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from optimizer.errors import CampaignError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import distributed

Job = TypeVar("Job")
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Cluster:
    """The workers of a Dask scheduler, such as tcp://HOST:8786.

    A job whose worker dies is given to another one, up to `retries` times.
    """

    address: str
    retries: int = 3
    timeout_s: float = 10.0

    def run(
        self, function: Callable[[Job], Answer], jobs: Sequence[Job]
    ) -> Iterator[tuple[int, Answer]]:
        """Yield each job's index and answer as they come.

        Raises
        ------
        CampaignError
            Dask is not installed, nobody answers at the address, or workers keep dying.
        """
        try:
            import distributed  # noqa: PLC0415  (an optional extra)
        except ImportError:
            raise CampaignError("cluster.no_dask") from None
        with self._client() as client:
            futures = self._submit(client, function, jobs)
            try:
                for future in distributed.as_completed(futures, loop=client.loop):  # type: ignore[no-untyped-call]
                    yield futures[future], future.result()
            except distributed.scheduler.KilledWorker as error:
                raise CampaignError("cluster.lost", address=self.address, error=error) from None
            finally:
                client.cancel(list(futures))

    def _submit(
        self,
        client: distributed.Client,
        function: Callable[[Job], Answer],
        jobs: Sequence[Job],
    ) -> dict[distributed.Future[Any], int]:
        with warnings.catch_warnings():
            # a job holds the roads: megabytes, but the scheduler can send it again
            warnings.filterwarnings("ignore", "Sending large graph")
            return {
                client.submit(function, job, pure=False, retries=self.retries): index
                for index, job in enumerate(jobs)
            }

    def _client(self) -> distributed.Client:
        import distributed  # noqa: PLC0415

        try:
            return distributed.Client(  # type: ignore[no-untyped-call]
                self.address, timeout=self.timeout_s, set_as_default=False
            )
        except (OSError, ValueError) as error:
            raise CampaignError("cluster.no_answer", address=self.address, error=error) from None
