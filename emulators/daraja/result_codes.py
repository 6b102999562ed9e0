"""Result codes of STK payments: what the callback says and what the query says.

The prose differs by channel for one code, as observed; only codes may be relied on.
"""

PAID = "0"
INSUFFICIENT = "1"
ABOVE_MAXIMUM = "3"
DAY_LIMIT = "4"
SAME_AMOUNT_TOO_SOON = "17"
EXPIRED = "1019"
PROMPT_NOT_SENT = "1025"
CANCELLED = "1032"
NO_ANSWER = "1037"
WRONG_PIN = "2001"
NOT_PERMITTED = "2028"
PIN_LOCKED = "8006"
NO_SUCH_OPERATOR = "SFC_IC0003"
IN_FLIGHT = "4999"

_CALLBACK = {
    PAID: "The service request is processed successfully.",
    INSUFFICIENT: "The balance is insufficient for the transaction.",
    "2": "Declined due to limit rule: less than the minimum transaction amount.",
    ABOVE_MAXIMUM: "Declined due to limit rule: greater than the maximum transaction amount.",
    DAY_LIMIT: "Declined due to limit rule: would exceed daily transfer limit.",
    "8": "Declined due to limit rule: would exceed the maximum balance.",
    "11": "The DebitParty is in an invalid state.",
    SAME_AMOUNT_TOO_SOON: "Rule limited.",
    "21": "The initiator is not allowed to initiate this request.",
    "26": "System busy. The service request is rejected.",
    "1001": "Unable to lock subscriber, a transaction is already in process for the current "
    "subscriber.",
    EXPIRED: "Transaction has expired.",
    PROMPT_NOT_SENT: "An error occurred while sending a push request.",
    CANCELLED: "Request cancelled by user.",
    NO_ANSWER: "No response from user.",
    WRONG_PIN: "The initiator information is invalid.",
    "2006": "Declined due to account rule: The account status does not allow this transaction.",
    NOT_PERMITTED: "The request is not permitted according to product assignment.",
    "2040": "Credit Party customer type (Unregistered or Registered Customer) can't be supported "
    "by the service.",
    PIN_LOCKED: "The security credential is locked.",
    "9999": "An error occurred while sending a push request.",
    NO_SUCH_OPERATOR: "The operator does not exist.",
    "R000001": "The transaction has already been reversed.",
    "R000002": "The OriginalTransactionID is invalid.",
}
_QUERY = {
    CANCELLED: "Request Cancelled by user.",
    NO_ANSWER: "DS timeout user cannot be reached.",
    IN_FLIGHT: "The transaction is still under processing",
}


def callback_description(code: str) -> str:
    """ResultDesc of a callback or result."""
    return _CALLBACK.get(code, "The service request failed.")


def query_description(code: str) -> str:
    """ResultDesc of a query."""
    return _QUERY.get(code) or callback_description(code)
