"""What is to be expected of the rest of the campaign, and what came of earlier answers."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from optimizer.desk.opened import OpenCampaign
from optimizer.errors import CampaignError, RegisterError

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from optimizer.catalogue import Lang
    from optimizer.forecast import Forecast, ToldAndCame
    from optimizer.forecast.forecast_sentences import Sentence
    from optimizer.forecast.rehearsal import Rehearsal


class Foresight(OpenCampaign):
    """Wishes of whoever has to answer for the campaign."""

    def forecast(self, date: dt.date | str | None = None) -> Forecast | None:
        """What is to be expected of the rest of the campaign; None where nothing is planned.

        The first answer of a month is kept, to be shown against what comes.
        """
        from optimizer.forecast import forecast, is_kept

        today = self.day(date)
        told = forecast(self.register, self.settings, today, self.workdays)
        if told is not None and not is_kept(self.register, today):
            with suppress(RegisterError):  # who may only read is told all the same
                self.keep_forecast(told)
        return told

    def keep_forecast(self, told: Forecast) -> None:
        """Keep an answer, to be shown against what comes."""
        from optimizer.forecast import keep

        keep(self.register, told)

    def earlier_forecasts(self, date: dt.date | str | None = None) -> list[ToldAndCame]:
        """All forecasts that were kept, each beside what has come since."""
        from optimizer.forecast import told_and_came

        return told_and_came(self.register, self.day(date))

    def forecast_sentences(self, told: Forecast, lang: Lang | None = None) -> list[Sentence]:
        """What a forecast says, a sentence each."""
        from optimizer.forecast import forecast_sentences

        last = self.settings.campaign.finish
        return forecast_sentences(told, last, lang or self.lang)

    def rehearse(
        self,
        *,
        runs: int = 200,
        share: float = 95,
        changes: Sequence[str] = (),
        date: dt.date | str | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> Rehearsal:
        """Play the rest of the campaign many times; nothing is stored.

        Parameters
        ----------
        runs
            How many times.
        share
            Percent of the customers to be visited that are to be visited by the last day.
        changes
            Such as lend=S01:S07:2, duty+1 or finish=2029-12-31.
        progress
            Called with what is played and the most that may have to be.

        Raises
        ------
        CampaignError
            A change cannot be read or be, the share is none, or there is no plan.
        """
        from optimizer.campaign.change import parse_change
        from optimizer.forecast.rehearsal import rehearse

        if not 0 < share <= 100:
            raise CampaignError("option.no_share", share=share)
        return rehearse(
            self.register,
            self.settings,
            self.day(date),
            self.workdays,
            runs=runs,
            share=share,
            changes=[parse_change(text, self.station_id) for text in changes],
            progress=progress,
        )

    def draw_rehearsal(self, rehearsal: Rehearsal) -> Path:
        """Draw a rehearsal as out/rehearsal.svg."""
        from optimizer.catalogue import Texts
        from optimizer.reports.rehearsal_picture import write_rehearsal

        return write_rehearsal(rehearsal, self.path / "out" / "rehearsal.svg", Texts(self.lang))
