"""`tidegate incidents`: `commands` is what people type, `asking` the topics behind it, `shown` what they see."""

from tidegate.incidents.commands import register

__all__ = ["register"]
