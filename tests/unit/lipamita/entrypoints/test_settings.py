"""A dangerous configuration does not start, and says which parameter is at fault."""

from __future__ import annotations

import pytest
from firebase_functions.params import SecretParam
from lipamita.domain.errors import ConfigurationError
from lipamita.domain.schedule import UnverifiedPolicy
from lipamita.entrypoints import settings
from lipamita.entrypoints.settings import DarajaEnvironment, Settings, read_settings

PRODUCTION = {
    "DARAJA_ENVIRONMENT": "production",
    "DARAJA_SHORT_CODE": "600123",
    "PUBLIC_BASE_URL": "https://estate.example",
    "DATABASE_URL": "https://estate.europe-west1.firebasedatabase.app",
    "GCLOUD_PROJECT": "estate",
}
SANDBOX = {**PRODUCTION, "DARAJA_ENVIRONMENT": "sandbox", "DARAJA_SHORT_CODE": "174379"}
EMULATOR = {
    **PRODUCTION,
    "DARAJA_ENVIRONMENT": "emulator",
    "DARAJA_BASE_URL": "http://127.0.0.1:9190",
    "PUBLIC_BASE_URL": "http://127.0.0.1:5000",
    "FUNCTIONS_EMULATOR": "true",
    "FIREBASE_AUTH_EMULATOR_HOST": "127.0.0.1:9099",
    "FIREBASE_DATABASE_EMULATOR_HOST": "127.0.0.1:9000",
}
SECRETS = dict.fromkeys(settings.SECRETS, "x" * 40)
NEEDED = {param.name for param in settings.SECRET_PARAMS}
HOLES = sorted({*NEEDED, "DARAJA_SHORT_CODE", "PUBLIC_BASE_URL"})
NAMES = {
    *(PRODUCTION | EMULATOR | SECRETS),
    *("DARAJA_BASE_URL", "DARAJA_TRANSACTION_TYPE", "DARAJA_PARTY_B", "PAID_UNVERIFIED_POLICY"),
    *("GOOGLE_CLOUD_PROJECT", "FIREBASE_CONFIG", "K_SERVICE", "FUNCTIONS_CONTROL_API"),
}


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)


def read(monkeypatch: pytest.MonkeyPatch, values: dict[str, str], **more: str) -> Settings:
    for name, value in {**values, **more}.items():
        monkeypatch.setenv(name, value)
    return read_settings()


def at_fault(monkeypatch: pytest.MonkeyPatch, values: dict[str, str], **more: str) -> str | None:
    with pytest.raises(ConfigurationError) as refused:
        read(monkeypatch, values, **more)
    assert refused.value.field is not None
    assert refused.value.field in refused.value.message
    return refused.value.field


@pytest.mark.parametrize(
    ("values", "base_url"),
    [
        (PRODUCTION, "https://api.safaricom.co.ke"),
        (SANDBOX, "https://sandbox.safaricom.co.ke"),
        (EMULATOR, "http://127.0.0.1:9190"),
    ],
    ids=["production", "sandbox", "emulator"],
)
def test_each_environment_speaks_to_its_own_daraja(
    monkeypatch: pytest.MonkeyPatch, values: dict[str, str], base_url: str
) -> None:
    assert read(monkeypatch, values).daraja_base_url == base_url


def test_a_pay_bill_is_paid_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(monkeypatch, PRODUCTION).party_b == "600123"


def test_a_tills_money_goes_to_the_till(monkeypatch: pytest.MonkeyPatch) -> None:
    more = {"DARAJA_TRANSACTION_TYPE": "CustomerBuyGoodsOnline", "DARAJA_PARTY_B": "5432100"}
    assert read(monkeypatch, PRODUCTION, **more).party_b == "5432100"


def test_a_slash_at_the_end_of_a_url_does_no_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    slashed = read(
        monkeypatch,
        PRODUCTION,
        PUBLIC_BASE_URL="https://estate.example/",
        DARAJA_BASE_URL="https://api.safaricom.co.ke/",
    )
    assert (slashed.public_base_url, slashed.daraja_base_url) == (
        "https://estate.example",
        "https://api.safaricom.co.ke",
    )


