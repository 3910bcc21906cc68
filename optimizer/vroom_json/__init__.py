"""VROOM's JSON, in and out: a day's problem from any source, and its answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from optimizer.routes import Params, StopAfter, solve
from optimizer.vroom_json.judging import judged
from optimizer.vroom_json.reading import read_document
from optimizer.vroom_json.writing import Answer, write_answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.catalogue import Lang


def route_json(
    document: Mapping[str, Any],
    seconds: float | None = 10.0,
    seed: int = 1,
    *,
    check: bool = False,
    iterations: int | None = None,
    lang: Lang = "en",
) -> dict[str, Any]:
    """Solve a problem in VROOM's JSON, or judge the steps that it gives.

    Parameters
    ----------
    document
        VROOM's input: jobs, vehicles, matrices.
    seconds, iterations
        Time to search; or iterations, for the same answer on every machine.
    check
        VROOM's plan mode: the vehicles' `steps` are timed as they are, and every rule that they
        break is listed.

    Returns
    -------
    dict
        VROOM's output: code, summary, routes, unassigned; with our `reason` and `action`.

    Raises
    ------
    ProblemError
        With the place of every fault, and every property that is not supported.
    """
    order = read_document(document, check=check)
    if check:
        return write_answer(order, judged(order))
    limit = (
        StopAfter(iterations=iterations) if iterations is not None else StopAfter(seconds=seconds)
    )
    found = solve(order.problem, limit, seed, Params(lang=lang), initial=order.steps)
    return write_answer(order, Answer(found.routes, found.unassigned, ()))


__all__ = ["route_json"]
