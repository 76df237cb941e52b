"""The JSON of FORMAT.md: one spelling, members in their order, every value in its form."""
import base64
import json
import re

from primitives import Refused

SAFE = 2**53 - 1
PURPOSES = ("support", "safety", "inquiry", "measure", "treatment", "education")
MARKS = ("source", "third-person", "address")
ORG = r"[a-z][a-z0-9-]{1,30}"
ID_FORM = r"[A-Za-z0-9_-]{21}[AQgw]"
PARTY = rf"(person/{ID_FORM}|(partner|officer)/{ORG}|seat/{ORG}/{ID_FORM}|steward)"


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(value):
    """Unpadded base64url in its one spelling."""
    if not re.fullmatch(r"[A-Za-z0-9_-]*", value) or len(value) % 4 == 1:
        raise Refused("malformed")
    data = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
    if b64(data) != value:
        raise Refused("malformed")
    return data


def utf16_length(value):
    return sum(2 if ord(c) > 0xFFFF else 1 for c in value)


# --- forms: functions that say whether a value fits ---------------------------------------------------------------
def pattern(form):
    return lambda v: isinstance(v, str) and re.fullmatch(form, v) is not None


def text(least, most):
    return lambda v: isinstance(v, str) and least <= utf16_length(v) <= most


def data(least, most):
    return lambda v: pattern(r"[A-Za-z0-9_-]*")(v) and -(-least * 4 // 3) <= len(v) <= -(-most * 4 // 3)


def number(least=0, most=SAFE):
    return lambda v: type(v) is int and least <= v <= most


def one_of(*values):
    return lambda v: type(v) in (str, int, bool) and any(type(v) is type(w) and v == w for w in values)


def many(form, least, most):
    return lambda v: isinstance(v, list) and least <= len(v) <= most and all(form(item) for item in v)


def nullable(form):
    return lambda v: v is None or form(v)


def members(*spec):
    """Members in their order; a name that ends in ? may be absent."""

    def fits(v):
        if not isinstance(v, dict):
            return False
        wanted = [(name.rstrip("?"), form) for name, form in spec if not (name.endswith("?") and name[:-1] not in v)]
        return list(v) == [name for name, _ in wanted] and all(form(v[name]) for name, form in wanted)

    return fits


ID = pattern(ID_FORM)
HASH = pattern(r"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]")
ORGANISATION = pattern(ORG)
ROLE = pattern(r"[a-z][a-z-]{1,30}")
RULE = pattern(r"[A-Z]{1,4}[0-9]{0,2}")
PARTY_ID = pattern(PARTY)
PURPOSE = one_of(*PURPOSES)
INSTANT = number(0, 8_640_000_000_000_000)
POSITION = members(("size", number()), ("root", HASH))
BOOL = lambda v: isinstance(v, bool)


def in_order(values):
    """Of these values some, in their order, each once."""
    places = {value: place for place, value in enumerate(values)}

    def fits(v):
        if not isinstance(v, list) or not all(isinstance(item, str) and item in places for item in v):
            return False
        return all(places[a] < places[b] for a, b in zip(v, v[1:]))

    return fits


HEADER = members(
    *(("suite", text(0, 16)), ("id", ID), ("dossier", ID), ("compartment", ID), ("epoch", number())),
    *(("sender", PARTY_ID), ("kid", HASH), ("seq", number())),
    ("kind", one_of("fragment", "expertise", "reply", "report", "correction")),
    *(("purpose", PURPOSE), ("marks", in_order(MARKS)), ("basis", many(ID, 0, 32)), ("ledger", POSITION)),
    ("secretHash", HASH),
    ("size", number(48, 196608)),
    ("attachments", many(members(("id", ID), ("chunks", number(1, 131072)), ("hash", HASH)), 0, 16)),
)
CONTENT = members(
    *(("title", text(1, 200)), ("text", text(0, 120000))),
    ("author", members(("name", text(1, 100)), ("role", text(0, 100)), ("register?", text(0, 50)))),
    ("inReplyTo?", ID),
    (
        "attachments",
        many(
            members(
                *(("id", ID), ("name", text(1, 200)), ("type", text(0, 100)), ("bytes", number())), ("key", data(32, 32))
            ),
            *(0, 16),
        ),
    ),
)
OPEN = members(
    *(("v", one_of(1)), ("id", ID), ("by", PARTY_ID), ("envelope", ID), ("purpose", PURPOSE)),
    *(("at", number()), ("seen", POSITION)),
)

SIGNING = members(("kty", one_of("OKP")), ("crv", one_of("Ed25519")), ("x", data(32, 32)))
SEALING = members(("kty", one_of("AKP")), ("alg", one_of("X-Wing")), ("pub", data(1216, 1216)))
KEYS = members(("signing", SIGNING), ("sealing", SEALING))
WRAP = members(
    *(("party", PARTY_ID), ("kid", HASH), ("scope", one_of("history", "epoch")), ("sealed", data(1168, 1168)))
)
COMMON = (("v", one_of(1)), ("id", ID), ("by", PARTY_ID), ("at", INSTANT), ("seen", POSITION))
DOSSIER = (*COMMON, ("dossier", ID))
COMPARTMENT = (*DOSSIER, ("compartment", ID))
NAME = ("name", text(1, 100))
PERIOD = (("from", INSTANT), ("until", INSTANT))
PARTIAL = members(("institution", ORGANISATION), ("matters", many(one_of("school", "medical", "residence"), 1, SAFE)))
WEIGHED = (
    *("motive", "consent-sought", "harm", "conscience", "subsidiarity", "effectiveness", "proportionality"),
    *("necessity", "child-heard", "meldcode"),
)
WEIGHING = members(("record", HASH), ("answers", many(one_of(*WEIGHED), 0, 10)))
ITEM = members(("envelope", ID), ("kid", HASH), ("sealed", data(1168, 1168)))
STATEMENTS = {
    "region": (
        *(*COMMON, ("kind", one_of("region")), NAME, ("origin", pattern(r"[a-z0-9./-]{3,100}"))),
        *(("profile", one_of("strict", "statute")), ("steward", SIGNING), ("ledger", KEYS)),
    ),
    "partner": (
        *(*COMMON, ("kind", one_of("partner")), ("partner", ORGANISATION), NAME, ("attests", BOOL)),
        *(("roles", many(ROLE, 1, 8)), ("keys", KEYS)),
    ),
    "officer": (*COMMON, ("kind", one_of("officer")), ("officer", ORGANISATION), NAME, ("keys", KEYS)),
    "new-keys": (*COMMON, ("kind", one_of("new-keys")), ("party", PARTY_ID), ("keys", KEYS)),
    "dossier": (*DOSSIER, ("kind", one_of("dossier"))),
    "person": (
        *(*DOSSIER, ("kind", one_of("person")), ("person", ID), ("keys", nullable(KEYS))),
        *((f"turns{age}", nullable(INSTANT)) for age in (12, 16, 18)),
    ),
    "custody": (
        *(*DOSSIER, ("kind", one_of("custody")), ("child", ID), ("holders", many(ID, 0, 4))),
        *(("guardian", nullable(ORGANISATION)), ("partial", nullable(PARTIAL))),
    ),
    "compartment": (
        *(*COMPARTMENT, ("kind", one_of("compartment")), ("subjects", many(ID, 1, 8))),
        ("audience", one_of("family", "own", "file")),
    ),
    "grant": (
        *(*COMPARTMENT, ("kind", one_of("grant")), ("partner", ORGANISATION)),
        *(("purposes", many(PURPOSE, 1, 6)), *PERIOD, ("history", BOOL)),
        ("text", members(("version", text(1, 40)), ("language", one_of("nl", "en")))),
    ),
    "withdraw": (*COMPARTMENT, ("kind", one_of("withdraw")), ("partner", ORGANISATION)),
    "refuse": (*COMPARTMENT, ("kind", one_of("refuse")), ("partner", ORGANISATION)),
    "epoch": (
        *(*COMPARTMENT, ("kind", one_of("epoch")), ("epoch", number()), ("commitment", HASH)),
        *(("link", nullable(data(48, 48))), ("label", data(40, 400)), ("wraps", many(WRAP, 1, 64))),
    ),
    "admit": (
        *(*COMPARTMENT, ("kind", one_of("admit")), ("epoch", number()), ("wraps", many(WRAP, 0, 64))),
        ("links", many(members(("epoch", number()), ("link", data(48, 48))), 0, 64)),
    ),
    "capacity": (
        *(*DOSSIER, ("kind", one_of("capacity")), ("person", ID), ("capable", BOOL)),
        ("representatives", many(ID, 0, 4)),
    ),
    "death": (*DOSSIER, ("kind", one_of("death")), ("person", ID)),
    "secrecy": (*DOSSIER, ("kind", one_of("secrecy")), ("person", ID), ("on", BOOL)),
    "foster": (
        *(*DOSSIER, ("kind", one_of("foster")), ("child", ID), ("parent", ID), ("provider", ORGANISATION)),
        *PERIOD,
    ),
    "order": (
        *(*DOSSIER, ("kind", one_of("order")), ("order", ID), ("child", ID), ("institution", ORGANISATION)),
        *(*PERIOD, ("proof", HASH)),
    ),
    "seat": (
        *(*DOSSIER, ("kind", one_of("seat")), ("seat", PARTY_ID)),
        *(("role", one_of("member", "stand-in", "adviser", "chair")), ("for", nullable(PARTY_ID))),
        *(*PERIOD, ("keys", KEYS)),
    ),
    "seat-end": (*DOSSIER, ("kind", one_of("seat-end")), ("seat", PARTY_ID), ("until", INSTANT)),
    "allow": (*COMPARTMENT, ("kind", one_of("allow")), ("reader", ID), ("on", BOOL)),
    "succession": (
        *(*COMMON, ("kind", one_of("succession")), ("partner", ORGANISATION), ("successor", nullable(ORGANISATION))),
    ),
    "ask": (
        *(*DOSSIER, ("kind", one_of("ask")), ("to", ORGANISATION), ("rule", RULE), ("about", many(ID, 1, 8))),
        *(("purpose", PURPOSE), ("record", HASH)),
    ),
    "disclose": (
        *(*DOSSIER, ("kind", one_of("disclose")), ("to", PARTY_ID), ("rule", RULE), ("purpose", PURPOSE)),
        *(("items", many(ITEM, 1, 32)), ("ask", nullable(ID)), ("weighing", nullable(WEIGHING))),
        *(("emergency", BOOL), ("inform", one_of("before", "now", "later"))),
    ),
    "endorse": (*DOSSIER, ("kind", one_of("endorse")), ("act", ID)),
    "inform": (*DOSSIER, ("kind", one_of("inform")), ("act", ID), ("told", BOOL), ("record", HASH)),
    "objection": (*DOSSIER, ("kind", one_of("objection")), ("act", ID)),
    "weigh": (*DOSSIER, ("kind", one_of("weigh")), ("act", ID), ("stands", BOOL), ("weighing", WEIGHING)),
    "request": (
        *(*DOSSIER, ("kind", one_of("request")), ("to", ORGANISATION)),
        ("right", one_of("access", "rectification", "erasure", "restriction")),
        *(("about", ID), ("items", many(ID, 0, 64))),
    ),
    "answer": (
        *(*DOSSIER, ("kind", one_of("answer")), ("request", ID)),
        *(("outcome", one_of("granted", "partly", "refused")), ("ground", nullable(RULE))),
    ),
    "erase": (
        *(*DOSSIER, ("kind", one_of("erase")), ("items", many(ID, 0, 64))),
        *(("whole", BOOL), ("request", nullable(ID)), ("ground", RULE)),
    ),
    "supersede": (*DOSSIER, ("kind", one_of("supersede")), ("old", ID), ("new", ID)),
    "dispute": (*DOSSIER, ("kind", one_of("dispute")), ("item", ID), ("on", BOOL)),
    "consult": (
        *(*COMMON, ("kind", one_of("consult")), ("to", ORGANISATION), ("kid", HASH)),
        *(("sealed", data(1168, 20000)), ("answers", nullable(ID))),
    ),
}


def STATEMENT(v):
    kind = v.get("kind") if isinstance(v, dict) else None
    return isinstance(kind, str) and kind in STATEMENTS and members(*STATEMENTS[kind])(v)


# --- the one spelling ---------------------------------------------------------------------------------------------
def read_json(raw, form):
    """bytes -> value, or `malformed`: UTF-8, JSON, form, one spelling."""
    try:
        value = json.loads(raw.decode("utf-8"))
        spelling = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    except (ValueError, RecursionError):
        # no UTF-8, no JSON, or a lone surrogate that cannot be written back
        raise Refused("malformed") from None
    if spelling != raw or not form(value):
        raise Refused("malformed")
    return value
