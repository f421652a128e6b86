"""Under what an office is told stands a link that acknowledges it, and opens nothing else."""

import pytest

from courier.links import LASTS_MS, signing
from streams.schemas import milliseconds
from tests.courier.providers import sending
from wire.links import NoAddress, links_of
from wire.secrets import SecretMissing
from wire.settings import Settings

SECRET = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("LINKS", SECRET)
    return Settings(link_secret="env:LINKS", public_url="https://gate.example.org")


def test_the_link_acknowledges_the_newest_notice_for_its_office(settings: Settings) -> None:
    told = sending(notices=["n-1", "n-2"])
    (link,) = signing(settings, "hubin")(told)
    token = link.removeprefix("https://gate.example.org/n/")
    opened = links_of(settings, "hubin").open_acknowledge(token, milliseconds(told.at))
    assert (opened.office, opened.notice) == (told.office, "n-2")
    assert opened.expires == milliseconds(told.at) + LASTS_MS


def test_a_test_message_and_a_site_without_a_secret_have_no_link(settings: Settings) -> None:
    assert signing(settings, "hubin")(sending(what="test")) == ()
    assert signing(Settings(), "hubin")(sending()) == ()


def test_half_a_set_up_is_refused_at_the_start(settings: Settings) -> None:
    with pytest.raises(NoAddress, match="TIDEGATE_PUBLIC_URL"):
        signing(settings.model_copy(update={"public_url": ""}), "hubin")
    with pytest.raises(SecretMissing, match="TIDEGATE_LINK_SECRET"):
        signing(settings.model_copy(update={"link_secret": ""}), "hubin")
