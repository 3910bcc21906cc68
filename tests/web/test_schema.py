"""Whatever is sent to an endpoint, the server answers in words."""

from __future__ import annotations

import httpx
import pytest
import schemathesis
from conftest import PASSWORD
from desk_world import MONDAY, STATION
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error

from optimizer.web.app import ROUTERS, FastAPI


@pytest.fixture(scope="module")
def cookies(server):
    """Who may most at a station: its chief; and the administrator."""
    found = {}
    for name in ("chief", "admin"):
        answer = httpx.post(
            f"{server}/sign-in",
            data={"name": name, "password": PASSWORD},
            headers={"Origin": server},
        )
        found[name] = answer.cookies["zoufang"]
    return found


def described() -> dict:
    app = FastAPI()
    for router in ROUTERS:
        app.include_router(router)
    return app.openapi()


schema = schemathesis.openapi.from_dict(described())
LONG_WORK = ("/plan", "/complete", "/paper.pdf", "/phones.zip", "/sign-out", "/password")


@schema.exclude(path_regex="|".join(f"{path}$" for path in LONG_WORK)).parametrize()
@settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_no_input_is_a_server_error(case, server, cookies):
    """What a browser, a broken proxy or a curious person sends ends in no traceback."""
    case.path_parameters = {
        **(case.path_parameters or {}),
        "station": STATION,
        "date": MONDAY,
    }
    for name in cookies:
        case.call_and_validate(
            base_url=server,
            cookies={"zoufang": cookies[name]},
            headers={"Origin": server},
            checks=(not_a_server_error,),
            timeout=60,
        )
