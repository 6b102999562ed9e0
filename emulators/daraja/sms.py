"""Messages of MPESA to a payer."""

from emulators.daraja.phones import Phone, Sms
from emulators.daraja.world import World


def receive_sms(world: World, phone: Phone, text: str) -> None:
    """Put a message into the inbox."""
    phone.sms.append(Sms(at_ms=world.now_ms, text=text))
    world.event("sms", msisdn=phone.msisdn, text=text)


def shillings(amount: int) -> str:
    """Ksh1,140.00."""
    return f"Ksh{amount:,}.00"
