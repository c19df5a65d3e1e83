"""Pictures: what stands where, and that whoever cannot see them is told the same."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from opsbook.site import charts

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
EVIL = '</title><script>alert(1)</script> "onload=x &'


def after(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def staircase(*steps: charts.Milestone, rows: tuple[charts.Row, ...] = ()) -> str:
    axis = charts.Axis(START, after(60), BERLIN)
    return str(charts.staircase("m", "How it went", "started, detected", axis, steps, rows))


def spread(*lanes: charts.Lane) -> str:
    return str(charts.spread("s", "How long", "some", lanes))


def shown(picture: str) -> list[str]:
    """The words that a picture writes, in order."""
    return [each.text or "" for each in ET.fromstring(picture).iter("text")]


def test_a_picture_names_itself_to_who_does_not_see_it() -> None:
    root = ET.fromstring(staircase(charts.Milestone("started", START)))
    assert root.attrib["role"] == "img"
    labels = {each.attrib["id"]: each.text for each in root if each.tag in ("title", "desc")}
    assert labels == {"m-t": "How it went", "m-d": "started, detected"}
    assert root.attrib["aria-labelledby"] == " ".join(labels)


def test_a_milestone_says_how_long_after_the_first_it_was_and_whether_that_is_a_guess() -> None:
    found = shown(
        staircase(charts.Milestone("started", START, approximate=True), charts.Milestone("closed", after(33)))
    )
    assert found[:2] == ["≈ started", "closed +33\u00a0min"]


def test_a_milestone_outside_of_the_picture_stands_at_its_edge_with_an_arrow() -> None:
    found = shown(
        staircase(charts.Milestone("started", after(-600)), charts.Milestone("closed", after(6000)))
    )
    assert found[:2] == ["← started", "closed +4\u00a0d 14\u00a0h →"]


def test_the_ticks_of_time_are_round_on_the_clock_of_the_zone() -> None:
    axis = charts.Axis(after(7), after(50), ZoneInfo("Asia/Kathmandu"))
    assert [words for _, words in axis.ticks()] == ["15:00", "15:10", "15:20", "15:30"]
    days = charts.Axis(START, START + timedelta(days=3), BERLIN)
    assert [words for _, words in days.ticks()] == ["12:00", "00:00", "12:00", "00:00", "12:00", "00:00"]


def test_a_picture_of_a_thousand_years_has_few_ticks() -> None:
    axis = charts.Axis(datetime(1900, 1, 1, tzinfo=UTC), datetime(2999, 1, 1, tzinfo=UTC), BERLIN)
    assert len(list(axis.ticks())) <= 8


def test_what_a_record_says_never_becomes_markup() -> None:
    span = charts.Span(START, after(50), "ob-fill-0", EVIL)
    mark = charts.Mark(after(5), EVIL)
    found = staircase(charts.Milestone(EVIL, START), rows=(charts.Row(EVIL, (span,), (mark,)),))
    found += str(charts.columns("c", EVIL, EVIL, [charts.Column(EVIL, ((3, "x", EVIL),), EVIL)]))
    found += spread(charts.Lane(EVIL, (charts.Value(timedelta(hours=1), EVIL),)))
    assert "<script" not in found
    assert '"onload' not in found
    ET.fromstring(f"<all>{found}</all>")


def test_durations_lie_on_a_logarithmic_scale_between_round_ones() -> None:
    values = tuple(charts.Value(timedelta(minutes=minutes), f"{minutes}m") for minutes in (2, 20, 200))
    picture = spread(charts.Lane("SEV1", values))
    places = [float(found) for found in re.findall(r'<use[^>]* x="([\d.]+)%"', picture)]
    assert len(places) == 3
    assert abs((places[1] - places[0]) - (places[2] - places[1])) < 0.11
    assert shown(picture)[:5] == ["1\u00a0min", "5\u00a0min", "15\u00a0min", "1\u00a0h", "4\u00a0h"]


def test_no_durations_make_no_picture_and_zero_is_at_the_left() -> None:
    assert spread(charts.Lane("SEV1", ())) == ""
    picture = spread(
        charts.Lane("SEV1", (charts.Value(timedelta(0), "0"), charts.Value(timedelta(hours=1), "1h")))
    )
    assert re.search(r'<use[^>]* x="1.5%"', picture)


def test_a_shape_that_many_durations_have_is_drawn_once() -> None:
    values = [charts.Value(timedelta(minutes=each), f"{each}m", "ob-value-1", "square") for each in range(90)]
    picture = spread(
        charts.Lane("a", tuple(values)), charts.Lane("b", (*values, charts.Value(timedelta(1), "x")))
    )
    assert len(re.findall("<path", picture)) == 2
    assert len(re.findall("<use", picture)) == 181
    assert set(re.findall(r'href="#([^"]+)"', picture)) == set(re.findall(r'<path id="([^"]+)"', picture))
    assert re.findall(r'<g class="([^"]+)">', picture) == [
        "ob-value ob-value-1",
        "ob-value ob-value-1",
        "ob-value",
    ]


def test_a_column_is_as_high_as_its_count_and_says_it() -> None:
    found = [charts.Column(name, ((count, "a", "SEV1"),)) for name, count in (("Jan", 1), ("Feb", 4))]
    picture = str(charts.columns("c", "Counts", "1, 4", found, 80))
    assert re.findall(r'<rect[^>]* height="([\d.]+)"', picture) == ["19", "79"]
    assert [each for each in shown(picture) if each in ("1", "4")] == ["1", "1", "1", "4"], "SEV1 in each"


def test_a_curve_steps_at_each_point_and_runs_on_to_the_edge() -> None:
    picture = str(charts.curve("c", "Done", "x", [(0, 0), (0.5, 0.75)], [(0, "0"), (1, "30\u00a0d")], 0.9))
    assert len(re.findall(r'class="ob-curve"', picture)) == 3
    assert "target 90%" in shown(picture)
