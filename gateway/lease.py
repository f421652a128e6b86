"""The lease: a gateway that was frozen may have been replaced meanwhile, and must not send what it still holds."""

from gateway.clock import boot_ms

SHARE = 0.75
"""Part of the session a lease lasts; the rest covers what was already under way."""


class FrozenError(Exception):
    """This process stood still for so long that another may have its partitions: it is to end at once."""


class Lease:
    """Renewed by whatever goes on in short turns; a gap between two renewals is time that the process was frozen."""

    def __init__(self, session_s: float) -> None:
        self._length_ms = SHARE * session_s * 1000
        self._renewed_ms = boot_ms()

    def check(self) -> None:
        """Renew; raises FrozenError when it has run out since the last time."""
        before, self._renewed_ms = self._renewed_ms, boot_ms()
        stood_ms = self._renewed_ms - before
        if stood_ms > self._length_ms:
            raise FrozenError(f"this process stood still for {stood_ms / 1000:.1f} s; another may have its readings")

    def begin(self) -> None:
        """Renew after something that may take long for good reasons."""
        self._renewed_ms = boot_ms()
