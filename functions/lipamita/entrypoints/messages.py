"""What a payer should read now, in English or Swahili, with honest advice on paying again.

While it is not known whether money moved, nobody is told to pay again.
"""

from __future__ import annotations

from enum import StrEnum

from flask import Request

from lipamita.domain.order import GOES_BACK
from lipamita.domain.payment import Payment, Status
from lipamita.domain.stk_result import FINAL_REFUSALS, Retry


class Language(StrEnum):
    """What we can say things in."""

    ENGLISH = "en"
    SWAHILI = "sw"


MESSAGES: dict[Status, dict[Language, str]] = {
    Status.CREATED: {
        Language.ENGLISH: (
            "We do not know yet whether M-PESA sent the request. If it appears, you may pay it; "
            "do not start another payment until then."
        ),
        Language.SWAHILI: (
            "Bado hatujui kama M-PESA ilituma ombi. Likitokea, unaweza kulipa; "
            "usianze malipo mengine kabla ya hapo."
        ),
    },
    Status.PROMPTED: {
        Language.ENGLISH: ("Enter your M-PESA PIN on the phone. Do not start another payment."),
        Language.SWAHILI: "Weka PIN yako ya M-PESA kwenye simu. Usianze malipo mengine.",
    },
    Status.PAID: {
        Language.ENGLISH: "Payment received.",
        Language.SWAHILI: "Malipo yamepokelewa.",
    },
    Status.FAILED: {
        Language.ENGLISH: "Nothing was paid. You may try again.",
        Language.SWAHILI: "Hakuna kilicholipwa. Unaweza kujaribu tena.",
    },
    Status.EXPIRED: {
        Language.ENGLISH: (
            "M-PESA never said that this was paid. If you did pay, it will still count."
        ),
        Language.SWAHILI: (
            "M-PESA haikusema kuwa malipo haya yalilipwa. Kama ulilipa, bado yatahesabiwa."
        ),
    },
    Status.REVIEW: {
        Language.ENGLISH: "We are checking this payment by hand. Do not pay again for it.",
        Language.SWAHILI: "Tunakagua malipo haya wenyewe. Usilipe tena.",
    },
    Status.REFUNDING: {
        Language.ENGLISH: "This payment is being refunded.",
        Language.SWAHILI: "Malipo haya yanarudishwa.",
    },
    Status.REFUNDED: {
        Language.ENGLISH: "This payment was refunded.",
        Language.SWAHILI: "Malipo haya yamerudishwa.",
    },
}
PLACE_GONE = {
    Language.ENGLISH: (
        "The money came when the place could not be had any more. It goes back to the phone that "
        "paid. You may order again."
    ),
    Language.SWAHILI: (
        "Pesa zilifika wakati nafasi haipatikani tena. Zitarudishwa kwa simu iliyolipa. "
        "Unaweza kuagiza tena."
    ),
}
WAITING_FOR_RECEIPT = {
    Language.ENGLISH: (
        "M-PESA says this was paid; we are waiting for its receipt. Do not pay again."
    ),
    Language.SWAHILI: "M-PESA inasema umelipa; tunasubiri risiti yake. Usilipe tena.",
}


def language_of(request: Request) -> Language:
    """The caller's language by Accept-Language; English if it names none of ours."""
    best = request.accept_languages.best_match([language.value for language in Language])
    return Language(best) if best else Language.ENGLISH


def customer_message(payment: Payment, language: Language = Language.ENGLISH) -> str:
    """What the payer should read now."""
    if payment.status is Status.FAILED:
        refusal = FINAL_REFUSALS.get(payment.result_code or "")
        if refusal is not None:
            return refusal.swahili if language is Language.SWAHILI else refusal.message
        if language is Language.ENGLISH and payment.customer_message:
            return payment.customer_message
    if payment.reason == "paid_unverified" and payment.status is Status.PROMPTED:
        return WAITING_FOR_RECEIPT[language]
    if payment.status is Status.REVIEW and payment.reason in GOES_BACK:
        return PLACE_GONE[language]
    return MESSAGES[payment.status][language]


def try_again(payment: Payment) -> Retry:
    """Whether paying again makes sense: never while money may be on its way."""
    if payment.status is not Status.FAILED:
        return Retry.NO
    refusal = FINAL_REFUSALS.get(payment.result_code or "")
    return refusal.retry if refusal is not None else Retry.LATER
