"""Lets the requests of Schemathesis reach what they are about: a new Idempotency-Key each, a real queue
token, and ids that the server has given. Requests that are wrong on purpose stay as they are."""

import collections
import json
import os
import secrets

import schemathesis

SEEDS = json.loads(os.environ["DOCUMENT_SEEDS"])
given = collections.defaultdict(lambda: collections.deque(maxlen=20))
ID_OF = {"reservations": "reservationId", "payments": "paymentId"}


def is_right(case):
    meta = case.meta
    return meta is not None and meta.generation.mode.is_positive


@schemathesis.hook
def before_call(ctx, case, kwargs):
    if not is_right(case):
        return
    headers = case.headers or {}
    if "Idempotency-Key" in headers:
        headers["Idempotency-Key"] = secrets.token_hex(8)
    if "Queue-Token" in headers:
        headers["Queue-Token"] = SEEDS["queueToken"]
    path = case.operation.path
    if path == "/v1/reservations" and isinstance(case.body, dict) and "scheduleId" in case.body:
        case.body["scheduleId"] = SEEDS["scheduleId"]
        if "seats" in case.body:
            case.body["seats"] = [f"A-{1 + secrets.randbelow(SEEDS['seatCount'])}"]
    if path == "/v1/payments" and isinstance(case.body, dict) and given["reservationId"]:
        case.body["reservationId"] = given["reservationId"][-1]
    for kind, member in ID_OF.items():
        if f"/{kind}/{{id}}" in path and given[member] and case.path_parameters:
            case.path_parameters["id"] = secrets.choice(given[member])


@schemathesis.hook
def after_call(ctx, case, response):
    if response.status_code not in (201, 202):
        return
    body = response.json()
    for member in ID_OF.values():
        if member in body and len(body) > 3:
            given[member].append(body[member])
