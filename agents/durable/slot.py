"""The static identity of a worker, held by one living process of a machine at a time."""

import fcntl
import os
from pathlib import Path
from typing import TextIO

from agents.durable.exits import WorldError
from agents.durable.options import Options


def hold_slot(options: Options) -> TextIO:
    """Take the slot for the life of the returned file; WorldError if another living process has it.

    The group hands a static identity over at once, without waiting for the session to end. A frozen worker would then
    wake with a lease that still runs beside its own successor. The lock goes when the process does, however it ends.
    """
    path = Path(options.datadir) / f"{options.member}.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    held = path.open("a+")
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        held.seek(0)
        owner = held.read().strip()
        held.close()
        raise WorldError(
            f"slot {options.slot} of {options.group} is held by process {owner}: end that, or take another slot"
        ) from None
    held.truncate(0)
    held.write(str(os.getpid()))
    held.flush()
    return held
