"""How each kind of channel is spoken to: what goes out, and what each answer means."""

from collections.abc import Awaitable, Callable

import aiohttp

from courier.account import Account
from courier.channels import dingtalk, feishu, inbox, mail, webhook, wecom
from courier.post import Links
from courier.verdict import Verdict
from streams.schemas import Sending

Send = Callable[[Sending, Account, aiohttp.ClientSession, Links], Awaitable[Verdict]]
Shown = Callable[[Sending, Account, Links, int], dict[str, object]]

SEND: dict[str, Send] = {
    "webhook": webhook.send,
    "mail": mail.send,
    "wecom": wecom.send,
    "dingtalk": dingtalk.send,
    "feishu": feishu.send,
    "inbox": inbox.send,
}
"""Send one message and say what became of it; raises Unfit when the channel is set up wrongly."""

SHOWN: dict[str, Shown] = {
    "webhook": webhook.shown,
    "mail": mail.shown,
    "wecom": wecom.shown,
    "dingtalk": dingtalk.shown,
    "feishu": feishu.shown,
    "inbox": inbox.shown,
}
"""Exactly what would be sent at an instant (epoch ms), with secrets still in it: mask it before it is shown."""

ROOM = {
    "webhook": webhook.MOST,
    "mail": mail.MOST,
    "wecom": wecom.MOST,
    "dingtalk": dingtalk.MOST,
    "feishu": feishu.MOST,
    "inbox": 1_000_000,
}
"""Bytes of text that fit into one message of lower level."""
