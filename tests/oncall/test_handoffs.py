"""The clock contract against published vectors: ours, which others may use, and GoAlert's."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from ruamel.yaml import YAML

from opsbook.model.rotation import Window
from opsbook.model.time import Turn, turn, write_instant
from opsbook.oncall import handoffs

FILE = Path(__file__).parents[1] / "vectors/handoffs.yaml"


def texts(file: Path) -> Any:
    """The file with every scalar as text: instants are compared as they are written."""
    reader = YAML(typ="base", pure=True)
    return reader.load(file.read_text(encoding="utf-8"))


VECTORS = texts(FILE)


def of(case: dict[str, str]) -> str:
    return f"{case['zone']}: {case['why']}"


@pytest.mark.parametrize("case", VECTORS["wall_times"], ids=of)
def test_a_wall_time_is_these_two_instants(case: dict[str, str]) -> None:
    wall, zone = datetime.fromisoformat(case["wall"]), ZoneInfo(case["zone"])
    found = [write_instant(each(wall, zone)) for each in (handoffs.begins, handoffs.ends)]
    assert found == [case["begins"], case["ends"]]


@pytest.mark.parametrize("case", VECTORS["turns"], ids=of)
def test_turns_are_handed_over_at_these_instants(case: dict[str, Any]) -> None:
    starts, every, zone = datetime.fromisoformat(case["starts"]), turn(case["every"]), ZoneInfo(case["zone"])
    first = int(case["first"])
    found = [
        write_instant(handoffs.turn_begins(starts, every, first + number, zone))
        for number in range(len(case["handoffs"]))
    ]
    assert found == case["handoffs"]


@pytest.mark.parametrize("case", VECTORS["windows"], ids=of)
def test_a_window_is_open_between_these_instants(case: dict[str, str]) -> None:
    window = Window.model_validate({"days": ("mon",), "from": case["from"], "to": case["to"]})
    day, zone = date.fromisoformat(case["day"]), ZoneInfo(case["zone"])
    found = [handoffs.window_begins(window, day, zone), handoffs.window_ends(window, day, zone)]
    assert [write_instant(each) for each in found] == [case["begins"], case["ends"]]


# ── GoAlert ───────────────────────────────────────────────────────────────────────────────

LENGTHS = {
    "hourly": lambda number: Turn(timedelta(hours=number)),
    "daily": lambda number: Turn(timedelta(days=number)),
    "weekly": lambda number: Turn(timedelta(weeks=number)),
    "monthly": lambda number: Turn(months=number),
}


def test_goalerts_vectors_pass_without_a_difference(corpora: Path) -> None:
    vectors = texts(corpora / "schedules/goalert__rotation-vectors/rotation-handoffs.yaml")
    for case in vectors["handoff_cases"]:
        rotation, zone = case["rotation"], ZoneInfo(case["time_zone"])
        every = LENGTHS[rotation["type"]](int(rotation["shift_length"]))
        starts = datetime.fromisoformat(rotation["start"])
        expected = [datetime.fromisoformat(each).astimezone(UTC) for each in case["handoffs"]]
        number = handoffs.turn_at(starts, every, expected[0], zone)
        found = [
            handoffs.turn_begins(starts, every, number + step, zone) for step in range(3 * len(expected))
        ]
        assert list(dict.fromkeys(found))[: len(expected)] == expected, case["id"]
    for case in vectors["shift_end_cases"]:
        zone, starts = ZoneInfo(case["time_zone"]), datetime.fromisoformat(case["start"])
        every = LENGTHS[case["type"]](int(case["shift_length"]))
        begins, ends = (handoffs.turn_begins(starts, every, number, zone) for number in (0, 1))
        assert handoffs.wall(ends, zone) == datetime.fromisoformat(case["end"])
        assert (ends - begins) / timedelta(hours=1) == float(case["hours"])
