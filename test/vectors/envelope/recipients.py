"""FORMAT.md sections 3.4, 3.6 and 6.2: what is sealed for one recipient.

X-Wing is not done again here: its shared secret is taken from the vector.
"""
from common import ZERO, check, check_error, context, derive, exactly, load, pad, padme, repeated, thumbprint, unpad
from forms import b64, unb64
from messages import open_message
from primitives import Refused, aead_open, aead_seal


def open_for(v, sealed, label, where, *to):
    """What was sealed for the owner of v["member"]; X-Wing's shared secret is the vector's."""
    if len(sealed) < 1136:
        raise Refused("not-readable")
    right = v["member"] == v["owner"] and sealed[:1120] == v["ciphertext"]
    # X-Wing gives another secret for another key or ciphertext; which one does not matter here
    secret = unb64(v["sharedSecret"]) if right else bytes(32)
    key = derive(secret, label, where, *(part.encode() for part in to))
    return aead_open(key, ZERO, sealed[1120:], where)


def sealed_again(v, label, where, text, *to):
    key = derive(unb64(v["sharedSecret"]), label, where, *(part.encode() for part in to))
    return b64(v["ciphertext"] + aead_seal(key, ZERO, text, where))


def load_sealed(name, first):
    """Vectors about one ciphertext; `first` finds what is sealed in the first good case."""
    v = load(name)
    for member in v["members"]:
        check("sealing kid", thumbprint({"alg": "X-Wing", "kty": "AKP", "pub": member["pub"]}) == member["kid"])
    return {**v, "owner": v["member"], "ciphertext": unb64(first(v["good"][0]))[:1120]}


def open_wrap(v, wrap):
    to = (wrap["scope"], wrap["party"], wrap["kid"], v["by"])
    return open_for(v, exactly(1168, unb64(wrap["sealed"])), "eenmaal/v1/wrap", context(v, v["epoch"]), *to)


def wraps():
    v = load_sealed("wraps", lambda good: good["wrap"]["sealed"])
    for good in v["good"]:
        wrap, key = good["wrap"], unb64(good["key"])
        check("wrap", open_wrap(v, wrap) == key)
        to = (wrap["scope"], wrap["party"], wrap["kid"], v["by"])
        made = sealed_again(v, "eenmaal/v1/wrap", context(v, v["epoch"]), key, *to)
        check("wrap sealed", made == wrap["sealed"])
    for bad in v["bad"]:
        wrap = bad.get("wrap", v["good"][0]["wrap"])
        check_error(bad["name"], bad["error"], lambda: open_wrap({**v, **bad}, wrap))


def open_item(v, party, item):
    where = context(v, item["envelope"])
    to = (party, item["kid"], v["by"])
    return open_for(v, exactly(1168, unb64(item["sealed"])), "eenmaal/v1/disclose", where, *to)


def items():
    v = load_sealed("items", lambda good: good["item"]["sealed"])
    message = load("messages")["good"][0]
    header, body, secret = message["header"], unb64(message["body"]), unb64(message["secret"])
    for good in v["good"]:
        key = open_item(v, good["party"], good["item"])
        check("item", b64(key) == message["itemKey"])
        check("disclosed", open_message(header, body, key, secret) == message["content"])
        to = (good["party"], good["item"]["kid"], v["by"])
        made = sealed_again(v, "eenmaal/v1/disclose", context(v, good["item"]["envelope"]), key, *to)
        check("item sealed", made == good["item"]["sealed"])
    for bad in v["bad"]:
        case = {**v, **v["good"][0], **bad}

        def act():
            open_message(header, body, open_item(case, case["party"], case["item"]), secret)

        check_error(bad["name"], bad["error"], act)


def seal_consult(v, said):
    raw = said.encode()
    if padme(len(raw) + 1) > 18432:
        raise Refused("too-large")
    padded = pad(raw, padme(len(raw) + 1))
    return sealed_again(v, "eenmaal/v1/consult", v["id"].encode(), padded, v["party"], v["kid"], v["by"])


def open_consult(v, sealed):
    to = (v["party"], v["kid"], v["by"])
    said = unpad(open_for(v, unb64(sealed), "eenmaal/v1/consult", v["id"].encode(), *to))
    try:
        if not said.startswith(b"\xef\xbb\xbf"):
            return said.decode()
    except UnicodeDecodeError:
        pass
    raise Refused("malformed")


def consults():
    v = load_sealed("consults", lambda good: good["sealed"])
    for good in v["good"]:
        check("consult sealed", seal_consult(v, good["text"]) == good["sealed"])
        check("consult opened", open_consult(v, good["sealed"]) == good["text"])
    for bad in v["bad"]:
        sealed = bad.get("sealed", v["good"][0]["sealed"])

        def act():
            if "text" in bad:
                seal_consult(v, repeated(bad["text"], False))
            else:
                open_consult({**v, **bad}, sealed)

        check_error(f"consult: {bad['name']}", bad["error"], act)
