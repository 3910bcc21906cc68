"""Where labels go: none covers another, and each is as near to its place as it can be.

Stops that would lie on top of each other share a label (``3–5``), labels push each other aside, and
names of places and the scale take what room is left.
"""

from __future__ import annotations

from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from optimizer.catalogue.escaping import clean
from optimizer.drawing.canvas import INK
from optimizer.drawing.labels import Label, em_width, halo_text, overlap
from optimizer.drawing.map_content import PLACE_RANK

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from optimizer.drawing.canvas import Canvas
    from optimizer.drawing.frame import Line
    from optimizer.drawing.labels import Box
    from optimizer.drawing.map_content import Place
    from optimizer.model import LonLat


def stop_labels(
    stops: Sequence[tuple[int | str, LonLat]], canvas: Canvas, near_mm: float = 1.7
) -> list[Label]:
    """One label a stop; stops in a row that are nearer to each other share one."""
    groups: list[tuple[list[int | str], list[Line]]] = []
    for number, place in stops:
        at = canvas.mm(place)
        if groups:
            numbers, places = groups[-1]
            last = numbers[-1]
            follows = isinstance(number, int) and isinstance(last, int) and number == last + 1
            if follows and np.hypot(*(at - np.mean(places, axis=0))) < near_mm:
                numbers.append(number)
                places.append(at)
                continue
        groups.append(([number], [at]))
    return [
        Label(_span(numbers), np.mean(places, axis=0), np.mean(places, axis=0))
        for numbers, places in groups
    ]


def _span(numbers: list[int | str]) -> str:
    return escape(str(numbers[0])) if len(numbers) == 1 else f"{numbers[0]}–{numbers[-1]}"


def push_apart(labels: list[Label], canvas: Canvas) -> list[Label]:
    """Labels moved apart until none covers another, each as near to its stop as it can be."""
    if not labels:
        return []
    anchors = np.array([label.anchor for label in labels])
    half = np.array([[label.width / 2 + 0.15, 2.55] for label in labels])
    low, high = half + 0.4, np.array([canvas.width_mm, canvas.height_mm]) - half - 0.4
    # A tiny turn for each label, so that labels on one spot have somewhere to go.
    turn = np.arange(len(labels)) * 2.4
    at = anchors + 0.05 * np.column_stack([np.cos(turn), np.sin(turn)])
    at = np.clip(at, low, high)
    order = np.arange(len(labels), dtype=np.float64)
    tie = 1e-6 * (order[:, None] - order[None, :])[..., None]
    for step in range(300):
        gap = at[:, None] - at[None, :] + tie
        depth = half[:, None] + half[None, :] - np.abs(gap)
        touching = np.all(depth > 0, axis=2) & ~np.eye(len(labels), dtype=bool)
        if not touching.any():
            break
        axis = (depth[..., 1] < depth[..., 0]).astype(int)
        push = np.zeros_like(gap)
        rows, columns = np.nonzero(touching)
        along = axis[rows, columns]
        amount = depth[rows, columns, along] * np.sign(gap[rows, columns, along])
        push[rows, columns, along] = amount
        at = at + 0.45 * push.sum(axis=1) + (0.02 if step < 40 else 0) * (anchors - at)
        at = np.clip(at, low, high)
    return [replace(label, at=place) for label, place in zip(labels, at, strict=True)]


def place_names(
    places: Sequence[Place], canvas: Canvas, taken: Sequence[Box], most: int = 14
) -> Iterable[str]:
    """Names of places where they cover nothing, towns first."""
    boxes = list(taken)
    written = 0
    for place in sorted(places, key=lambda place: PLACE_RANK.get(place.kind, 3)):
        name = clean(place.name, 16)
        size = 3.6 if PLACE_RANK.get(place.kind, 3) == 0 else 3.0
        middle = canvas.mm(place.at)
        half = np.array([em_width(name) * size / 2 + 0.4, size * 0.6])
        for shift in (0.0, -4.0, 4.0, -7.0, 7.0):
            at = middle + np.array([0, shift])
            box = (*(at - half), *(at + half))
            if _inside(box, canvas) and not any(overlap(box, other) for other in boxes):
                boxes.append(box)
                written += 1
                yield halo_text(name, at, size)
                break
        if written == most:
            return


def _inside(box: Box, canvas: Canvas) -> bool:
    left, top, right, bottom = box
    return left > 1 and top > 1 and right < canvas.width_mm - 1 and bottom < canvas.height_mm - 1


def scale_bar(canvas: Canvas, taken: list[Box]) -> list[str]:
    """A scale in the first corner that has room for it, which is then taken."""
    longest_m = min(30.0, canvas.width_mm / 3) / canvas.mm_per_m
    metres = max(
        step * 10**power
        for step in (1, 2, 5)
        for power in range(1, 6)
        if step * 10**power <= longest_m or (step, power) == (1, 1)
    )
    length = metres * canvas.mm_per_m
    boxes: list[Box] = [
        (left - 1, bottom - 4.4, left + length + 1, bottom + 1)
        for bottom in (canvas.height_mm - 2.2, 5.4)
        for left in (2.5, canvas.width_mm - 2.5 - length)
    ]
    free = [box for box in boxes if not any(overlap(box, other) for other in taken)]
    box = next(iter(free), boxes[0])
    taken.append(box)
    left, bottom = box[0] + 1, box[3] - 1
    text = f"{metres // 1000} km" if metres >= 1000 else f"{metres} m"
    bar = f"M{left:.2f} {bottom - 1.1:.2f}v1.1h{length:.2f}v-1.1"
    return [
        *(
            f'<path d="{bar}" fill="none" stroke="{colour}" stroke-width="{width}"/>'
            for colour, width in (("#fff", 1.1), (INK, 0.3))
        ),
        halo_text(text, np.array([left + length / 2, bottom - 2.1]), 2.6),
    ]
