"""The blocks as the workers keep them: the newest rows of block.memory, read as a restore reads them, never written."""

from __future__ import annotations

import asyncio

from agents.durable import Lease, Log, Options, WorldError
from agents.durable.rows import Held, unpack
from streams import memory
from streams.block import State
from streams.policy import Policy
from tidegate.live.sending import required
from wire.settings import Settings
from wire.topics import BLOCK_INPUTS, BLOCK_MEMORY, DEAD_LETTERS


class NoRows(RuntimeError):
    """No worker has kept anything of this site yet."""


class Unreadable(RuntimeError):
    """What is kept was written by another version of Tidegate, or belongs to another inbox."""


def blocks(settings: Settings, policy: Policy) -> dict[str, State]:
    """The newest state of each block of the site; those that nothing is kept of are left out.

    Errors: `KafkaAway`; `NoRows` where nothing is kept of any; `Unreadable`.
    """
    partitions = required(settings, BLOCK_MEMORY, BLOCK_INPUTS)[BLOCK_MEMORY]
    try:
        rows = asyncio.run(kept(settings, partitions))
        found = {
            block.id: memory.thaw(unpack(rows[block.id.encode()].record)[1], policy, block.id)
            for block in policy.site.blocks
            if block.id.encode() in rows
        }
    except (WorldError, memory.AnotherVersion) as error:
        raise Unreadable(str(error)) from error
    if not found:
        raise NoRows(f"{settings.topic(BLOCK_MEMORY)} keeps no row of {', '.join(b.id for b in policy.site.blocks)}")
    return found


async def kept(settings: Settings, partitions: int) -> dict[bytes, Held]:
    """Every row in all partitions of the memory, by block."""
    options = Options(
        kafka=settings.kafka,
        group=f"{settings.prefix}tidegate-sensors",
        inputs=settings.topic(BLOCK_INPUTS),
        memory=settings.topic(BLOCK_MEMORY),
        dead=settings.topic(DEAD_LETTERS),
        partitions=partitions,
    )
    # The lease of nobody: whoever only reads must never be able to write.
    log = Log(options, Lease(options.session_s))
    try:
        restored = await log.load(range(partitions))
    finally:
        await log.stop()
    return {key: held for each in restored.values() for key, held in each.rows.items()}
