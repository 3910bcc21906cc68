"""Who works with the campaign: accounts beside its register."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from optimizer.desk.opened import OpenCampaign
from optimizer.errors import CampaignError, SignInError

if TYPE_CHECKING:
    from optimizer.desk.own_certificate import Signed
    from optimizer.desk.sign_in import People


class Staff(OpenCampaign):
    """Wishes of who keeps the server."""

    @cached_property
    def people(self) -> People:
        """The people who may sign in."""
        from optimizer.desk.sign_in import People

        _ = self.register  # of a folder that is no campaign the error says so
        return People(self.path / "people.sqlite")

    def make_ready(self) -> None:
        """Load what the first plan of a day needs, before somebody waits for it."""
        from optimizer.routes.solver import compile_once

        compile_once()
        _ = self.known_roads

    def own_certificate(self, host: str) -> Signed:
        """The files of a certificate for the server, by an authority of the campaign's own."""
        from optimizer.desk.own_certificate import own_certificate

        return own_certificate(self.path, host)

    def known_station(self, station: str) -> str:
        """A station's name by its id.

        Raises
        ------
        CampaignError
            There is no such station.
        """
        table = self.register.stations()
        names = dict(zip(table["station"], table["name"], strict=True))
        if station not in names:
            raise CampaignError("station.unknown", station=station, known=list(names))
        return str(names[station] or station)

    def add_demo_people(self, password: str) -> list[str]:
        """Made-up people, one of each role; those who are there stay as they are.

        Raises
        ------
        SignInError
            There are people already who were not made up.
        """
        blocks = self.register.blocks(first=self.today)
        stations = blocks.sort_values("date") if len(blocks) else self.register.stations()
        station = str(stations["station"].iloc[0])
        wanted = {
            "admin": ("administrator", ""),
            "planner": ("planner", ""),
            "chief": ("chief", station),
            "clerk": ("clerk", station),
            "auditor": ("auditor", ""),
        }
        there = {one.name for one in self.people.all()}
        if there - wanted.keys():
            raise SignInError("person.real_people")
        for name, (role, of) in wanted.items():
            if name not in there:
                self.people.add(name, role, of, password, initial=False)
        return list(wanted)
