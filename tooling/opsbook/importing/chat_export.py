"""A channel of a Slack export: the JSON of its days, and `users.json`, which says who is who.

What people wrote becomes entries, replies too, each at its own time. Programs that talk, joins, topics and
files without a word are no entries and are counted.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from opsbook.errors import UserError
from opsbook.importing.chronicle import Asked, Read, Said
from opsbook.importing.export import File, Left, Part, read_json
from opsbook.importing.people import Someone
from opsbook.importing.words import line

_STAMP = re.compile(r"\d{9,10}(?:\.\d{1,9})?\Z")
_TALK = frozenset(("thread_broadcast", "me_message", "file_share"))
"""Sorts of message that people write."""
_REFERENCE = re.compile(r"<(?P<sign>[@#!]?)(?P<to>[^<>|]+)(?:\|(?P<label>[^<>]*))?>")
_WEB = re.compile(r"(?:https?://|mailto:)", re.IGNORECASE)


def read(files: Sequence[File], asked: Asked) -> Read:  # noqa: ARG001 - a chat knows its times
    """What the people of a channel wrote."""
    parts = [part for file in files for part in _items(read_json(file))]
    users = {user.text("id"): _someone(user) for user in parts if _is_user(user)}
    messages = [part for part in parts if part.has("ts")]
    if not messages:
        raise UserError(f"{files[0].name}: no messages", "give the JSON files of a channel, and users.json")
    said: list[Said] = []
    silent: Counter[str] = Counter()
    left: list[Left] = []
    for message in messages:
        why = _no_entry(message)
        stamp = message.said("ts") or ""
        if why:
            silent[why] += 1
        elif not _STAMP.match(stamp):
            left.append(Left(message.place, f"`{line(stamp, 40)}` is no time"))
        else:
            said.append(_said(message, stamp, users))
    left += [Left(f"{count:,}", f"skipped, {why}") for why, count in sorted(silent.items())]
    return Read(tuple(said), tuple(left))


def _items(answer: Part) -> list[Part]:
    """The messages and users of a file: a list, or an object that holds one."""
    if isinstance(answer.value, dict):
        for key in ("messages", "members", "users"):
            if answer.has(key):
                return answer.items(key)
        return [answer]
    return [each for each in answer.items() if isinstance(each.value, dict)]


def _is_user(part: Part) -> bool:
    return part.has("id") and not part.has("ts") and (part.has("profile") or part.has("name"))


def _someone(user: Part) -> Someone:
    profile = user.get("profile") if isinstance(user.value.get("profile"), dict) else None
    name = user.said("real_name") or (profile.said("real_name") if profile else None)
    login = user.said("name") or (profile.said("display_name") if profile else None)
    return Someone(user.text("id"), name, login)


def _no_entry(message: Part) -> str:
    """Why a message is no entry; empty where it is one."""
    sort = message.said("subtype")
    if message.has("bot_id") or sort == "bot_message" or message.said("user") == "USLACKBOT":
        return (
            f"by the program `{line(message.said('username') or message.said('bot_id') or 'slackbot', 40)}`"
        )
    if sort and sort not in _TALK:
        return f"`{line(sort, 40)}`"
    return "" if message.said("text") else "without a word"


def _said(message: Part, stamp: str, users: Mapping[str, Someone]) -> Said:
    at = datetime.fromtimestamp(int(stamp.partition(".")[0]), UTC)
    user = message.said("user")
    by = users.get(user, Someone(user)) if user else None
    return Said(message.place, at, _text(message.text("text"), users), f"slack:{stamp}", by)


def _text(text: str, users: Mapping[str, Someone]) -> str:
    """A message as Markdown: names for ids, links as links, signs as signs."""

    def meant(found: re.Match[str]) -> str:
        to, label = found["to"], found["label"]
        if found["sign"] == "@":
            someone = users.get(to)
            return f"@{label or (someone.login or someone.name if someone else None) or to}"
        if found["sign"]:
            return f"{'#' if found['sign'] == '#' else '@'}{label or to}"
        if not _WEB.match(to):
            return label or to
        words = re.sub(r"[\[\]\\]", r"\\\g<0>", label or "")
        address = to.replace("(", "%28").replace(")", "%29").replace(" ", "%20")
        return f"[{words}]({address})" if words and words != to else to.removeprefix("mailto:")

    plain = _REFERENCE.sub(meant, text)
    return plain.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
