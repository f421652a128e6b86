"""Compile a plain scalar function by numba, and never run one that is older than its source."""

import hashlib
from collections.abc import Callable
from importlib.resources import files
from typing import Any, TypeVar

from numba import config, njit

Function = TypeVar("Function", bound=Callable[..., Any])


def digest() -> str:
    """Twelve hex digits over every source file of this folder.

    numba keys its cache by the file of the outermost function only; a changed inner step (another file)
    would go on running as it was.  So each state of the sources has a cache folder of its own.
    """
    sources = sorted((item for item in files("streams").iterdir() if item.name.endswith(".py")), key=lambda i: i.name)
    return hashlib.sha256(b"\0".join(item.read_bytes() for item in sources)).hexdigest()[:12]


config.CACHE_DIR = f"{config.CACHE_DIR or str(files('streams').joinpath('__pycache__'))}/compiled-{digest()}"


def compiled(function: Function) -> Function:
    """The function, compiled at its first call and kept on disk; with NUMBA_DISABLE_JIT=1 the function itself."""
    decorated: Function = njit(cache=True, error_model="numpy", nogil=True)(function)
    return decorated


def inlined(function: Function) -> Function:
    """The same for a step of the inner loop, which becomes part of its caller: an array that is handed on to a function
    of its own costs more than most steps do."""
    decorated: Function = njit(cache=True, error_model="numpy", forceinline=True)(function)
    return decorated
