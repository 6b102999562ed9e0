"""The registry: what is deployed, where, with which options and secrets."""

from zoneinfo import ZoneInfo

from firebase_functions import db_fn, https_fn, options, scheduler_fn
from firebase_functions.core import Change
from flask import Request, Response
from lipamita.entrypoints import api as api_routes
from lipamita.entrypoints import (
    c2b,
    callbacks,
    http,
    recording,
    results,
    schedules,
    settings,
    triggers,
)
from lipamita.entrypoints import device_claim as device_claim_route
from lipamita.entrypoints import stk_push as stk_push_route

options.set_global_options(
    region="europe-west1",  # the database's region, the nearest to Kenya that has one
    cpu=1,  # without it a sixth of a CPU, and one request at a time
    memory=options.MemoryOption.MB_512,
    concurrency=40,
    timeout_sec=60,
    max_instances=20,
    secrets=settings.SECRETS,
)
settings.refuse_bad_configuration()


@https_fn.on_request(invoker="public")
def stk_push(request: Request) -> Response:
    """POST /daraja/stk-push"""
    return http.answer(stk_push_route.post, request)


@https_fn.on_request(invoker="public")
def daraja_callback(request: Request) -> Response:
    """POST /daraja/callback/{transaction_id}/{key}"""
    return http.answer(callbacks.post, request)


@https_fn.on_request(invoker="public")
def daraja_result(request: Request) -> Response:
    """POST /daraja/result/{id}/{key} and /daraja/timeout/{id}/{key}"""
    return http.answer(results.post, request)


@https_fn.on_request(invoker="public")
def daraja_c2b(request: Request) -> Response:
    """POST /daraja/c2b/validation/{key} and /daraja/c2b/confirmation/{key}"""
    return http.answer(c2b.post, request)


@https_fn.on_request(invoker="public")
def device_claim(request: Request) -> Response:
    """POST /claim and /claim/complete"""
    return http.answer(device_claim_route.handle, request)


@https_fn.on_request(invoker="public")
def api(request: Request) -> Response:
    """GET /api/..."""
    return http.answer(api_routes.handle, request)


@db_fn.on_value_created(reference="/callbacks/{transaction_id}/{evidence_id}")
def on_callback_recorded(event: db_fn.Event[object]) -> None:
    """Evidence about a payment was stored."""
    triggers.callback_recorded(event.params["transaction_id"])


@db_fn.on_value_created(reference="/results/{refund_id}/{evidence_id}")
def on_result_recorded(event: db_fn.Event[object]) -> None:
    """Safaricom told what became of money that was sent."""
    triggers.result_recorded(event.params["refund_id"])


@db_fn.on_value_created(reference="/confirmations/{confirmation_id}")
def on_confirmation_recorded(event: db_fn.Event[object]) -> None:
    """Somebody paid the PayBill."""
    triggers.confirmation_recorded(event.params["confirmation_id"])


@db_fn.on_value_updated(reference="/meters/{meter_id}/pending_recharge/{transaction_id}/processed")
def on_recharge_processed(event: db_fn.Event[Change[object]]) -> None:
    """A meter acknowledged a recharge."""
    triggers.recharge_processed(event.params["meter_id"], event.params["transaction_id"])


@db_fn.on_value_created(reference="/meters/{meter_id}/commands/{command_id}/done_at")
def on_command_done(event: db_fn.Event[object]) -> None:
    """A meter answered a command."""
    triggers.command_done(event.params["meter_id"])


@db_fn.on_value_updated(reference="/meters/{meter_id}/status/boot_count")
def on_meter_restarted(event: db_fn.Event[Change[object]]) -> None:
    """A meter counted its starts."""
    change = event.data
    triggers.meter_restarted(event.params["meter_id"], change.before, change.after, event.id)


@db_fn.on_value_updated(reference="/transactions/{transaction_id}/status")
def on_payment_changed(event: db_fn.Event[Change[object]]) -> None:
    """A payment has another status."""
    triggers.payment_changed(event.params["transaction_id"])


@db_fn.on_value_updated(reference="/transactions/{transaction_id}/delivery/status")
def on_delivery_changed(event: db_fn.Event[Change[object]]) -> None:
    """A payment's energy is somewhere else."""
    triggers.payment_changed(event.params["transaction_id"])


@db_fn.on_value_created(reference="/meters/{meter_id}/alerts/{alert_id}")
def on_alert_raised(event: db_fn.Event[object]) -> None:
    """Something is the matter with a meter."""
    triggers.alert_raised(event.params["meter_id"], event.params["alert_id"])


@scheduler_fn.on_schedule(schedule="every 1 minutes", timeout_sec=60, max_instances=1)
def reconcile(event: scheduler_fn.ScheduledEvent) -> None:  # noqa: ARG001 - the SDK passes it
    """Everything whose due time has passed."""
    schedules.every_minute()


@scheduler_fn.on_schedule(schedule="every 5 minutes", timeout_sec=60, max_instances=1)
def archive(event: scheduler_fn.ScheduledEvent) -> None:  # noqa: ARG001 - the SDK passes it
    """What has happened goes into the record: payments at rest, the ledger."""
    recording.every_five_minutes()


@scheduler_fn.on_schedule(schedule="every 5 minutes", timeout_sec=60, max_instances=1)
def look_at_meters(event: scheduler_fn.ScheduledEvent) -> None:  # noqa: ARG001 - the SDK passes it
    """Meters whose time has come: their hours go into the record, alerts begin and end."""
    schedules.every_five_minutes()


@scheduler_fn.on_schedule(schedule="every 10 minutes", timeout_sec=60, max_instances=1)
def watch(event: scheduler_fn.ScheduledEvent) -> None:  # noqa: ARG001 - the SDK passes it
    """What waits too long, is overdue, or has fallen silent."""
    schedules.every_ten_minutes()


@scheduler_fn.on_schedule(
    schedule="every day 03:30",
    timezone=options.Timezone("Africa/Nairobi"),
    timeout_sec=540,
    max_instances=1,
)
def close_books(event: scheduler_fn.ScheduledEvent) -> None:  # noqa: ARG001 - the SDK passes it
    """The days that are over take no more ledger entries, and are chained."""
    recording.every_night()


@scheduler_fn.on_schedule(schedule="every 15 minutes", timeout_sec=60, max_instances=1)
def pull(event: scheduler_fn.ScheduledEvent) -> None:  # noqa: ARG001 - the SDK passes it
    """What M-Pesa says was paid, where the short code may ask."""
    schedules.every_quarter_of_an_hour()


@scheduler_fn.on_schedule(
    schedule="every day 03:00",
    timezone=ZoneInfo("Africa/Nairobi"),
    timeout_sec=60,
    max_instances=1,
)
def prune(event: scheduler_fn.ScheduledEvent) -> None:  # noqa: ARG001 - the SDK passes it
    """What is kept no longer goes."""
    schedules.every_night()
