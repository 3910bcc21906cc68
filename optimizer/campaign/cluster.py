"""Stations on many machines: a Dask cluster by address."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, TypeVar

from optimizer.errors import CampaignError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import distributed

AHEAD: Final = 2
"""Jobs for each thread of the workers that the scheduler holds at a time."""
Job = TypeVar("Job")
Shared = TypeVar("Shared")
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
        self, function: Callable[[Job, Shared], Answer], jobs: Sequence[Job], shared: Shared
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
        with self._client() as client, warnings.catch_warnings():
            # what is shared goes to the scheduler once, which can send it to a worker that is new
            warnings.filterwarnings("ignore", "Sending large graph")
            common = client.submit(_itself, shared, pure=False, retries=self.retries)
            todo = enumerate(jobs)
            index_of: dict[distributed.Future[Any], int] = {}
            answers = distributed.as_completed([], loop=client.loop)  # type: ignore[no-untyped-call]

            def fill_up() -> None:
                most = AHEAD * max(1, sum(client.nthreads().values()))
                # fewer than are on their way where a worker has died
                for index, job in islice(todo, max(0, most - len(index_of))):
                    future = client.submit(function, job, common, pure=False, retries=self.retries)
                    index_of[future] = index
                    answers.add(future)  # type: ignore[no-untyped-call]

            try:
                fill_up()
                for future in answers:
                    yield index_of.pop(future), future.result()
                    fill_up()
            except distributed.scheduler.KilledWorker as error:
                raise CampaignError("cluster.lost", address=self.address, error=error) from None
            finally:
                client.cancel([common, *index_of])

    def _client(self) -> distributed.Client:
        import distributed  # noqa: PLC0415

        try:
            return distributed.Client(  # type: ignore[no-untyped-call]
                self.address, timeout=self.timeout_s, set_as_default=False
            )
        except (OSError, ValueError) as error:
            raise CampaignError("cluster.no_answer", address=self.address, error=error) from None


def _itself(shared: Shared) -> Shared:
    return shared
