"""FORMAT.md section 4: the signature, the header, opening; and the vectors of messages."""
import re

from common import ZERO, check, check_error, derive, hash256, load, pad, padme, repeated, unpad
from forms import CONTENT, HEADER, b64, read_json, unb64
from primitives import Refused, aead_open, aead_seal, ed25519_sign, ed25519_verify

HEAD = r'\{"alg":"Ed25519","kid":"([A-Za-z0-9_-]{42}[AEIMQUYcgkosw048])","typ":"([a-z+-]+)"\}'


def read_jws(jws, typ, detached=None):
    """(kid, payload, verify) of a compact JWS in its one form."""
    parts = jws.split(".")
    if len(parts) != 3 or not parts[2] or (parts[1] == "") != (detached is not None) or len(parts[0]) > 200:
        raise Refused("malformed")
    try:
        match = re.fullmatch(HEAD, unb64(parts[0]).decode())
    except UnicodeDecodeError:
        raise Refused("malformed") from None
    if not match:
        raise Refused("malformed")
    if match[2] != typ:
        raise Refused("wrong-typ")
    signature = unb64(parts[2])
    if len(signature) != 64:
        raise Refused("malformed")
    payload = unb64(parts[1]) if detached is None else detached
    signed = f"{parts[0]}.{b64(payload)}".encode()

    def verify(public):
        if not ed25519_verify(public, signed, signature):
            raise Refused("signature-invalid")

    return match[1], payload, verify


def sign_jws(seed, kid, typ, payload, detached):
    head = b64(f'{{"alg":"Ed25519","kid":"{kid}","typ":"{typ}"}}'.encode())
    signature = b64(ed25519_sign(seed, f"{head}.{b64(payload)}".encode()))
    return f"{head}.{'' if detached else b64(payload)}.{signature}"


def read_header(header):
    raw = header.encode()
    if len(raw) > 32768:
        raise Refused("too-large")
    suite = re.match(r'\{"suite":"([A-Za-z0-9.-]{1,16})"', header)
    if suite and suite[1] != "EM1":
        raise Refused("unknown-suite")
    return read_json(raw, HEADER)


def read_envelope(header, jws, body):
    if len(body) > 196608:
        raise Refused("too-large")
    parsed = read_header(header)
    if parsed["size"] != len(body):
        raise Refused("body-mismatch")
    kid, _, verify = read_jws(jws, "eenmaal-envelope+jws", header.encode() + hash256(body))
    if kid != parsed["kid"]:
        raise Refused("malformed")
    return parsed, verify


def item_key(key, header):
    return derive(key, "eenmaal/v1/item", header.encode())


def message_keys(key, secret, header):
    """From the item key."""
    both = derive(key, "eenmaal/v1/message", secret, header.encode(), length=64)
    return both[:32], both[32:]


def open_message(header, body, key, secret):
    """The exact JSON of the content."""
    parsed = read_header(header)
    if hash256(secret) != unb64(parsed["secretHash"]):
        raise Refused("secret-mismatch")
    body_key, commitment = message_keys(key, secret, header)
    if len(body) < 48 or body[:32] != commitment:
        raise Refused("not-readable")
    raw = unpad(aead_open(body_key, ZERO, body[32:], header.encode()))
    inside = [item["id"] for item in read_json(raw, CONTENT)["attachments"]]
    if inside != [item["id"] for item in parsed["attachments"]] or len(set(inside)) != len(inside):
        raise Refused("malformed")
    return raw.decode()


def messages():
    v = load("messages")
    for case in v["good"]:
        signer, body = v["signers"][case["signer"]], unb64(case["body"])
        header, verify = read_envelope(case["header"], case["jws"], body)
        verify(unb64(signer["x"]))
        check("body hash", b64(hash256(body)) == case["bodyHash"])
        signed = case["header"].encode() + hash256(body)
        made = sign_jws(unb64(signer["seed"]), signer["kid"], "eenmaal-envelope+jws", signed, True)
        check(f"signed: {case['name']}", made == case["jws"])
        key, secret = item_key(unb64(case["key"]), case["header"]), unb64(case["secret"])
        check(f"item key: {case['name']}", b64(key) == case["itemKey"])
        check(f"opened: {case['name']}", open_message(case["header"], body, key, secret) == case["content"])
        body_key, commitment = message_keys(key, secret, case["header"])
        content = case["content"].encode()
        sealed = aead_seal(body_key, ZERO, pad(content, padme(len(content) + 1)), case["header"].encode())
        check(f"sealed: {case['name']}", commitment + sealed == body and header["size"] == len(body))
    first = v["good"][0]
    for bad in v["read"]:
        case = {**first, **bad}

        def read():
            _, verify = read_envelope(case["header"], case["jws"], repeated(case["body"], True))
            verify(unb64(v["signers"][case["signer"]]["x"]))

        check_error(f"read: {bad['name']}", bad["error"], read)
    for bad in v["open"]:
        case = {**first, **bad}
        key = unb64(bad["itemKey"]) if "itemKey" in bad else item_key(unb64(case["key"]), case["header"])
        args = (case["header"], unb64(case["body"]), key, unb64(case["secret"]))
        check_error(f"open: {bad['name']}", bad["error"], lambda: open_message(*args))
