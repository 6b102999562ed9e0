"""SecurityCredential: the initiator's password, sealed under Safaricom's certificate.

base64 of RSA PKCS#1 v1.5, as Daraja's documentation of B2C says. The certificate is that of the
environment; sandbox and production have different ones. cryptography is imported only here, only
where money can be sent: importing it takes about 30 ms.
"""

from __future__ import annotations

import base64
from pathlib import Path

from lipamita.domain.errors import ConfigurationError


def seal(password: str, certificate: Path) -> str:
    """The credential. Raises ConfigurationError, which never repeats the password."""
    from cryptography import x509  # noqa: PLC0415 - see above
    from cryptography.hazmat.primitives.asymmetric import padding, rsa  # noqa: PLC0415

    try:
        content = certificate.read_bytes()
    except OSError as error:
        raise _wrong(f"cannot be read: {type(error).__name__}") from None
    try:
        pem = content.lstrip().startswith(b"-----BEGIN")
        load = x509.load_pem_x509_certificate if pem else x509.load_der_x509_certificate
        key = load(content).public_key()
    except ValueError:
        raise _wrong("must be an X.509 certificate, PEM or DER") from None
    if not isinstance(key, rsa.RSAPublicKey):
        raise _wrong("must hold an RSA key")
    return base64.b64encode(key.encrypt(password.encode(), padding.PKCS1v15())).decode()


def _wrong(expected: str) -> ConfigurationError:
    name = "DARAJA_CERTIFICATE_FILE"
    return ConfigurationError("configuration", f"{name} {expected}", field=name)
