"""`optimizer.forecast.call_chain`: the register's rules as a table."""

from __future__ import annotations

import pytest

from optimizer.forecast.call_chain import ASKED, MISSED, OWN, call_chain
from optimizer.forecast.chain_rows import chain_rows
from optimizer.settings import FollowSettings

HOUSEHOLDS = {"household": 1.0}


def after(chain, name):
    """Where those go at whose door nobody was, and which share."""
    shares = chain.after_nobody[chain.row(name)]
    return {chain.steps[row].name: share for row, share in enumerate(shares) if share}


def test_a_household_goes_the_way_of_the_register():
    """Three failed calls, three more in the season, then the telephone: as the settings say."""
    chain = call_chain(FollowSettings(), HOUSEHOLDS)
    way = [OWN]
    while chain.steps[chain.row(way[-1])].calls:
        (following,) = after(chain, way[-1])
        way.append(following)
    assert way == [OWN, "/1", "/2", "season/3", "season/4", "season/5", "telephone/6"]
    assert after(chain, MISSED) == after(chain, OWN)
    assert chain.steps[chain.row("/1")].wait_days == 3
    assert chain.steps[chain.row(ASKED)].wait_days == 90


def test_kinds_share_out_to_their_own_lists():
    """Two in ten are shops, which are telephoned to where households wait for the season."""
    chain = call_chain(FollowSettings(), {"household": 0.8, "business": 0.2})
    assert after(chain, "/2") == pytest.approx({"season/3": 0.8, "telephone/3": 0.2})


def test_who_is_telephoned_to_in_vain_is_called_on_in_the_season():
    """As the register does: of each list those of equally many calls, and nobody after the last."""
    chain = call_chain(FollowSettings(), {"household": 0.8, "business": 0.2})
    pairs = chain_rows(chain).called_in_season
    assert pairs == ((chain.row("season/3"), chain.row("telephone/3")),)


def test_other_rules_make_another_chain():
    """A forecast that kept rules of its own would not see that the office has changed them."""
    rules = FollowSettings(max_tries=2, retry_after_days=5, after_tries={"household": "evening"})
    chain = call_chain(rules, HOUSEHOLDS)
    assert after(chain, "/1") == {"evening/2": 1.0}
    assert chain.steps[chain.row("/1")].wait_days == 5
    assert "season/2" not in {step.name for step in chain.steps}


def test_a_check_is_called_on_as_often_as_the_rules_allow():
    """After its last call the finding is the telephone's: no crew comes any more."""
    chain = call_chain(FollowSettings(revisit_tries=2), HOUSEHOLDS)
    assert after(chain, "revisit/0") == {"revisit/1": 1.0}
    assert after(chain, "revisit/1") == {}
