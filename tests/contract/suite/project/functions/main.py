"""One function of each kind, to be served alike by our suite and by firebase-tools."""

import json
import os
from typing import Any

import firebase_admin
from firebase_admin import db
from firebase_functions import db_fn, https_fn, options, scheduler_fn
from flask import Request, Response

options.set_global_options(region="europe-west1", cpu=1, secrets=["SECRET"])
firebase_admin.initialize_app(
    options={"databaseURL": "https://demo-lipamita-default-rtdb.europe-west1.firebasedatabase.app"}
)


@https_fn.on_request()
def echo(request: Request) -> Response:
    """What the function sees."""
    seen = {
        "method": request.method,
        "path": request.path,
        "query": request.query_string.decode(),
        "body": request.get_data(as_text=True),
        "emulated": os.environ.get("FUNCTIONS_EMULATOR"),
        "project": os.environ.get("GCLOUD_PROJECT"),
        "setting": os.environ.get("SETTING"),
        "secret": os.environ.get("SECRET"),
    }
    return Response(json.dumps(seen), mimetype="application/json", status=203)


@https_fn.on_request()
def keep(request: Request) -> Response:
    """Writes what it was sent into Firestore and answers with what stands there."""
    from google.cloud import firestore  # noqa: PLC0415 (as the functions do: it is slow)

    document = firestore.Client().document("payments/p1")
    document.set({"amount": int(request.get_data(as_text=True))})
    return Response(json.dumps(document.get().to_dict()), mimetype="application/json")


@https_fn.on_call()
def add(request: https_fn.CallableRequest[Any]) -> Any:
    """Adds two numbers and names the caller."""
    caller = request.auth.uid if request.auth is not None else None
    return {"sum": request.data["a"] + request.data["b"], "caller": caller}


@db_fn.on_value_created(reference="/payments/{payment_id}")
def on_payment(event: db_fn.Event[Any]) -> None:
    """Writes down what it was told."""
    told = {"value": event.data, "instance": event.instance, "auth_type": event.auth_type}
    db.reference(f"seen/{event.params['payment_id']}").set(told)


@scheduler_fn.on_schedule(schedule="every 1 minutes")
def tick(event: scheduler_fn.ScheduledEvent) -> None:
    """Writes down that it ran."""
    db.reference("ticked").set({"by_hand": event.job_name is None})
