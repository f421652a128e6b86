"""The first sendings of level I, made of the alert alone, so that they wait for nothing that came before it.

They are those that the office's machine makes too when it comes to the notice: the same ids, since an id is derived
from its cause.  Nothing is remembered here, so nothing can be lost; nothing lower than level I is ever said.
"""

from collections.abc import Iterable
from typing import Any

from pydantic import ValidationError

from streams.columns import Unreadable
from streams.delivery.machine import Rules
from streams.delivery.saying import Message, sending
from streams.delivery.state import URGENT, Errand, Thread, Try
from streams.inbox import parse_alert
from streams.notices import advance
from streams.policy import Policy
from streams.schemas import Notice, identity, milliseconds
from streams.texts import Texts

MARK = b'"%s"' % URGENT.encode()
"""What no alert or notice of level I is without, nor the change away from it; the rest need not be read."""

Keyed = tuple[bytes, bytes]
"""The key of a record, and its value."""


class Express:
    """What level I makes of alerts and of barriers' notices, in the order in which they were written."""

    def __init__(self, policy: Policy, texts: Texts) -> None:
        self.policy, self.texts = policy, texts
        self.rules = {office.id: Rules.of(office.id, policy) for office in policy.site.offices}

    def of_alerts(self, records: Iterable[Keyed]) -> list[Message]:
        """The sendings of zones' alerts.  What a later one of these records has changed again is no news any more: the
        office's machine, which knows the whole story, says that."""
        found: dict[str, list[Notice]] = {}
        for key, value in records:
            if MARK not in value:
                continue
            alert = self._alert(key, value)
            if alert is None:
                continue
            if alert["level"] != URGENT:
                found.pop(alert["zone"], None)
                continue
            _, notices = advance(alert, self.policy, texts=self.texts)
            found.setdefault(alert["zone"], []).extend(Notice(**notice) for notice in notices)
        return [said for notices in found.values() for notice in notices for said in self.sendings(notice)]

    def of_notices(self, records: Iterable[Keyed]) -> list[Message]:
        """The sendings of what barriers tell.  What an office passes on to the one above is left to that one's machine:
        only it knows whether it is news there."""
        said: list[Message] = []
        for _, value in records:
            if MARK not in value:
                continue
            try:
                notice = Notice.model_validate_json(value)
            except ValidationError:
                continue
            if notice.kind == "barrier" and notice.id == identity(notice.alert, notice.office):
                said += self.sendings(notice)
        return said

    def sendings(self, notice: Notice) -> list[Message]:
        """The first attempt over every channel of the office; none of a lower level, nor of an office without any."""
        rules = self.rules.get(notice.office)
        if rules is None or notice.level != URGENT:
            return []
        at = milliseconds(notice.at)
        thread = Thread(notice.zone, notice.barrier, notice.episode)
        errand = Errand(
            notice.id, notice.alert, notice.sequence, notice.at, notice.level, notice.kind, notice.tier,
            notice.text.zh, notice.text.en,
        )  # fmt: skip
        return [sending(thread, errand, Try(channel, 1, at), None, rules) for channel in rules.office.channels]

    def _alert(self, key: bytes, value: bytes) -> dict[str, Any] | None:
        """An alert of a zone of the site; None for what the duty `notices` makes a dead letter of."""
        zone = key.decode("utf-8", "replace")
        try:
            return parse_alert(value, zone) if zone in self.policy.site.zones else None
        except Unreadable:
            return None
