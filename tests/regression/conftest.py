"""What tests of defects borrow from those beside the code."""

from tests.console.conftest import phone

__all__ = ["phone"]
