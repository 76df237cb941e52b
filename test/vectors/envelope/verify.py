"""A second reading of packages/envelope/FORMAT.md: checks every vector in this folder. Python's own library only.

X-Wing is not done again here: its shared secret is taken from the vector.
"""
import hashlib
import json
import pathlib
import re
import struct
import sys

from forms import CONTENT, HEADER, OPEN, STATEMENT, b64, read_json, unb64
from primitives import Refused, SecretStream, aead_open, aead_seal, ed25519_public, ed25519_sign, ed25519_verify

HERE = pathlib.Path(__file__).parent
ZERO = bytes(24)
CHUNK = 131072
results = {"agree": 0, "differ": 0}


def load(name):
    return json.loads((HERE / f"{name}.json").read_text("utf-8"))


def check(what, agrees):
    results["agree" if agrees else "differ"] += 1
    if not agrees:
        print(f"differs: {what}")


def check_error(what, code, action):
    try:
        action()
    except Refused as refused:
        return check(f"{what}: {refused.code} in place of {code}", refused.code == code)
    check(f"{what}: no error in place of {code}", False)


# --- FORMAT.md sections 1 and 2 -------------------------------------------------------------------------------------
def derive(key, label, *parts, length=32):
    pieces = [struct.pack(">I", len(part)) + part for part in (label.encode(), *parts)]
    return hashlib.blake2b(b"".join(pieces), key=key, digest_size=length).digest()


def hash256(data):
    return hashlib.blake2b(data, digest_size=32).digest()


def thumbprint(jwk):
    return b64(hashlib.sha256(json.dumps(jwk, sort_keys=True, separators=(",", ":")).encode()).digest())


def derivations():
    for case in load("derive-key")["cases"]:
        parts = [bytes([p["repeat"]]) * p["times"] if isinstance(p, dict) else unb64(p) for p in case["parts"]]
        got = derive(unb64(case["key"]), case["label"], *parts, length=case["length"])
        check(f"derive-key {case['label']}", got == unb64(case["out"]))
    for case in load("thumbprints")["cases"]:
        check("signing key", ed25519_public(unb64(case["seed"])[:32]) == unb64(case["signing"]["x"]))
        check("kid", thumbprint(case["signing"]) == case["kid"])
        check("sealing kid", thumbprint(case["sealing"]) == case["sealingKid"])


# --- section 3 ------------------------------------------------------------------------------------------------------
def context(of, epoch):
    return f"{of['dossier']}/{of['compartment']}/{epoch}".encode()


def exactly(length, data):
    if len(data) != length:
        raise Refused("not-readable")
    return data


def open_link(history_key, link, where):
    return aead_open(derive(history_key, "eenmaal/v1/link", where), ZERO, exactly(48, unb64(link)), where)


def pad(data, length):
    return data + b"\x80" + bytes(length - len(data) - 1)


def unpad(padded):
    stripped = padded.rstrip(b"\0")
    if not stripped.endswith(b"\x80"):
        raise Refused("not-readable")
    return stripped[:-1]


def seal_label(key, label, where):
    raw = label.encode()
    if len(raw) > 127:
        raise Refused("too-large")
    nonce = derive(key, "eenmaal/v1/label/nonce", where, pad(raw, 128), length=24)
    return b64(nonce + aead_seal(derive(key, "eenmaal/v1/label", where), nonce, pad(raw, 128), where))


def open_label(key, sealed, where):
    raw = exactly(168, unb64(sealed))
    return unpad(aead_open(derive(key, "eenmaal/v1/label", where), raw[:24], raw[24:], where)).decode()


def chains():
    v = load("chain")
    history = [unb64(epoch["historyKey"]) for epoch in v["epochs"]]
    keys = [unb64(epoch["key"]) for epoch in v["epochs"]]
    for e in v["epochs"]:
        where = context(v, e["epoch"])
        check("epoch key", derive(unb64(e["historyKey"]), "eenmaal/v1/epoch", where) == unb64(e["key"]))
        check("commitment", b64(derive(unb64(e["key"]), "eenmaal/v1/epoch/commit", where)) == e["commitment"])
    for link in v["links"]:
        where = context(v, link["epoch"])
        key = derive(history[link["under"]], "eenmaal/v1/link", where)
        check("link sealed", b64(aead_seal(key, ZERO, unb64(link["opens"]), where)) == link["link"])
        check("link opened", b64(open_link(history[link["under"]], link["link"], where)) == link["opens"])
    for bad in v["badLinks"]:
        where = context({**v, **bad}, bad["epoch"])
        check_error(bad["name"], bad["error"], lambda: open_link(unb64(bad["historyKey"]), bad["link"], where))
    for label in v["labels"]:
        where, key = context(v, label["epoch"]), keys[label["epoch"]]
        check("label sealed", seal_label(key, label["label"], where) == label["sealed"])
        check("label opened", open_label(key, label["sealed"], where) == label["label"])
    for bad in v["badLabels"]:
        where, key = context(v, bad["epoch"]), keys[bad["epoch"]]
        act = seal_label if "seal" in bad else open_label
        check_error(bad["name"], bad["error"], lambda: act(key, bad.get("seal", bad.get("sealed")), where))


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


