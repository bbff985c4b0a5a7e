"""What schemathesis does beside its own checks: sign commands, and see that nobody gets data without a right to them.

`YUYUE_CALLERS` names the file that `run.py` wrote, `YUYUE_CALLER` who is calling: `everybody`, `counter` (nobody is
signed in), `kiosk`, or `clerk`, `supervisor` or `operator` (a counter with one of them).
"""

import base64
import datetime
import itertools
import json
import os
import uuid

import schemathesis
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import strategies as st

CALLER = os.environ["YUYUE_CALLER"]
CALLERS = json.load(open(os.environ["YUYUE_CALLERS"])) if CALLER != "everybody" else {}
# Who may use the operations that tell of a person; commands are judged one by one.
STAFF = {"clerk", "supervisor", "operator"}
MAY = {
    **dict.fromkeys(("search", "applicant", "outlook", "open_record"), STAFF),
    "codes": STAFF | {"kiosk"},
    **dict.fromkeys(("acts", "unlock", "sign_out", "revoke"), {"supervisor", "operator"}),
}
NUMBERS = itertools.count(1)
PREFIX = b"yuyue command v1\0"


def signed(key, device, clerk, taken_at, identifier, body):
    """An envelope as a device of ours makes it."""
    number = next(NUMBERS)
    head = identifier.bytes + device.to_bytes(4, "big") + number.to_bytes(8, "big")
    who = bytes([clerk is not None]) + (clerk or 0).to_bytes(4, "big")
    when = int(taken_at.timestamp()).to_bytes(8, "big", signed=True)
    signature = key.sign(PREFIX + head + who + when + body.encode())
    return {
        "id": str(identifier),
        "device": device,
        "number": number,
        "clerk": clerk,
        "taken_at": taken_at.isoformat(),
        "body": body,
        "signature": base64.b64encode(signature).decode(),
    }


def commands():
    """Commands about people, applications and sessions that there are, and some that there are not."""

    def known_or_any(table):
        return st.one_of(st.sampled_from(CALLERS[table]), st.sampled_from(CALLERS[table]), st.integers(0, 2**32 - 1))

    number = st.integers(0, 2**32 - 1)
    code = st.one_of(st.none(), st.from_regex(r"[0-9]{6}", fullmatch=True), st.text(max_size=20))
    day = st.dates(datetime.date(2020, 1, 1), datetime.date(2030, 1, 1)).map(str)
    checks = st.sampled_from(["card_read", "document_seen", "temporary_document"])
    sessions = st.lists(known_or_any("session"), max_size=30)
    application = st.one_of(st.sampled_from(CALLERS["application"]), st.uuids().map(str))
    wish = st.one_of(
        st.fixed_dictionaries({"mode": st.just("choose"), "sessions": sessions, "ordered": st.booleans()}),
        st.fixed_dictionaries({
            "mode": st.just("assign"),
            "dates": st.fixed_dictionaries({"first": day, "last": day}),
            "sites": st.lists(known_or_any("site"), max_size=30),
        }),
        st.fixed_dictionaries({"mode": st.just("priority"), "session": known_or_any("session")}),
    )
    proof = st.one_of(
        st.fixed_dictionaries({"kind": st.just("code"), "code": st.text(max_size=20)}),
        st.fixed_dictionaries({"kind": st.just("identity_check"), "check": checks}),
    )
    command = st.one_of(
        st.fixed_dictionaries({
            "command": st.just("apply"),
            "applicant": known_or_any("applicant"),
            "subject": st.integers(1, 4),
            "wish": wish,
            "office": st.one_of(st.integers(1, 15), number),
            "identity_check": st.one_of(st.none(), checks),
            "code": code,
            "replaces": st.one_of(st.none(), application),
        }),
        st.fixed_dictionaries({"command": st.just("confirm_code"), "application": application, "code": st.text(max_size=9)}),
        st.fixed_dictionaries({
            "command": st.sampled_from(["withdraw", "cancel"]), "application": application, "proof": proof,
        }),
        st.fixed_dictionaries({
            "command": st.just("agree_notice"),
            "notice": st.sampled_from(["booking", "priority"]),
            "version": st.one_of(st.just(1), number),
            "applicant": known_or_any("applicant"),
        }),
        st.fixed_dictionaries({"command": st.just("record_reveal"), "applicant": known_or_any("applicant")}),
        st.fixed_dictionaries({
            "command": st.just("record_print"),
            "application": application,
            "document": st.sampled_from(["receipt", "acceptance", "voucher"]),
            "copy": st.integers(0, 65535),
        }),
    )
    return st.one_of(command.map(json.dumps), command.map(json.dumps), st.text(max_size=200))


def envelopes():
    """Batches of signed commands."""
    device = CALLERS["counter" if CALLER == "clerk" else CALLER]
    key = Ed25519PrivateKey.from_private_bytes(base64.b64decode(device["signing_key"]))
    clerk = CALLERS[CALLER if CALLER in STAFF else "clerk"]["id"]
    clerks = st.sampled_from([clerk, clerk, None, 4_000_000_000])
    # The same identifiers come again, with the same body or another one.
    identifiers = st.one_of(st.uuids(), st.sampled_from([uuid.UUID(int=index) for index in range(4)]))
    china = st.just(datetime.timezone(datetime.timedelta(hours=8)))
    taken = st.datetimes(datetime.datetime(1970, 1, 2), datetime.datetime(2100, 1, 1), timezones=china)
    return st.lists(
        st.builds(
            lambda *parts: signed(key, device["device"], *parts),
            clerks,
            taken.map(lambda time: time.replace(microsecond=0)),
            identifiers,
            commands(),
        ),
        max_size=8,
    )


def whole(value):
    """Whole numbers without a point: JSON schema does not tell 1.0 from 1, and readers of whole numbers do."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {key: whole(one) for key, one in value.items()}
    return [whole(one) for one in value] if isinstance(value, list) else value


@schemathesis.hook
def map_body(context, body):
    return whole(body)


@schemathesis.hook.apply_to(operation_id="commands")
def before_generate_body(context, strategy):
    return st.one_of(strategy, envelopes(), envelopes()) if CALLERS else strategy


def wishes():
    """Questions about people and sessions that there are: of one subject, or of any."""
    sessions = st.one_of(
        *(st.lists(st.sampled_from(group), min_size=1, max_size=5, unique=True) for group in CALLERS["open"].values())
    )
    return st.fixed_dictionaries({
        "applicant": st.sampled_from(CALLERS["applicant"]),
        "subject": st.integers(1, 4),
        "sessions": sessions,
        "ordered": st.booleans(),
    })


@schemathesis.hook.apply_to(operation_id="outlook")
def before_generate_body(context, strategy):
    return st.one_of(strategy, wishes(), wishes()) if CALLERS else strategy


@schemathesis.check
def data_only_for_those_who_may(context, response, case):
    """Without a clerk nobody reads a person, and a refusal carries no data."""
    operation = case.operation.definition.raw.get("operationId")
    if response.status_code < 300:
        assert CALLER in MAY.get(operation, {CALLER}), "somebody was told who may not know"
    else:
        kind = response.headers.get("content-type", [""])[0]
        assert kind == "application/problem+json", "a refusal is a problem"
        unknown = set(response.json()) - {"type", "title", "status", "code", "detail", "retry_after_seconds"}
        assert not unknown, "a refusal carries something else"
