"""The shortest history that still fails: things are left out, halves first, as long as the same check fails."""

from collections.abc import Callable

from tests.simulation.history import History

Failing = Callable[[History], list[str]]
"""What is wrong with a history; nothing if all is well."""


def shortest(story: History, failing: Failing) -> tuple[History, list[str]]:
    """A history from which nothing can be left out, and what is wrong with it; the seed stays the same."""
    found = failing(story)
    name = found[0].split(":")[0]
    size = max(1, len(story.happenings) // 2)
    while size:
        place = 0
        while place < len(story.happenings):
            fewer = story._replace(happenings=story.happenings[:place] + story.happenings[place + size :])
            said = [each for each in failing(fewer) if each.split(":")[0] == name]
            if said:
                story, found = fewer, said
            else:
                place += size
        size //= 2
    return story, found


def told(story: History, found: list[str]) -> str:
    """A failing history in words, what is wrong with it, and how it is played again."""
    lines = [story.words(), *(f"-> {each[:400]}" for each in found[:5])]
    if len(found) > 5:
        lines.append(f"-> and {len(found) - 5} more")
    lines.append(f"again: python -m tests.simulation --seeds 1 --from {story.seed}")
    return "\n  ".join(lines)
