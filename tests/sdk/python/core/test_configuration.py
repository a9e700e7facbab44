"""What a client is made with, and what it refuses to be made with."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest
from tests.sdk.python.conftest import KEY, TOKEN
from tests.sdk.python.core.building import configuration

from layers_partner import AsyncLayers, ConfigurationError, Layers, LayersOperator

SECRET = KEY.rpartition("F_")[2]


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAYERS_API_KEY", KEY)
    monkeypatch.setenv("LAYERS_OPERATOR_TOKEN", TOKEN)
    monkeypatch.setenv("LAYERS_BASE_URL", "http://127.0.0.1:1/below/")
    monkeypatch.setenv("LAYERS_ORGANIZATION", "org_1")
    with Layers() as layers, LayersOperator() as operator:
        found = layers._configuration
        assert (found.secret, found.base_url) == (KEY, "http://127.0.0.1:1/below")
        assert found.organization == "org_1"
        found = operator._configuration
        assert (found.secret, found.organization) == (TOKEN, None)
    with Layers(organization="org_2", base_url="http://127.0.0.1:2") as layers:
        assert layers._configuration.organization == "org_2"
        assert layers._configuration.base_url == "http://127.0.0.1:2"


def test_an_empty_variable_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAYERS_BASE_URL", "")
    monkeypatch.setenv("LAYERS_ORGANIZATION", "")
    assert configuration(base_url=None).base_url == "https://api.layers.com"
    assert configuration().organization is None
    monkeypatch.setenv("LAYERS_API_KEY", "")
    with pytest.raises(ConfigurationError, match="There is no key"):
        Layers()


@pytest.mark.parametrize("client", [Layers, AsyncLayers])
@pytest.mark.parametrize(
    ("key", "says"),
    [
        ("", "must look like lp_live_…"),
        (KEY + "\n", "without white space"),
        (f'"{KEY}"', "without white space or quotes"),
        (f"Bearer {KEY}", "must look like"),
        (KEY.replace("lp_test", "lp_prod"), "must look like"),
        (KEY + "é", "must look like"),
        ("sk_live_" + SECRET, "must look like"),
        (TOKEN, "It is a key for LayersOperator"),
    ],
)
def test_a_misshapen_key_is_refused_without_showing_it(
    client: type[Layers | AsyncLayers], key: str, says: str
) -> None:
    with pytest.raises(ConfigurationError, match=says) as caught:
        client(api_key=key)
    assert SECRET not in str(caught.value)
    assert SECRET not in repr(caught.value)


def test_a_partners_key_is_not_an_operators() -> None:
    with pytest.raises(ConfigurationError, match="It is a key for Layers"):
        LayersOperator(token=KEY)
    with pytest.raises(ConfigurationError, match="`token` or LAYERS_OPERATOR_TOKEN"):
        LayersOperator()


def test_an_operator_acts_for_no_organization() -> None:
    with LayersOperator(token=TOKEN, base_url="http://127.0.0.1:1") as operator:
        with pytest.raises(ConfigurationError, match="acts for no `organization`"):
            operator.with_options(organization="org_1")
        with pytest.raises(ValueError, match="acts for no `organization`"):
            operator.request("GET", "/ops/v1/organizations", organization="org_1")


@pytest.mark.parametrize(
    "address",
    [
        "api.layers.com",
        "ftp://api.layers.com",
        "https://",
        "https://user:password@api.layers.com",
        "https://api.layers.com?key=1",
        "https://api.layers.com?",
        "https://api.layers.com#here",
        "https://api.layers.com/v1",
        "https://api.layers.com/v1/",
        "https://api.layers.com:port",
        "https://api.layers.com/../x",
        "https://api.layers.com\\x",
        "https://api layers.com",
        "https://api.läyers.com",
        "https://[::1",
        "https://api.layers.com\n",
    ],
)
def test_an_address_that_cannot_be_used_is_refused(address: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Layers(api_key=KEY, base_url=address)
    assert "password" not in str(caught.value).replace("a user or a password", "")


@pytest.mark.parametrize(
    "setting",
    [
        {"timeout": 0},
        {"timeout": -1},
        {"timeout": float("inf")},
        {"timeout": 10_000_000},
        {"timeout": float("nan")},
        {"timeout": True},
        {"timeout": "60"},
        {"timeout": None},
        {"max_retries": -1},
        {"max_retries": 1.5},
        {"max_retries": True},
        {"organization": "org 1"},
        {"organization": "org_1\r\nX-Evil: 1"},
        {"organization": ""},
    ],
)
def test_settings_out_of_range_are_refused(setting: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError):
        Layers(api_key=KEY, **setting)
    with (
        Layers(api_key=KEY, base_url="http://127.0.0.1:1") as layers,
        pytest.raises(ConfigurationError),
    ):
        layers.with_options(**setting)


def test_a_client_of_another_kind_is_refused() -> None:
    with httpx2.Client() as http, pytest.raises(ConfigurationError, match=r"httpx2\.AsyncClient"):
        AsyncLayers(api_key=KEY, http_client=http)  # type: ignore[arg-type]
    with pytest.raises(ConfigurationError, match=r"httpx2\.Client"):
        Layers(api_key=KEY, http_client=object())  # type: ignore[arg-type]


def test_a_client_with_other_options_is_one_of_its_own() -> None:
    with Layers(api_key=KEY, base_url="http://127.0.0.1:1", timeout=5) as layers:
        first = layers.with_options(
            organization="org_1", max_retries=0, extra_headers={"X-One": "1"}
        )
        second = first.with_options(
            organization=None, timeout=7, extra_headers={"x-one": "2", "X-Two": "2"}
        )
        assert type(second) is Layers
        before, changed, again = (each._configuration for each in (layers, first, second))
        assert (before.organization, before.timeout, before.max_retries) == (None, 5.0, 2)
        assert (changed.organization, changed.timeout, changed.max_retries) == ("org_1", 5.0, 0)
        assert (again.organization, again.timeout, again.max_retries) == (None, 7, 0)
        assert again.extra_headers == {"x-one": "2", "x-two": "2"}
        assert before.extra_headers == {}
        assert first.organizations.credits._client is first
