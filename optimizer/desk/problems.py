"""A day's problem of anybody's own, in a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optimizer.atomic_files import write_whole
from optimizer.catalogue import os_reason
from optimizer.errors import ProblemError

if TYPE_CHECKING:
    import os


def route_file(
    problem: str | os.PathLike[str],
    out: str | os.PathLike[str] | None = None,
    *,
    seconds: float = 10.0,
    seed: int = 1,
    judge: bool = False,
) -> tuple[dict[str, Any], Path | None]:
    """Solve a problem in VROOM's JSON, or judge the plan in it.

    Parameters
    ----------
    out
        Where the answer goes; it is only given back without it.

    Returns
    -------
    answer, written
        VROOM's JSON, and the file that was written, if any.

    Raises
    ------
    ProblemError
        The file cannot be read, or its problem is wrong.
    """
    from optimizer.vroom_json import route_json

    path = Path(problem)
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ProblemError("route.unreadable", problem=path, why=os_reason(error)) from None
    except (ValueError, RecursionError) as error:
        raise ProblemError("route.no_json", problem=path, error=error) from None
    answer = route_json(document, seconds, seed, check=judge)
    if out is None:
        return answer, None
    return answer, write_whole(Path(out), json.dumps(answer, ensure_ascii=False, indent=1))
