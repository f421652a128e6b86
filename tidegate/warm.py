"""Compile the deciding code ahead of its first use: `python -m tidegate.warm`, called by `make setup`."""

import shutil
from pathlib import Path

from numba import config

from gateway.warm import warm as warm_gateway
from streams.warm import warm


def sweep() -> None:
    """Take away what was compiled of earlier sources; nothing reads it any more."""
    present = Path(vars(config)["CACHE_DIR"])
    for folder in present.parent.glob("compiled-*"):
        if folder != present:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    warm()
    warm_gateway()
    sweep()
