"""What `channels` of site.yaml may say; no secret stands in a file, and no mistake repeats one."""

import pytest

from streams.policy import Channel, load, load_site
from streams.policy.site_channels import KINDS
from tests.streams.policy.files import LEVELS, SITE, THRESHOLDS, changed, problems, told

CHANNELS = """\
channels:
  - {id: wecom-hubin, kind: wecom, key: env:WECOM_KEY_HUBIN}
  - {id: ding, kind: dingtalk, token: env:DING_TOKEN, secret: file:ding.secret}
  - {id: fei, kind: feishu, token: env:FEI, url: "http://127.0.0.1:99/hook"}
  - {id: hook, kind: webhook, url: "https://example.org/in", secret: env:HOOK_SECRET}
  - {id: mail-hubin, kind: mail, to: duty@example.org, from: tide@example.org, server: mx.example.org, password: env:P}
  - {id: page, kind: inbox}
"""
WHOLE = SITE.replace("offices:\n", CHANNELS + "offices:\n").replace(
    "tier: street, parent: shangcheng", "tier: street, parent: shangcheng, channels: [wecom-hubin, mail-hubin]"
)
MISTAKES = [
    ("key: env:WECOM_KEY_HUBIN", "key: ‸693a91f6-7xxx", "channels[0].key", "a secret is named here, never written"),
    ("key: env:WECOM_KEY_HUBIN", "key: '‸env:'", "channels[0].key", "a secret is named here, never written"),
    ("secret: env:HOOK_SECRET", "secret: ‸whsec_abc", "channels[3].secret", "a secret is named here, never written"),
    ("key: env:WECOM_KEY_HUBIN", "‸kye: env:WECOM_KEY_HUBIN", "channels[0].kye", "there is no key kye"),
    ("key: env:WECOM_KEY_HUBIN", "key: env:A, ‸token: env:B", "channels[0].token", "there is no key token"),
    ("kind: wecom", "kind: ‸wecon", "channels[0].kind", "wecon is not one of the values"),
    ("id: ding", "id: ‸wecom-hubin", "channels[1].id", "the channel wecom-hubin is used twice, first in line 6"),
    ("{id: hook, kind: webhook,", "‸{id: hook,", "channels[3]", "kind is missing"),
    (', secret: env:HOOK_SECRET', "", "channels[3]", "secret is missing"),
    ("https://example.org/in", "‸http://example.org/in", "channels[3].url", "this address is not encrypted"),
    ("https://example.org/in", "‸https://a:b@example.org/", "channels[3].url", "the address has a user, a query"),
    ("https://example.org/in", "‸https://example.org/?key=abc", "channels[3].url", "the address has a user, a query"),
    ("https://example.org/in", "‸ftp://example.org/in", "channels[3].url", "this is not a web address"),
    ("https://example.org/in", "‸https://example.org:x/", "channels[3].url", "this is not a web address"),
    ("to: duty@example.org", "to: ‸duty", "channels[4].to", "'duty' is not an e-mail address"),
    ("to: duty@example.org", "to: [duty@example.org, ‸you]", "channels[4].to[1]", "'you' is not an e-mail address"),
    ("to: duty@example.org", "to: ‸[]", "channels[4].to", "the list is empty"),
    ("password: env:P}", "password: ‸env:P, tls: none}", "channels[4].password", "the password would go to"),
    ("password: env:P}", "password: env:P, tls: ‸ssl}", "channels[4].tls", "ssl is not one of the values"),
    ("password: env:P}", "password: env:P, port: ‸70000}", "channels[4].port", "70000 is out of range"),
    (
        "channels: [wecom-hubin, mail-hubin]",
        "channels: [‸wecom-hubn]",
        "offices[2].channels[0]",
        "the site has no channel wecom-hubn",
    ),
    (
        "channels: [wecom-hubin, mail-hubin]",
        "channels: [page, ‸page]",
        "offices[2].channels[1]",
        "page is listed twice",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "path", "what"), MISTAKES)
def test_a_mistake_in_a_channel_is_told_at_its_place_and_brings_no_other(
    old: str, new: str, path: str, what: str
) -> None:
    if "‸" in new:
        text, line, column = changed(WHOLE, old, new)
    else:
        text, line, column = WHOLE.replace(old, new), 0, 0
    found = told(problems(text, LEVELS))
    assert [entry[2] for entry in found] == [path], found
    assert found[0][3].startswith(what)
    assert not line or (abs(found[0][1] - column) <= 1 and found[0][0] == line)


def test_a_secret_that_was_written_is_not_said_again() -> None:
    for secret in ("693a91f6-7xxx-4bc4", "https://a:693a91f6@example.org/"):
        text = WHOLE.replace("env:WECOM_KEY_HUBIN", secret).replace("https://example.org/in", secret)
        for problem in problems(text, LEVELS):
            assert "693a91f6" not in problem.what.en + problem.todo.en + problem.what.zh + problem.todo.zh


def test_every_kind_of_channel_is_read() -> None:
    site = load_site(WHOLE)
    assert [channel.kind for channel in site.channels] == ["wecom", "dingtalk", "feishu", "webhook", "mail", "inbox"]
    assert set(KINDS) == {channel.kind for channel in site.channels}
    assert site.channels[1] == Channel("ding", "dingtalk", token="env:DING_TOKEN", secret="file:ding.secret")
    mail = site.channels[4]
    assert (mail.to, mail.sender, mail.port, mail.tls) == (("duty@example.org",), "tide@example.org", 587, "starttls")
    assert site.offices[2].channels == ("wecom-hubin", "mail-hubin") and site.offices[0].channels == ()


def test_an_address_that_is_itself_a_secret_may_be_named() -> None:
    text = WHOLE.replace('url: "https://example.org/in"', "url: env:HOOK_ADDRESS")
    assert load_site(text).channels[3].url == "env:HOOK_ADDRESS"


def test_how_offices_are_told_makes_no_other_revision() -> None:
    """Another mail address must not make a raise wait from its beginning."""
    assert load(WHOLE, THRESHOLDS).revision == load(SITE, THRESHOLDS).revision
