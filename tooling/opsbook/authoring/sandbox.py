"""Jinja for templates that a book holds, which may come with a stranger's pull request.

A template reaches values, and calls what was granted to it and the methods of plain values. All else is
refused, known to be bad or not: a model of pydantic can be asked to unpickle a text, which is to run a
program. Loops and lengths are bounded.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, time, timedelta
from types import BuiltinMethodType, MethodType, ModuleType
from typing import Any

from jinja2 import StrictUndefined
from jinja2.runtime import BlockReference, LoopContext, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Cycler, Joiner
from markupsafe import Markup
from pydantic import BaseModel

_PLAIN = (str, int, float, date, time, timedelta, list, tuple, dict, set, frozenset)
"""Types whose methods only answer; those that would change a value are refused by Jinja."""
_JINJA = (Macro, BlockReference, LoopContext, Cycler, Joiner)
_LONGEST = 100_000
"""A text or list is not repeated to more than this."""
_POWER = 64


class Sandbox(ImmutableSandboxedEnvironment):
    """Templates that reach little: `granted` are the functions and methods they may call, `shown` the only
    attributes that objects of some types have for them."""

    intercepted_binops = frozenset({"*", "**"})

    def __init__(
        self,
        granted: Iterable[Callable[..., Any]] = (),
        shown: Mapping[type, Collection[str]] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(undefined=StrictUndefined, **options)
        del self.globals["lipsum"]  # as long as one likes
        self._granted = list(granted)
        self._shown = shown or {}

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        if isinstance(obj, type | ModuleType):
            return False
        if isinstance(obj, BaseModel) and hasattr(BaseModel, attr):
            return False
        names = self._shown.get(type(obj))
        return (names is None or attr in names) and super().is_safe_attribute(obj, attr, value)

    def is_safe_callable(self, obj: Any) -> bool:
        if not super().is_safe_callable(obj):
            return False
        if isinstance(obj, _JINJA) or any(obj is each for each in self.globals.values()):
            return True
        method = getattr(obj, "__wrapped__", obj)  # Jinja wraps `format`
        if isinstance(method, BuiltinMethodType):
            return isinstance(method.__self__, _PLAIN)
        if isinstance(method, MethodType) and isinstance(method.__self__, (Markup, *_JINJA)):
            return True
        return getattr(obj, "__func__", obj) in self._granted

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        if operator == "**" and isinstance(right, int | float) and abs(right) > _POWER:
            raise OverflowError(f"a power of more than {_POWER}")
        sized, times = (right, left) if isinstance(left, int) else (left, right)
        repeats = operator == "*" and isinstance(sized, str | list | tuple) and isinstance(times, int)
        if repeats and len(sized) * times > _LONGEST:
            raise OverflowError(f"longer than {_LONGEST:,}")
        return super().call_binop(context, operator, left, right)
