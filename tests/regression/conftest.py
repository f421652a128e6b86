"""What tests of defects borrow from those beside the code."""

from tests.audit.conftest import place, postgres
from tests.console.conftest import phone

__all__ = ["phone", "place", "postgres"]
