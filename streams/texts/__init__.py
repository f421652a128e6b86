"""What an office reads: the texts of notices in both languages, built in or from a file of the operations staff."""

from streams.texts.builtin import BUILT_IN, KINDS, LEVEL_WORDS, Texts
from streams.texts.reading import is_texts, load_texts
from streams.texts.telling import clock_face, render, whole

__all__ = [
    "BUILT_IN",
    "KINDS",
    "LEVEL_WORDS",
    "Texts",
    "clock_face",
    "is_texts",
    "load_texts",
    "render",
    "whole",
]
