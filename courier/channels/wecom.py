"""WeCom group robot (企业微信群机器人): level I as text to everyone in the group, everything else as markdown."""

from urllib.parse import urlencode

import aiohttp
import orjson

from courier import wording
from courier.account import Account
from courier.channels.codes import WECOM, judge
from courier.post import Links, Request, post
from courier.verdict import Verdict
from streams.schemas import Sending

ADDRESS = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send"
MOST_TEXT = 2_048
MOST = 4_096 - 300
"""Bytes of markdown that the text may have: the vendor's 4,096 less what stands around it."""

COLOURS = {"normal": "info", "III": "comment", "II": "warning", "I": "warning"}


def request(sending: Sending, account: Account, links: Links = ()) -> Request:
    """What is posted; the key stands in the address only."""
    url = f"{account.address or ADDRESS}?{urlencode({'key': account.value('key')})}"
    if sending.urgent:
        # Markdown cannot call everyone, text can.
        content = wording.text(headed(sending), MOST_TEXT, links)
        body: dict[str, object] = {"msgtype": "text", "text": {"content": content, "mentioned_list": ["@all"]}}
    else:
        title = f'<font color="{COLOURS[sending.level]}">**{wording.fitting(wording.subject(sending), 250)}**</font>'
        body = {"msgtype": "markdown", "markdown": {"content": f"{title}\n{wording.text(sending, MOST, links)}"}}
    return Request(url, orjson.dumps(body))


def headed(sending: Sending) -> Sending:
    """The sending with its subject above its text."""
    zh, en = (f"{sending.subject.zh}\n{sending.text.zh}", f"{sending.subject.en}\n{sending.text.en}")
    return sending.model_copy(update={"text": sending.text.model_copy(update={"zh": zh, "en": en})})


def shown(sending: Sending, account: Account, links: Links, at_ms: int) -> dict[str, object]:
    """What would be posted."""
    return request(sending, account, links).shown()


async def send(sending: Sending, account: Account, http: aiohttp.ClientSession, links: Links = ()) -> Verdict:
    """Send it; delivered only when the answer holds `errcode` 0."""
    answer = await post(http, request(sending, account, links))
    return answer if isinstance(answer, Verdict) else judge(answer, "wecom", WECOM, "errcode", "errmsg")
