"""What B2C, Reversal, Transaction Status and Account Balance share: an initiator asks, the gateway
acknowledges with a ConversationID, and the result is POSTed later.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from emulators.daraja import result_codes as codes
from emulators.daraja.journal import Notice
from emulators.daraja.notices import send
from emulators.daraja.plan import MISSING, Plan
from emulators.daraja.request_fields import callback_url, matching, text
from emulators.daraja.wire import Answer, Body, accepted, invalid, json_text
from emulators.daraja.world import World

PROCESSING_MS = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """An acknowledged request. `refusal` is the result code it is bound to end with, if any."""

    originator_conversation_id: str
    conversation_id: str
    short_code: str
    result_url: str
    timeout_url: str
    plan: Plan
    refusal: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """How a command ended."""

    code: str
    transaction_id: str
    parameters: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the fields of an API are called and may be."""

    initiator: str = "Initiator"
    commands: tuple[str, ...]
    party: str
    occasion: str = "Occasion"


def read_command(world: World, body: Body, plan: Plan, wanted: Wanted) -> Command:
    """Check the fields all of them have; a wrong initiator or credential ends 2001, later."""
    initiator = text(body, wanted.initiator)
    credential = text(body, "SecurityCredential")
    if text(body, "CommandID") not in wanted.commands:
        raise invalid("CommandID")
    short_code = matching(body, wanted.party, r"[0-9]{5,7}")
    if not 2 <= len(text(body, "Remarks")) <= 100:
        raise invalid("Remarks")
    if body.get(wanted.occasion) is not None and len(text(body, wanted.occasion)) > 100:
        raise invalid(wanted.occasion)
    timeout_url = callback_url(world, body, "QueueTimeOutURL")
    result_url = callback_url(world, body, "ResultURL")
    keys = world.identity.keys
    known = initiator == keys.initiator_name and world.certificate.opens_to(
        credential, keys.initiator_password
    )
    forced = plan.outcome.code if plan.outcome else None
    merchant = world.merchant(short_code)
    return Command(
        originator_conversation_id=world.ids.request(),
        conversation_id=world.ids.conversation(world.now_ms),
        short_code=short_code,
        result_url=result_url,
        timeout_url=timeout_url,
        plan=plan,
        refusal=codes.WRONG_PIN if not known else "21" if merchant is None else forced,
    )


def start(world: World, command: Command, work: Callable[[], Finding]) -> Answer:
    """Acknowledge; then do the work and tell its result."""

    def process() -> None:
        if command.refusal is not None:
            receipt = world.ids.receipt(world.now_ms)
            _tell(world, command, Finding(code=command.refusal, transaction_id=receipt))
        else:
            _tell(world, command, work())

    def schedule() -> None:
        world.timeline.after(PROCESSING_MS, process)

    return accepted(
        {
            "ConversationID": command.conversation_id,
            "OriginatorConversationID": command.originator_conversation_id,
            "ResponseCode": "0",
            "ResponseDescription": "Accept the service request successfully.",
        },
        then=schedule,
    )


def with_originator(command: Command, originator_conversation_id: str) -> Command:
    """The command under the client's own id."""
    return replace(command, originator_conversation_id=originator_conversation_id)


def _tell(world: World, command: Command, finding: Finding) -> None:
    plan = command.plan.notify
    world.event("command_done", conversation_id=command.conversation_id, result_code=finding.code)
    gap_ms = 0
    if plan.queue_timeout:
        gap_ms = plan.gap_ms
        timed_out = _result(command, Finding(code="1", transaction_id=""), "Queue timeout.")
        send(world, _notice(command, "queue_timeout", command.timeout_url, timed_out))
    if plan.none:
        name = command.conversation_id
        world.event("callback_withheld", conversation_id=name, why="scenario")
        return
    send(
        world,
        _notice(command, "result", command.result_url, _result(command, finding, None)),
        delay_ms=plan.late_ms + gap_ms,
        copies=plan.copies,
    )


def _notice(command: Command, what: str, url: str, text_: str) -> Notice:
    return Notice(
        what=what,
        about=command.conversation_id,
        url=url,
        text=text_,
        short_code=command.short_code,
    )


def _result(command: Command, finding: Finding, description: str | None) -> str:
    code: object = int(finding.code) if finding.code.isdecimal() else finding.code
    plan = command.plan.notify
    result: dict[str, object] = {
        "ResultType": 0,
        "ResultCode": plan.code if plan.code_given else code,
        "ResultDesc": description or codes.callback_description(finding.code),
        "OriginatorConversationID": command.originator_conversation_id,
        "ConversationID": command.conversation_id,
        "TransactionID": finding.transaction_id,
    }
    if result["ResultCode"] is MISSING:
        del result["ResultCode"]
    if finding.parameters is not None:
        result["ResultParameters"] = {
            "ResultParameter": [
                {"Key": key} if value is MISSING else {"Key": key, "Value": value}
                for key, value in finding.parameters.items()
            ]
        }
    item = {"Key": "QueueTimeoutURL", "Value": command.timeout_url}
    result["ReferenceData"] = {"ReferenceItem": item}
    return json_text({"Result": result})
