#!/usr/bin/env bash
# Install what the build, the demo and the tests need, from Debian's packages, PyPI and npm.
# Each part leaves a stamp named after what it was made from: nothing is done twice.
# `tools/setup.sh deep` adds what `make check-deep` and `make bench-firmware` need.
set -euo pipefail
cd "$(dirname "$0")/.."
stamps=.stamps
mkdir -p "$stamps"

DEBIAN_PACKAGES=(g++ cmake make python3-venv nodejs npm libgtest-dev nlohmann-json3-dev libmbedtls-dev clang-format-19 chromium)

DEEP_PACKAGES=(clang-19 libclang-rt-19-dev g++-multilib gcc-arm-none-eabi libstdc++-arm-none-eabi-newlib
  qemu-system-arm gcc-riscv64-unknown-elf picolibc-riscv64-unknown-elf libstdc++-arm-none-eabi-dev)

say() { printf '\033[1m==> %s\033[0m\n' "$*"; }
fail() { printf 'setup: %s\n' "$*" >&2; exit 1; }
made_from() { cat "$@" | sha256sum | cut -c1-16; }
is_done() { [ "$(cat "$stamps/$1" 2>/dev/null)" = "$2" ]; }
mark() { printf '%s' "$2" > "$stamps/$1"; }

is_installed() {
  case "$1" in
    # A Node or Python from elsewhere serves as well as Debian's.
    nodejs) command -v node >/dev/null ;;
    npm) command -v npm >/dev/null ;;
    python3-venv) "$python" -c 'import ensurepip, venv' 2>/dev/null ;;
    *) dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null | grep -q '^installed$' ;;
  esac
}

find_python() {
  for candidate in python3.11 python3; do
    if command -v "$candidate" >/dev/null &&
      "$candidate" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then
      command -v "$candidate"
      return
    fi
  done
  fail "Python 3.11 is needed (on Debian 12: apt-get install python3.11 python3-venv)"
}

install_debian_packages() {
  local wanted=() package
  for package in "$@"; do
    is_installed "$package" || wanted+=("$package")
  done
  [ ${#wanted[@]} -eq 0 ] && return
  local as_root=()
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null && sudo -n true 2>/dev/null && as_root=(sudo) ||
      fail "these Debian packages are missing and need root: apt-get install ${wanted[*]}"
  fi
  command -v apt-get >/dev/null || fail "missing, and there is no apt-get here: ${wanted[*]}"
  say "Installing Debian packages: ${wanted[*]}"
  "${as_root[@]}" apt-get update -qq
  DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${wanted[@]}" >/dev/null
}

install_python_packages() {
  [ -x .venv/bin/python ] || { say "Making the Python environment .venv"; "$python" -m venv .venv; }
  say "Installing Python packages"
  .venv/bin/python -m pip install -q --disable-pip-version-check -r functions/requirements.txt -r requirements-dev.txt
  ln -sfn ../.venv functions/venv # firebase-tools looks for functions/venv
}

install_npm_packages() {
  say "Installing npm packages of $1"
  npm --prefix "$1" ci --silent --no-audit --no-fund --ignore-scripts
}

make_secrets() {
  # Secrets of this machine only: what the simulator and the functions share.
  say "Making local secrets in functions/.secret.local"
  .venv/bin/python - > functions/.secret.local <<'PY'
import secrets
for name in ("DARAJA_CONSUMER_KEY", "DARAJA_CONSUMER_SECRET", "DARAJA_PASSKEY",
             "CALLBACK_SECRET", "DEVICE_MASTER_SECRET", "WEBHOOK_SECRET", "SMS_API_KEY",
             "TUYA_CLIENT_SECRET",
             "DARAJA_INITIATOR_PASSWORD"):
    print(f"{name}={secrets.token_hex(32)}")
print("SITE_CREDENTIALS={}")
PY
  chmod 600 functions/.secret.local
}

node_is_new_enough() { node -e 'process.exit(+process.versions.node.split(".")[0] >= 20 ? 0 : 1)'; }

python=$(find_python)
key=$(made_from tools/setup.sh)
if ! is_done debian "$key"; then install_debian_packages "${DEBIAN_PACKAGES[@]}"; mark debian "$key"; fi
if [ "${1:-}" = deep ] && ! is_done debian-deep "$key"; then
  install_debian_packages "${DEEP_PACKAGES[@]}"
  mark debian-deep "$key"
fi
node_is_new_enough || fail "Node.js 20 or newer is needed, found $(node --version)"

key=$(made_from functions/requirements.txt requirements-dev.txt)
if ! is_done python "$key" || [ ! -x .venv/bin/python ]; then install_python_packages; mark python "$key"; fi

for lock in tests/*/*/package-lock.json tests/*/package-lock.json dashboard/package-lock.json; do
  [ -f "$lock" ] || continue
  folder=$(dirname "$lock")
  key=$(made_from "$lock")
  stamp="npm-$(printf '%s' "$folder" | tr / -)"
  if ! is_done "$stamp" "$key" || [ ! -d "$folder/node_modules" ]; then
    install_npm_packages "$folder"
    mark "$stamp" "$key"
  fi
done

if [ -f tests/contract/daraja/requirements.txt ]; then
  key=$(made_from tests/contract/daraja/requirements.txt)
  if ! is_done contract "$key" || [ ! -x .venv-contract/bin/python ]; then
    say "Installing other people's Daraja clients into .venv-contract"
    [ -x .venv-contract/bin/python ] || "$python" -m venv .venv-contract
    .venv-contract/bin/python -m pip install -q --disable-pip-version-check -r tests/contract/daraja/requirements.txt
    mark contract "$key"
  fi
fi

[ -s functions/.secret.local ] || make_secrets
