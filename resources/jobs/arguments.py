"""The arguments of jobs: checked against the function's signature, and written as JSON."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from importlib import import_module
from inspect import Parameter, Signature, signature
from types import NoneType, SimpleNamespace, UnionType
from typing import TYPE_CHECKING, Any, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from django.utils.dateparse import parse_date, parse_datetime

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from resources.json_text import JsonObject

JSON_TYPES = (str, int, float, bool, NoneType)
PARSERS: Mapping[type, Callable[[str], object]] = {
    UUID: UUID,
    datetime: parse_datetime,
    date: parse_date,
}
"""Types that JSON has no form for, and how they are read back from text."""


def encoded(
    function: Callable[..., object], args: Sequence[object], kwargs: Mapping[str, object]
) -> object:
    """Return a call as JSON: `{"args": […], "kwargs": {…}}`.

    Raises TypeError unless the arguments fit the function's signature and annotations: text,
    numbers, booleans, None, UUIDs, dates and times, and lists and dictionaries of them.
    """
    return {"args": [], "kwargs": _bound(function, args, kwargs, _encode)}


def decoded(function: Callable[..., object], arguments: JsonObject) -> dict[str, object]:
    """Return the keyword arguments of a stored call; raises TypeError as `encoded` does."""
    return _bound(function, arguments.get("args", ()), arguments.get("kwargs", {}), _decode)


def _bound(
    function: Callable[..., object],
    args: Sequence[object],
    kwargs: Mapping[str, object],
    convert: Callable[[str, object, object], object],
) -> dict[str, object]:
    called, hints = _signature(function)
    bound = called.bind(*args, **kwargs).arguments
    return {name: convert(name, value, hints.get(name, Any)) for name, value in bound.items()}


@cache
def _signature(function: Callable[..., object]) -> tuple[Signature, Mapping[str, object]]:
    """Return a function's signature without its context, and the types of its parameters."""
    called = signature(function)
    names = [name for name in called.parameters if name != "context"]
    if any(called.parameters[name].kind in NOT_NAMED for name in names):
        raise TypeError(f"{function.__name__}: the parameters of a job have names of their own.")
    annotations = {name: function.__annotations__.get(name, Any) for name in names}
    try:
        typed = SimpleNamespace(__annotations__=annotations)
        hints = get_type_hints(typed, vars(import_module(function.__module__)))
    except NameError as missing:
        text = f"{function.__name__}: import {missing.name} for the running program, too"
        raise TypeError(f"{text}, as arguments are checked by it.") from missing
    return called.replace(parameters=[called.parameters[name] for name in names]), hints


NOT_NAMED = (Parameter.POSITIONAL_ONLY, Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD)


def _encode(name: str, value: object, hint: object) -> object:
    _require(name, value, hint)
    return _as_json(value)


def _as_json(value: object) -> object:
    if isinstance(value, list | tuple):
        return [_as_json(each) for each in value]
    if isinstance(value, dict):
        return {str(key): _as_json(each) for key, each in value.items()}
    if isinstance(value, UUID):
        return str(value)
    return value.isoformat() if isinstance(value, date) else value


def _decode(name: str, value: object, hint: object) -> object:
    read = _read(value, hint)
    _require(name, read, hint)
    return read


def _read(value: object, hint: object) -> object:
    """Return a JSON value as what the annotation asks for, as far as it can be read so."""
    if isinstance(value, list):
        (inner,) = get_args(hint) or (Any,)
        return [_read(each, inner) for each in value]
    if isinstance(value, dict):
        _key, inner = get_args(hint) or (str, Any)
        return {key: _read(each, inner) for key, each in value.items()}
    for kind in _alternatives(hint):
        parse = PARSERS.get(kind)
        if parse and isinstance(value, str):
            return parse(value)
    return value


def _alternatives(hint: object) -> Sequence[Any]:
    return get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)


def _require(name: str, value: object, hint: object) -> None:
    if not _fits(value, hint):
        raise TypeError(f"The argument {name} is {hint}, not {value!r}.")


def _fits(value: object, hint: object) -> bool:
    """Return whether a value has a form in JSON, and is of the annotated type."""
    return any(_is_of(value, kind) for kind in _alternatives(hint))


def _is_of(value: object, kind: Any) -> bool:
    if isinstance(value, list | tuple):
        (inner, *_rest) = get_args(kind) or (Any,)
        return get_origin(kind) in (list, None) and all(_fits(each, inner) for each in value)
    if isinstance(value, dict):
        _key, inner = get_args(kind) or (str, Any)
        return get_origin(kind) in (dict, None) and all(_fits(v, inner) for v in value.values())
    if kind is Any:
        return isinstance(value, (*JSON_TYPES, *PARSERS))
    kind = NoneType if kind is None else get_origin(kind) or kind
    is_number = kind is float and type(value) is int
    is_other = isinstance(value, bool) and kind is not bool
    return is_number or (isinstance(value, kind) and not is_other)
