"""A secret by reference: the files of a site say where it is, never what it is."""

import os
from pathlib import Path

from pydantic import SecretStr


class SecretMissing(ValueError):
    """A secret is not where its reference says; the sentence names the reference, never a value."""


def secret(reference: str) -> SecretStr:
    """The secret that `env:NAME` or `file:PATH` names, without the line end of a file; raises SecretMissing."""
    where, _, name = reference.partition(":")
    if where == "env" and name:
        value = os.environ.get(name, "")
        if not value:
            raise SecretMissing(f"{reference}: the environment has no {name}, or it is empty: set it and start again")
        return SecretStr(value)
    if where == "file" and name:
        try:
            value = Path(name).read_text(encoding="utf-8").strip()
        except (OSError, ValueError) as error:
            raise SecretMissing(f"{reference}: the file cannot be read ({error}): make it readable") from error
        if not value:
            raise SecretMissing(f"{reference}: the file is empty: put the secret into it")
        return SecretStr(value)
    raise SecretMissing("a secret is named as env:NAME or file:PATH, never written down itself")
