"""Compile a plain scalar function by numba, and never run one that is older than its source."""

import hashlib
from collections.abc import Callable, Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, TypeVar, cast

import numpy as np
from numba import config, njit, typeof

Function = TypeVar("Function", bound=Callable[..., Any])


KERNEL = ("records", "steps", "closing", "block.py", "columns.py", "compiled.py")
"""Where compiled functions live, and all that they use; a test holds that no other file of `streams` has any."""


def digest() -> str:
    """Twelve hex digits over every source file that compiled functions are made of.

    numba keys its cache by the file of the outermost function only; a changed inner step (another file)
    would go on running as it was.  So each state of the sources has a cache folder of its own.
    """
    root = files("streams")
    return hashlib.sha256(b"\0".join(text for name in KERNEL for text in sources(root / name))).hexdigest()[:12]


def sources(item: Traversable) -> Iterator[bytes]:
    """The source file, or those below a folder in the order of their names."""
    if item.is_dir():
        for each in sorted(item.iterdir(), key=lambda entry: entry.name):
            yield from sources(each)
    elif item.name.endswith(".py"):
        yield item.read_bytes()


_ROOT = vars(config)["CACHE_DIR"] or files("streams").joinpath("__pycache__")
vars(config)["CACHE_DIR"] = f"{_ROOT}/compiled-{digest()}"


_ENTRIES: dict[tuple[Any, tuple[Any, ...]], Any] = {}
"""Functions that were asked for, by the kinds of their arguments."""


def compiled(function: Function) -> Function:
    """The function, compiled at its first call and kept on disk; with NUMBA_DISABLE_JIT=1 the function itself."""
    return cast(Function, njit(cache=True, error_model="numpy", nogil=True)(function))


def direct(function: Function, *examples: Any) -> Function:
    """A compiled function for arguments of exactly these types, called without asking each argument what it is.

    For many arrays the asking takes longer than a small frame takes to decide.  An array must be as contiguous as its
    example: nothing looks at that any more.
    """
    if vars(config)["DISABLE_JIT"]:
        return function
    shape = tuple(kind_of(example) for example in examples)
    found = _ENTRIES.get((function, shape))
    if found is None:
        dispatcher, types = cast(Any, function), tuple(cast(Any, typeof)(example) for example in examples)
        dispatcher.compile(types)
        found = _ENTRIES[function, shape] = dispatcher.overloads[types].entry_point
    return cast(Function, found)


def kind_of(example: Any) -> Any:
    """What numba's type of an argument depends on; to ask numba for the type of a record array takes a millisecond."""
    if isinstance(example, np.ndarray):
        flags = example.flags
        return example.dtype, example.ndim, flags.c_contiguous, flags.f_contiguous, flags.writeable, flags.aligned
    if isinstance(example, tuple):
        return type(example), *map(kind_of, example)
    return type(example)


def inlined(function: Function) -> Function:
    """The same for a step of the inner loop, which becomes part of its caller: an array that is handed on to a function
    of its own costs more than most steps do."""
    return cast(Function, njit(cache=True, error_model="numpy", nogil=True, forceinline=True)(function))
