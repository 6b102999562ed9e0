"""The key pair behind SecurityCredential: base64 of RSA PKCS#1 v1.5 of the initiator's password.

Made on first use (it takes a moment), kept for the life of the process, and not seeded: a key
that can be computed from a seed would be no key.
"""

import base64
import binascii
import threading
from datetime import UTC, datetime, timedelta
from functools import cached_property

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID


class Certificate:
    """A self-signed certificate for clients, its private key for the simulator."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    @cached_property
    def _key(self) -> rsa.RSAPrivateKey:
        with self._lock:
            return rsa.generate_private_key(public_exponent=65537, key_size=2048)

    @cached_property
    def pem(self) -> str:
        """The certificate as clients take it (PEM)."""
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "daraja simulator")])
        start = datetime(2020, 1, 1, tzinfo=UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self._key.public_key())
            .serial_number(1)
            .not_valid_before(start)
            .not_valid_after(start + timedelta(days=36_500))
            .sign(self._key, hashes.SHA256())
        )
        return certificate.public_bytes(serialization.Encoding.PEM).decode()

    def encrypt(self, password: str) -> str:
        """What a client would send: for the credentials page and for tests."""
        sealed = self._key.public_key().encrypt(password.encode(), padding.PKCS1v15())
        return base64.b64encode(sealed).decode()

    def opens_to(self, credential: str, password: str) -> bool:
        """True when the credential is the password under this certificate."""
        try:
            sealed = base64.b64decode(credential, validate=True)
            return self._key.decrypt(sealed, padding.PKCS1v15()) == password.encode()
        except (ValueError, binascii.Error):
            return False
