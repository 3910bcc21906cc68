"""The links by which a crew dials: one a number, none where there is nothing to dial."""

from __future__ import annotations

import pytest

from optimizer.maps.crew_page import _dial


@pytest.mark.parametrize(
    ("cell", "links"),
    [
        ("13800000001", ["tel:13800000001"]),
        ("13800000001/13800000002", ["tel:13800000001", "tel:13800000002"]),
        ("0733-2345678转12", ["tel:07332345678,12"]),
        ("李四代接", []),
        ("1380000", []),
        ("", []),
    ],
)
def test_a_link_a_number(cell, links):
    """Two numbers in one cell made one link of 22 digits, which rang nowhere."""
    assert [number["link"] for number in _dial(cell)] == links


def test_what_cannot_be_dialled_is_still_read():
    """A crew that reads the words next to a number knows whom it rings."""
    assert _dial("13800000001（儿子）")[0]["text"] == "13800000001（儿子）"
