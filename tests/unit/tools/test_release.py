"""Signed releases: what is signed is what is proven, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tools import release as releases
from tools.release import Release, ReleaseError

KEY = releases.new_key()
RELEASE = Release(board="esp32", version=12, name="0.2.0", image=b"image bytes")
SIGNED = releases.manifest(RELEASE, KEY)
PUBLIC = releases.public_der(KEY)


def test_a_signed_release_is_proven_by_its_public_key() -> None:
    assert releases.verify(SIGNED, RELEASE.image, PUBLIC) == RELEASE


def test_another_key_proves_nothing() -> None:
    with pytest.raises(ReleaseError, match="not signed with this key"):
        releases.verify(SIGNED, RELEASE.image, releases.public_der(releases.new_key()))


def test_another_image_is_noticed() -> None:
    with pytest.raises(ReleaseError, match="image"):
        releases.verify(SIGNED, b"image byteS", PUBLIC)


@pytest.mark.parametrize("line", ["version 12", "board esp32", "name 0.2.0", "size 11"])
def test_a_changed_line_is_noticed(line: str) -> None:
    changed = SIGNED.replace(line.encode(), line.encode()[:-1] + b"3")
    with pytest.raises(ReleaseError, match="not signed"):
        releases.verify(changed, RELEASE.image, PUBLIC)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (replace(RELEASE, board=""), "board"),
        (replace(RELEASE, board="esp 32"), "board"),
        (replace(RELEASE, name="n" * 25), "name"),
        (replace(RELEASE, version=0), "version"),
        (replace(RELEASE, version=2**32), "version"),
        (replace(RELEASE, image=b""), "image"),
        (replace(RELEASE, image=bytes(releases.MAX_IMAGE_BYTES + 1)), "image"),
    ],
)
def test_what_no_meter_would_take_is_not_signed(wrong: Release, field: str) -> None:
    with pytest.raises(ReleaseError, match=f"^{field}"):
        releases.manifest(wrong, KEY)


def test_the_tool_makes_a_key_signs_and_verifies(tmp_path: Path) -> None:
    key, header, image = tmp_path / "key.pem", tmp_path / "release_key.h", tmp_path / "fw.bin"
    image.write_bytes(b"firmware")
    assert releases.main(["key", str(key), "--header", str(header)]) == 0
    assert key.stat().st_mode & 0o777 == 0o600
    assert "0x30, 0x59" in header.read_text()
    signing = ["sign", str(image), "--key", str(key), "--out", str(tmp_path / "www")]
    signing += ["--board", "esp32-c3", "--version", "3", "--name", "0.3.0"]
    assert releases.main(signing) == 0
    assert releases.main(signing) == 1  # a version is released once
    manifest = tmp_path / "www" / "esp32-c3" / "3.manifest"
    checking = ["verify", str(manifest), "--public", str(key.with_suffix(".der"))]
    assert releases.main(checking) == 0
    manifest.with_suffix(".bin").write_bytes(b"Firmware")
    assert releases.main(checking) == 1


def test_an_existing_key_is_never_replaced(tmp_path: Path) -> None:
    key = tmp_path / "key.pem"
    key.write_text("precious")
    assert releases.main(["key", str(key), "--header", str(tmp_path / "h")]) == 1
    assert key.read_text() == "precious"


def test_an_encrypted_key_needs_its_passphrase(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, image = tmp_path / "key.pem", tmp_path / "fw.bin"
    image.write_bytes(b"firmware")
    monkeypatch.setenv("RELEASE_KEY_PASSPHRASE", "correct horse")
    assert releases.main(["key", str(key), "--header", str(tmp_path / "h")]) == 0
    assert "ENCRYPTED" in key.read_text()
