"""What every part of verify.py uses: reading vectors, counting agreement, and FORMAT.md sections 1, 2 and 4.3."""
import hashlib
import json
import pathlib
import struct

from forms import b64, unb64
from primitives import Refused

HERE = pathlib.Path(__file__).parent
ZERO = bytes(24)
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


def derive(key, label, *parts, length=32):
    pieces = [struct.pack(">I", len(part)) + part for part in (label.encode(), *parts)]
    return hashlib.blake2b(b"".join(pieces), key=key, digest_size=length).digest()


def hash256(data):
    return hashlib.blake2b(data, digest_size=32).digest()


def thumbprint(jwk):
    return b64(hashlib.sha256(json.dumps(jwk, sort_keys=True, separators=(",", ":")).encode()).digest())


def context(of, epoch):
    return f"{of['dossier']}/{of['compartment']}/{epoch}".encode()


def exactly(length, data):
    if len(data) != length:
        raise Refused("not-readable")
    return data


def pad(data, length):
    return data + b"\x80" + bytes(length - len(data) - 1)


def unpad(padded):
    stripped = padded.rstrip(b"\0")
    if not stripped.endswith(b"\x80"):
        raise Refused("not-readable")
    return stripped[:-1]


def padme(length):
    if length <= 256:
        return 256
    exponent = length.bit_length() - 1
    unit = 1 << (exponent - exponent.bit_length())
    return -(-length // unit) * unit


def repeated(value, decode):
    if isinstance(value, dict):
        return bytes([value["repeat"]]) * value["times"] if decode else value["repeat"] * value["times"]
    return unb64(value) if decode else value
