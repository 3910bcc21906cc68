"""The planner's settings: what stands in campaign.toml, checked as it is typed."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from starlette.concurrency import run_in_threadpool

from optimizer.desk import Person
from optimizer.errors import SettingsError
from optimizer.web.pages import Here, lang_of, note, page, served_of
from optimizer.web.rights import may

router = APIRouter(prefix="/county/settings")
Changer = Annotated[Person, Depends(may("change the county"))]
LONGEST = 4000
"""No setting is longer."""


@router.get("")
def settings(request: Request, campaign: Here, _: Changer) -> Response:
    """All settings with today's values."""
    return page(request, "settings.html", {"sections": campaign.chosen_settings()})


@router.post("/{section}/{name}/check")
async def check(request: Request, section: str, name: str, campaign: Here, _: Changer) -> Response:
    """Whether a setting could have the value that is being typed."""
    text = (await _texts(request)).get(name, "")
    said = ""
    try:
        await run_in_threadpool(campaign.check_setting, section, name, text)
    except SettingsError as error:
        said = error.in_words(lang_of(request))
    return page(request, "setting_said.html", {"said": said})


@router.post("/{section}")
async def change(request: Request, section: str, campaign: Here, _: Changer) -> Response:
    """Write the settings of a section; all of them, or none when one cannot be."""
    texts = await _texts(request)
    changed = await run_in_threadpool(campaign.change_settings, section, texts)
    served_of(request).settings = campaign.stored_settings
    for news in changed:
        note(request, "settings", "", news[:200])
    return page(request, "settings_changed.html", {"changed": changed})


async def _texts(request: Request) -> dict[str, str]:
    form = await request.form()
    return {name: str(value)[:LONGEST] for name, value in form.items()}
