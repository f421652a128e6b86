"""A message that says it is a test: what would be sent, or what the provider answered."""

from dataclasses import dataclass

from courier import clock
from courier.account import Account, opened
from courier.channels import SEND, SHOWN
from courier.post import session
from courier.verdict import Verdict
from streams.policy import Channel, Office, Site
from streams.schemas import Sending, Words, identity, instant


@dataclass(frozen=True)
class Trial:
    """One test of one channel of one office."""

    sending: Sending
    account: Account


def prepared(site: Site, office: Office, channel: Channel) -> Trial:
    """A test message of now; raises Unfit when the channel's secrets are not there."""
    at_ms = clock.wall_ms()
    zone = next(iter(site.zones))
    zh = f"这是 Tidegate 发给{office.name.zh}的测试消息（渠道 {channel.id}），请勿处置。"
    en = f"This is a test message of Tidegate to {office.name.en} (channel {channel.id}). No action is needed."
    sending = Sending(
        id=identity("test", office.id, channel.id, at_ms),
        office=office.id,
        channel=channel.id,
        notices=[],
        zone=zone,
        barrier=None,
        episode=None,
        level="normal",
        what="test",
        urgent=False,
        attempt=1,
        at=instant(at_ms),
        subject=Words(zh=f"{site.name.zh} 渠道测试", en=f"{site.name.en}: channel test"),
        text=Words(zh=zh, en=en),
    )
    return Trial(sending, opened(channel))


def shown(trial: Trial) -> dict[str, object]:
    """Exactly what would be sent now, with every secret masked.  Raises Unfit."""
    account = trial.account
    found = SHOWN[account.channel.kind](trial.sending, account, (), clock.wall_ms())
    return {key: hide(value, account) for key, value in found.items()}


def hide(value: object, account: Account) -> object:
    """A value of JSON in which no secret stands, nor a signature that was made with one."""
    if isinstance(value, dict):
        return {key: "***" if key in SIGNED else hide(inner, account) for key, inner in value.items()}
    if isinstance(value, list):
        return [hide(inner, account) for inner in value]
    return account.mask(value) if isinstance(value, str) else value


SIGNED = ("sign", "webhook-signature", "password")


async def sent(trial: Trial) -> Verdict:
    """Send it, and what the provider answered.  Raises Unfit."""
    account = trial.account
    async with session() as http:
        verdict = await SEND[account.channel.kind](trial.sending, account, http, ())
    return verdict.tidy(account.hidden())
