"""The checklist as people and programs read it: what is there, what shows it, and the next step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from opsbook.metrics.checklist import STAGES, next_step
from opsbook.output.frames import Paint, wrapped
from opsbook.output.markdown import prose

if TYPE_CHECKING:
    from opsbook.metrics.checklist import Item


def head(items: Sequence[Item]) -> str:
    """`11 of 16: foundation 4 of 4, processes 3 of 4, …`."""
    stages = []
    for stage in STAGES:
        own = [each for each in items if each.stage == stage]
        stages.append(f"{stage} {sum(each.done for each in own)} of {len(own)}")
    return f"{sum(each.done for each in items)} of {len(items)}: {', '.join(stages)}"


def text(items: Sequence[Item], paint: Paint, width: int) -> Iterator[str]:
    """The checklist, for a terminal."""
    yield from (f"{paint(line, '1')}\n" for line in wrap(head(items), width))
    for stage in STAGES:
        yield f"\n{paint(stage, '1')}\n"
        for each in items:
            if each.stage == stage:
                mark = paint("✓", "32") if each.done else paint("·", "33")
                yield f"  {mark} {paint(each.title, '' if each.done else '33')}\n"
                yield from wrapped(each.said, "    ", width, paint, "2")
    following = next_step(items)
    if following is not None:
        yield f"\n{paint('next', '1;33')}: {following.title[0].lower()}{following.title[1:]}\n"
        yield from wrapped(following.how, "  ", width, paint, "")


def markdown(items: Sequence[Item]) -> str:
    """The checklist as a page of boxes, ticked or not."""
    parts = [f"## Checklist\n\n{head(items)}.\n"]
    for stage in STAGES:
        own = [each for each in items if each.stage == stage]
        lines = [f"- [{'x' if each.done else ' '}] **{each.title}**: {prose(each.said)}\n" for each in own]
        parts.append(f"### {stage.capitalize()}\n\n{''.join(lines)}")
    following = next_step(items)
    if following is not None:
        parts.append(
            f"**Next:** {following.title[0].lower()}{following.title[1:]}: {prose(following.how)}.\n"
        )
    return "\n".join(parts)


def data(items: Sequence[Item]) -> dict[str, Any]:
    """The checklist as plain data."""
    following = next_step(items)
    return {
        "version": 1,
        "done": sum(each.done for each in items),
        "items": [
            {
                "item": each.name,
                "stage": each.stage,
                "title": each.title,
                "done": each.done,
                "said": each.said,
                "vouched_for_by": each.by,
                "how": each.how,
            }
            for each in items
        ],
        "next": following.name if following else None,
    }
