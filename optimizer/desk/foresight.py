"""What is to be expected of the rest of the campaign, and what came of earlier answers."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from optimizer.desk.opened import OpenCampaign
from optimizer.errors import RegisterError

if TYPE_CHECKING:
    import datetime as dt

    from optimizer.catalogue import Lang
    from optimizer.forecast import Forecast, ToldAndCame
    from optimizer.forecast.forecast_sentences import Sentence


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
