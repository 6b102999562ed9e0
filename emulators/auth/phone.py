"""Signing in by phone: a code that nobody receives, but that a page and tests can read.

As the official emulator: the code is printed and listed under ``verificationCodes``; the captcha's
answer is not looked at.
"""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass, replace

from emulators.auth.accounts import Account
from emulators.auth.client_operations import Wire
from emulators.auth.desk import Desk, PhoneCode
from emulators.auth.errors import AuthError, require
from emulators.auth.fields import Fields
from emulators.auth.wire import PHONE_PROVIDER

CODE_DIGITS = 6
MAX_CODES = 1_000
_E164 = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Proven:
    phone_number: str
    session_info: str


def captcha() -> Wire:
    """`recaptchaParams`: what a page needs for a captcha. In testing mode its SDK asks nobody."""
    return {
        "kind": "identitytoolkit#GetRecaptchaParamResponse",
        "recaptchaStoken": "of-the-emulator",
        "recaptchaSiteKey": "of-the-emulator",
    }


def send_code(desk: Desk, fields: Fields) -> Wire:
    """`accounts:sendVerificationCode`: a code for a phone number, and the session it belongs to."""
    phone_number = fields.text("phoneNumber")
    if not phone_number:
        raise AuthError("MISSING_PHONE_NUMBER : To send verification codes, provide a number.")
    require(_E164.fullmatch(phone_number), "INVALID_PHONE_NUMBER : Invalid format.")
    session_info = desk.new_id(40)
    while len(desk.codes) >= MAX_CODES:
        desk.codes.pop(next(iter(desk.codes)))  # the oldest is forgotten first
    digits = "".join(str(ord(letter) % 10) for letter in desk.new_id(CODE_DIGITS))
    desk.codes[session_info] = PhoneCode(phone_number=phone_number, code=digits)
    return {"sessionInfo": session_info}


def sign_in(desk: Desk, fields: Fields) -> Wire:
    """`accounts:signInWithPhoneNumber`: session and code to tokens, or to a linked phone number."""
    proven = _prove(desk, fields)
    token = fields.text("idToken")
    owner = desk.book.by_phone(proven.phone_number)
    if token:
        account = desk.session(token).account
        taken = owner is not None and owner.uid != account.uid
        require(not taken, "PHONE_NUMBER_EXISTS")
        account, new = replace(account, phone_number=proven.phone_number), False
    else:
        account, new = owner or _new_account(desk, proven.phone_number), owner is None
    require(not account.disabled, "USER_DISABLED")
    tokens = desk.sign_in(account, PHONE_PROVIDER, {})
    desk.codes.pop(proven.session_info, None)  # a code is good for one sign-in
    return {
        "isNewUser": new,
        "phoneNumber": proven.phone_number,
        "localId": account.uid,
        **tokens,
    }


def list_codes(desk: Desk) -> Wire:
    """What phones would have been sent, oldest first."""
    return {
        "verificationCodes": [
            {"phoneNumber": sent.phone_number, "sessionInfo": session_info, "code": sent.code}
            for session_info, sent in desk.codes.items()
        ]
    }


def _prove(desk: Desk, fields: Fields) -> _Proven:
    session_info, code = fields.text("sessionInfo"), fields.text("code")
    if not session_info:
        raise AuthError("MISSING_SESSION_INFO")
    if not code:
        raise AuthError("MISSING_CODE")
    sent = desk.codes.get(session_info)
    if sent is None:
        raise AuthError("INVALID_SESSION_INFO")
    require(hmac.compare_digest(sent.code.encode(), code.encode()), "INVALID_CODE")
    return _Proven(phone_number=sent.phone_number, session_info=session_info)


def _new_account(desk: Desk, phone_number: str) -> Account:
    return Account(uid=desk.new_id(28), created_at_ms=desk.now_ms(), phone_number=phone_number)