@pytest.mark.parametrize("policy", sorted(UnverifiedPolicy))
def test_the_policy_for_unverified_payments_is_read(
    monkeypatch: pytest.MonkeyPatch, policy: UnverifiedPolicy
) -> None:
    assert read(monkeypatch, PRODUCTION, PAID_UNVERIFIED_POLICY=policy).unverified_policy is policy


def test_secrets_are_not_in_the_printed_form(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "x" * 40 not in repr(read(monkeypatch, PRODUCTION | SECRETS))


# --- the wrong M-PESA


@pytest.mark.parametrize(
    "url",
    [
        "https://sandbox.safaricom.co.ke",
        "http://api.safaricom.co.ke",
        "https://api.safaricom.co.ke.example",
        "https://api.safaricom.co.ke@example.com",
        "https://api.safaricom.co.ke:8443",
        "https://api.safaricom.co.ke/proxy",
        "https://api.safaricom.co.ke?x=1",
        "http://127.0.0.1:9190",
        "http://localhost:9190",
        "https://[::1]",
        "https://[broken",
        "api.safaricom.co.ke",
    ],
)
def test_production_speaks_to_safaricoms_production_alone(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    assert at_fault(monkeypatch, PRODUCTION, DARAJA_BASE_URL=url) == "DARAJA_BASE_URL"


@pytest.mark.parametrize("url", ["https://api.safaricom.co.ke", "http://127.0.0.1:9190"])
def test_the_sandbox_environment_speaks_to_the_sandbox_alone(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    assert at_fault(monkeypatch, SANDBOX, DARAJA_BASE_URL=url) == "DARAJA_BASE_URL"


@pytest.mark.parametrize(
    "url", ["", "https://api.safaricom.co.ke", "https://sandbox.safaricom.co.ke", "127.0.0.1:9190"]
)
def test_the_emulator_environment_never_reaches_safaricom(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    assert at_fault(monkeypatch, EMULATOR, DARAJA_BASE_URL=url) == "DARAJA_BASE_URL"


@pytest.mark.parametrize("name", ["", "Production", "prod", "live"])
def test_an_unknown_environment_is_refused(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    assert at_fault(monkeypatch, PRODUCTION, DARAJA_ENVIRONMENT=name) == "DARAJA_ENVIRONMENT"


# --- the wrong place to run


def test_a_deployed_function_is_no_emulator(monkeypatch: pytest.MonkeyPatch) -> None:
    deployed = {**PRODUCTION, "DARAJA_ENVIRONMENT": "emulator", "K_SERVICE": "stk-push"}
    more = {"DARAJA_BASE_URL": "http://127.0.0.1:9190"}
    assert at_fault(monkeypatch, deployed, **more) == "DARAJA_ENVIRONMENT"


def test_production_does_not_run_under_the_emulators(monkeypatch: pytest.MonkeyPatch) -> None:
    assert at_fault(monkeypatch, PRODUCTION, FUNCTIONS_EMULATOR="true") == "DARAJA_ENVIRONMENT"


@pytest.mark.parametrize("values", [PRODUCTION, SANDBOX], ids=["production", "sandbox"])
@pytest.mark.parametrize("name", ["FIREBASE_AUTH_EMULATOR_HOST", "FIREBASE_DATABASE_EMULATOR_HOST"])
def test_a_deployed_function_does_not_believe_an_emulators_identities(
    monkeypatch: pytest.MonkeyPatch, values: dict[str, str], name: str
) -> None:
    more = {"K_SERVICE": "stk-push", name: "127.0.0.1:9099"}
    assert at_fault(monkeypatch, values, **more) == name


def test_the_sandbox_may_be_tried_from_the_emulators(monkeypatch: pytest.MonkeyPatch) -> None:
    more = {"FUNCTIONS_EMULATOR": "true", "FIREBASE_AUTH_EMULATOR_HOST": "127.0.0.1:9099"}
    assert read(monkeypatch, SANDBOX, **more).environment is DarajaEnvironment.SANDBOX


# --- where Safaricom calls


@pytest.mark.parametrize("values", [PRODUCTION, SANDBOX], ids=["production", "sandbox"])
@pytest.mark.parametrize(
    "url",
    [
        "",
        "estate.example",
        "http://estate.example",
        "ftp://estate.example",
        "https://",
        "https://localhost",
        "https://localhost.",
        "https://estate.localhost",
        "https://estate.local",
        "https://estate.internal",
        "https://estate",
        "https://127.0.0.1",
        "https://10.1.2.3",
        "https://192.168.1.5:5000",
        "https://0.0.0.0",
        "https://[::1]",
        "https://[fe80::1]",
        "https://[broken",
        "https://estate.example?x=1",
        "https://estate.example#x",
        "https://user@estate.example",
        "https://estate .example",
        "https://lipa-mpesa.example",
        "https://M-PESA.example",
        "https://estate.example/query",
        "https://sqlestate.example",
    ],
)
def test_safaricom_must_be_able_to_call_us_back(
    monkeypatch: pytest.MonkeyPatch, values: dict[str, str], url: str
) -> None:
    assert at_fault(monkeypatch, values, PUBLIC_BASE_URL=url) == "PUBLIC_BASE_URL"


@pytest.mark.parametrize(
    "url", ["https://estate.web.app", "https://pay.estate.co.ke", "https://8.8.8.8"]
)
def test_a_public_https_address_is_accepted(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    assert read(monkeypatch, PRODUCTION, PUBLIC_BASE_URL=url).public_base_url == url


# --- the rest

WRONG: list[tuple[str, str]] = [
    *(
        ("DARAJA_SHORT_CODE", code)
        for code in ("", "1234", "12345678", "60012a", " 600123", "٦٠٠١٢٣")
    ),
    *(("DARAJA_TRANSACTION_TYPE", kind) for kind in ("", "PayBill", "customerpaybillonline")),
    *(("DARAJA_PARTY_B", party) for party in ("abc", "12", "600124", "254712345678", " 600123")),
    *(
        ("DATABASE_URL", url)
        for url in ("", "estate", "http://estate.example", "https://", "ftp://x")
    ),
    *(("PAID_UNVERIFIED_POLICY", policy) for policy in ("", "always", "Credit")),
    ("GCLOUD_PROJECT", ""),
]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_wrong_parameter_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    assert at_fault(monkeypatch, PRODUCTION, **{name: value}) == name


def test_a_till_without_its_number_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    more = {"DARAJA_TRANSACTION_TYPE": "CustomerBuyGoodsOnline"}
    assert at_fault(monkeypatch, PRODUCTION, **more) == "DARAJA_PARTY_B"


def test_the_project_is_found_in_the_firebase_config_too(monkeypatch: pytest.MonkeyPatch) -> None:
    more = {"GCLOUD_PROJECT": "", "FIREBASE_CONFIG": '{"projectId": "other"}'}
    assert read(monkeypatch, PRODUCTION, **more).project_id == "other"


# --- secrets


@pytest.mark.parametrize("param", settings.SECRET_PARAMS, ids=lambda param: param.name)
def test_an_absent_secret_is_refused_by_name(param: SecretParam) -> None:
    with pytest.raises(ConfigurationError) as refused:
        settings.secret(param)
    assert refused.value.field == param.name


@pytest.mark.parametrize(
    "param", [settings.CALLBACK_SECRET, settings.DEVICE_MASTER_SECRET], ids=lambda param: param.name
)
@pytest.mark.parametrize(("length", "good"), [(1, False), (31, False), (32, True)])
def test_a_secret_of_our_own_is_long(
    monkeypatch: pytest.MonkeyPatch, param: SecretParam, length: int, good: bool
) -> None:
    monkeypatch.setenv(param.name, "x" * length)
    if good:
        assert settings.secret(param) == "x" * length
        return
    with pytest.raises(ConfigurationError, match=param.name):
        settings.secret(param)


def serve(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    settings.refuse_bad_configuration()


def test_a_good_deployment_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    serve(monkeypatch, **PRODUCTION, **SECRETS, K_SERVICE="stk-push")


@pytest.mark.parametrize("name", HOLES)
def test_a_deployment_with_a_hole_does_not_start(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    values = {**PRODUCTION, **SECRETS, "K_SERVICE": "stk-push"}
    with pytest.raises(ConfigurationError, match=name):
        serve(monkeypatch, **{**values, name: ""})


def test_listing_the_functions_needs_no_values(monkeypatch: pytest.MonkeyPatch) -> None:
    serve(monkeypatch, K_SERVICE="stk-push", FUNCTIONS_CONTROL_API="true")
    serve(monkeypatch, K_SERVICE="")