# --- section 4 ------------------------------------------------------------------------------------------------------
def padme(length):
    if length <= 256:
        return 256
    exponent = length.bit_length() - 1
    unit = 1 << (exponent - exponent.bit_length())
    return -(-length // unit) * unit


def paddings():
    v = load("padding")
    for length, padded in v["padded"]:
        check(f"padded length of {length}", padme(length) == padded)
    for case in v["unpad"]:
        if "error" in case:
            check_error("unpad", case["error"], lambda: unpad(unb64(case["padded"])))
        else:
            content = unb64(case["content"])
            check("unpad", unpad(unb64(case["padded"])) == content)
            check("pad", pad(content, padme(len(content) + 1)) == unb64(case["padded"]))


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


def repeated(value, decode):
    if isinstance(value, dict):
        return bytes([value["repeat"]]) * value["times"] if decode else value["repeat"] * value["times"]
    return unb64(value) if decode else value


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


# --- section 5 ------------------------------------------------------------------------------------------------------
def plaintext_of(length):
    return bytes((31 * i + 17 * (i >> 8) + 7) & 255 for i in range(length))


def seal_attachment(key, header, plaintext):
    stream, count = SecretStream(key, header), max(1, -(-len(plaintext) // CHUNK))
    chunks = []
    for number in range(count):
        piece = plaintext[number * CHUNK : (number + 1) * CHUNK]
        whole = min(padme(len(piece)), CHUNK) if count == 1 else CHUNK
        chunks.append(stream.push(piece + bytes(whole - len(piece)), number == count - 1))
    return [header + chunks[0], *chunks[1:]]


def open_attachment(ref, chunks, key, length):
    damaged = Refused("attachment-damaged")
    if ref["chunks"] != max(1, -(-length // CHUNK)) or len(chunks) != ref["chunks"]:
        raise damaged
    last_length = min(padme(length), CHUNK) if ref["chunks"] == 1 else CHUNK
    stream, plaintext = SecretStream(key, chunks[0][:24]), b""
    for number, sealed in enumerate(chunks):
        piece, last = stream.pull(sealed[24:] if number == 0 else sealed)
        if last != (number == len(chunks) - 1) or len(piece) != (last_length if last else CHUNK):
            raise damaged
        plaintext += piece
    if b64(hash256(b"".join(chunks))) != ref["hash"]:
        raise damaged
    return plaintext[:length]


def spoil(chunks, case):
    chunks = [bytearray(chunks[number]) for number in case.get("pick", range(len(chunks)))]
    if "flip" in case:
        chunks[case["flip"]["chunk"]][case["flip"]["byte"]] ^= 1 << case["flip"]["bit"]
    if "cut" in case:
        del chunks[case["cut"]["chunk"]][case["cut"]["length"] :]
    return [bytes(chunk) for chunk in chunks]


def attachments():
    v = load("attachments")
    made = []
    for good in v["good"]:
        plaintext = plaintext_of(good["bytes"])
        chunks = seal_attachment(unb64(good["key"]), unb64(good["streamHeader"]), plaintext)
        made.append(chunks)
        for chunk, stated in zip(chunks, good["chunks"], strict=True):
            long = {"length": len(chunk), "hash": b64(hash256(chunk)), "first": b64(chunk[:48]), "last": b64(chunk[-32:])}
            check(f"chunk: {good['name']}", stated in ({"sealed": b64(chunk)}, long))
        opened = open_attachment(good["ref"], chunks, unb64(good["key"]), good["bytes"])
        check(f"opened: {good['name']}", opened == plaintext)
    for bad in v["bad"]:
        good = v["good"][bad["of"]]
        ref, chunks = {**good["ref"], **bad.get("ref", {})}, spoil(made[bad["of"]], bad)
        args = (ref, chunks, unb64(bad.get("key", good["key"])), bad.get("bytes", good["bytes"]))
        check_error(bad["name"], bad["error"], lambda: open_attachment(*args))


# --- section 6 ------------------------------------------------------------------------------------------------------
FORMS = {"eenmaal-statement+jws": STATEMENT, "eenmaal-open+jws": OPEN}


def read_object(typ, jws):
    if len(jws) > 262144:
        raise Refused("too-large")
    kid, payload, verify = read_jws(jws, typ)
    read_json(payload, FORMS[typ])
    return payload, verify


def signed_objects():
    v, signers = load("signed"), load("messages")["signers"]
    for good in v["good"]:
        signer = signers[good["signer"]]
        payload, verify = read_object(good["typ"], good["jws"])
        verify(unb64(signer["x"]))
        check("payload", payload.decode() == good["payload"])
        made = sign_jws(unb64(signer["seed"]), signer["kid"], good["typ"], good["payload"].encode(), False)
        check("signed", made == good["jws"])
    for bad in v["bad"]:

        def read():
            _, verify = read_object(bad["typ"], repeated(bad["jws"], False))
            verify(unb64(signers[bad["signer"]]["x"]))

        check_error(f"signed: {bad['name']}", bad["error"], read)


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


for part in (derivations, chains, wraps, items, paddings, messages, attachments, signed_objects, consults):
    part()
print(f"{results['agree']} agree, {results['differ']} differ")
sys.exit(1 if results["differ"] or not results["agree"] else 0)
