"""Sign firmware releases: ``python -m tools.release key | sign | verify``.

The private key belongs to the operator and stays off every server; the meters carry its public half
(firmware/src/release_key.h). A release is two files beside each other on any web server:
``BOARD/VERSION.bin`` and ``BOARD/VERSION.manifest``. firmware/lib/meter_core/release.h documents
the manifest. A passphrase for the private key is taken from RELEASE_KEY_PASSPHRASE.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

FIELDS = ("lipamita-release", "board", "version", "name", "size", "sha256", "signature")
MAX_BOARD_BYTES = 16
MAX_NAME_BYTES = 24
MAX_VERSION = 2**32 - 1
MAX_IMAGE_BYTES = 0x1E0000  # of an application slot in firmware/partitions.csv
KEY_HEADER = Path("firmware/src/release_key.h")


class ReleaseError(Exception):
    """What the operator gave cannot be a release; the text says what was expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """What is signed: one image for one board, under a version that only grows."""

    board: str
    version: int
    name: str
    image: bytes

    def signed_text(self) -> bytes:
        """Every line of the manifest before the signature."""
        _check(self)
        digest = hashlib.sha256(self.image).hexdigest()
        values = ("1", self.board, self.version, self.name, len(self.image), digest)
        return "".join(f"{k} {v}\n" for k, v in zip(FIELDS, values, strict=False)).encode()


def new_key() -> ec.EllipticCurvePrivateKey:
    """A private key on P-256."""
    return ec.generate_private_key(ec.SECP256R1())


def public_der(key: ec.EllipticCurvePrivateKey) -> bytes:
    """The public half as the meters carry it: SubjectPublicKeyInfo, DER."""
    return key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def key_header(der: bytes) -> str:
    """firmware/src/release_key.h for this public key."""
    rows = [
        "    " + ", ".join(f"0x{byte:02x}" for byte in der[at : at + 15]) + ","
        for at in range(0, len(der), 15)
    ]
    rows[-1] = rows[-1].removesuffix(",") + "};"
    rows[0] = "constexpr uint8_t kReleaseKey[] = {\n" + rows[0]
    return (
        "// The public half of the operator's release key, as DER (SubjectPublicKeyInfo, P-256).\n"
        "// `python -m tools.release key` writes this file. Empty: this board takes no updates.\n"
        "#pragma once\n\n#include <cstddef>\n#include <cstdint>\n\n"
        "// clang-format off\n" + "\n".join(rows) + "\n// clang-format on\n"
        "constexpr size_t kReleaseKeyBytes = sizeof kReleaseKey;\n"
    )


def manifest(release: Release, key: ec.EllipticCurvePrivateKey) -> bytes:
    """The signed manifest."""
    text = release.signed_text()
    signature = key.sign(text, ec.ECDSA(hashes.SHA256()))
    return text + f"signature {signature.hex()}\n".encode()


def verify(signed: bytes, image: bytes, der: bytes) -> Release:
    """The release these bytes are, proven with the public key; ReleaseError when they are not."""
    lines = signed.decode("ascii", errors="replace").split("\n")
    values = dict(line.partition(" ")[::2] for line in lines[:-1])
    if tuple(values) != FIELDS or lines[-1] != "":
        raise ReleaseError(f"manifest: expected the lines {', '.join(FIELDS)}")
    public = serialization.load_der_public_key(der)
    assert isinstance(public, ec.EllipticCurvePublicKey)
    text = signed[: signed.index(b"signature ")]
    try:
        public.verify(bytes.fromhex(values["signature"]), text, ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, ValueError):
        raise ReleaseError("manifest: not signed with this key") from None
    release = Release(
        board=values["board"], version=int(values["version"]), name=values["name"], image=image
    )
    if release.signed_text() != text:
        raise ReleaseError("image: not the one this manifest was made for")
    return release


