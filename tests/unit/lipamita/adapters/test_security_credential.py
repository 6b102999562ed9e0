"""The initiator's password is sealed so that only Safaricom can open it."""

from __future__ import annotations

from pathlib import Path

import pytest
from lipamita.adapters.security_credential import seal
from lipamita.domain.errors import ConfigurationError

from emulators.daraja.certificate import Certificate

PASSWORD = "Safe123456!"


@pytest.fixture(scope="module")
def certificate() -> Certificate:
    return Certificate()


def test_the_holder_of_the_key_reads_the_password(certificate: Certificate, tmp_path: Path) -> None:
    path = tmp_path / "daraja.pem"
    path.write_text(certificate.pem)
    assert certificate.opens_to(seal(PASSWORD, path), PASSWORD)


@pytest.mark.parametrize("content", [None, "", "no certificate"], ids=["none", "empty", "text"])
def test_a_wrong_certificate_is_named_and_the_password_is_not(
    content: str | None, tmp_path: Path
) -> None:
    path = tmp_path / "daraja.pem"
    if content is not None:
        path.write_text(content)
    with pytest.raises(ConfigurationError) as refused:
        seal(PASSWORD, path)
    assert refused.value.field == "DARAJA_CERTIFICATE_FILE"
    assert PASSWORD not in str(refused.value)
