"""A second reading of packages/envelope/FORMAT.md: checks every vector in this folder. Python's own library only."""
import sys

from common import ZERO, check, check_error, context, derive, exactly, hash256, load, pad, padme, repeated
from common import results, thumbprint, unpad
from forms import OPEN, STATEMENT, b64, read_json, unb64
from messages import messages, read_jws, sign_jws
from primitives import Refused, SecretStream, aead_open, aead_seal, ed25519_public
from recipients import consults, items, wraps

CHUNK = 131072


# --- FORMAT.md sections 1 and 2 -------------------------------------------------------------------------------------
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
def open_link(history_key, link, where):
    return aead_open(derive(history_key, "eenmaal/v1/link", where), ZERO, exactly(48, unb64(link)), where)


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


# --- section 4 ------------------------------------------------------------------------------------------------------
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


for part in (derivations, chains, wraps, items, paddings, messages, attachments, signed_objects, consults):
    part()
print(f"{results['agree']} agree, {results['differ']} differ")
sys.exit(1 if results["differ"] or not results["agree"] else 0)