def _check(release: Release) -> None:
    for what, text, limit in (
        ("board", release.board, MAX_BOARD_BYTES),
        ("name", release.name, MAX_NAME_BYTES),
    ):
        usable = text.isascii() and text.isprintable() and " " not in text
        if not usable or not 1 <= len(text) <= limit:
            raise ReleaseError(f"{what}: found {text!r}, expected 1 to {limit} letters, no space")
    if not 1 <= release.version <= MAX_VERSION:
        raise ReleaseError(f"version: found {release.version}, expected a whole number from 1")
    if not 1 <= len(release.image) <= MAX_IMAGE_BYTES:
        raise ReleaseError(f"image: {len(release.image)} B, expected 1 to {MAX_IMAGE_BYTES}")


def _passphrase() -> bytes | None:
    return os.environ.get("RELEASE_KEY_PASSPHRASE", "").encode() or None


def _make_key(arguments: argparse.Namespace) -> str:
    private: Path = arguments.key
    if private.exists():
        raise ReleaseError(f"{private} exists; meters carry its public half, so it is kept")
    passphrase = _passphrase()
    protection = (
        serialization.BestAvailableEncryption(passphrase)
        if passphrase
        else serialization.NoEncryption()
    )
    key = new_key()
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, protection
    )
    with os.fdopen(os.open(private, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(pem)
    public = private.with_suffix(".der")
    public.write_bytes(public_der(key))
    arguments.header.write_text(key_header(public_der(key)), encoding="ascii")
    return f"{private} (keep it safe and offline), {public}, {arguments.header}"


def _sign(arguments: argparse.Namespace) -> str:
    key = serialization.load_pem_private_key(arguments.key.read_bytes(), _passphrase())
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != "secp256r1":
        raise ReleaseError(f"{arguments.key}: expected a private key on P-256")
    release = Release(
        board=arguments.board,
        version=arguments.version,
        name=arguments.name,
        image=arguments.image.read_bytes(),
    )
    signed = manifest(release, key)
    folder: Path = arguments.out / release.board
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{release.version}.manifest"
    if path.exists():
        raise ReleaseError(f"{path} exists; a version is released once")
    (folder / f"{release.version}.bin").write_bytes(release.image)
    path.write_bytes(signed)
    return f"{path} and {path.with_suffix('.bin').name}"


def _verify(arguments: argparse.Namespace) -> str:
    signed: Path = arguments.manifest
    image = signed.with_suffix(".bin").read_bytes()
    release = verify(signed.read_bytes(), image, arguments.public.read_bytes())
    return f"{release.board} {release.version} ({release.name}): genuine, {len(image)} B"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.release", description=__doc__)
    actions = parser.add_subparsers(required=True)
    key = actions.add_parser("key", help="make a key pair, once per operator")
    key.add_argument("key", type=Path, help="new file for the private key (PEM)")
    key.add_argument("--header", type=Path, default=KEY_HEADER)
    key.set_defaults(action=_make_key)
    sign = actions.add_parser("sign", help="write OUT/BOARD/VERSION.bin and .manifest")
    sign.add_argument("image", type=Path)
    for name in ("--key", "--out"):
        sign.add_argument(name, type=Path, required=True)
    sign.add_argument("--board", required=True, help="esp32, esp32-c3")
    sign.add_argument("--version", type=int, required=True, help="grows; METER_VERSION")
    sign.add_argument("--name", required=True, help="for people; METER_FIRMWARE")
    sign.set_defaults(action=_sign)
    check = actions.add_parser("verify", help="prove a manifest and the image beside it")
    check.add_argument("manifest", type=Path)
    check.add_argument("--public", type=Path, required=True, help="public key (DER)")
    check.set_defaults(action=_verify)
    return parser


def main(arguments: list[str] | None = None) -> int:
    """0 when it was done."""
    parsed = _parser().parse_args(arguments)
    try:
        print(parsed.action(parsed))
    except (ReleaseError, OSError) as error:
        print(f"release: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
