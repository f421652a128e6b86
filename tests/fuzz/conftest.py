"""`pytest tests/fuzz --hypothesis-profile=deep`: fifty times as many examples."""

from hypothesis import settings

from tests.fuzz.mutations import USUAL

settings.register_profile("deep", max_examples=50 * USUAL, deadline=None)
