#!/usr/bin/env python3
"""A second, independent reading of packages/ledger/FORMAT.md: checks every vector in this folder.

Standard library only; Ed25519 signatures are checked when the `cryptography` package is present, and the last line
says when they were not. The tree is written from the recursive definitions of RFC 9162, not from its algorithms, so
that a slip in one is not repeated in the other. Exit code 0: everything agrees.
"""

import base64
import hashlib
import hmac
import json
import pathlib
import re
import struct
import sys

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
except ImportError:
    Ed25519PublicKey = None

FOLDER = pathlib.Path(__file__).parent
MAX_SAFE = 2**53 - 1


class Refused(Exception):
    def __init__(self, code):
        super().__init__(code)
        self.code = code


def need(condition, code):
    if not condition:
        raise Refused(code)


def sha256(data):
    return hashlib.sha256(data).digest()


# --- the tree: RFC 9162 2.1.1, 2.1.3.1, 2.1.4.1 ---------------------------------------------------------------------

EMPTY = sha256(b"")


def leaf_hash(entry):
    return sha256(b"\x00" + entry)


def node_hash(left, right):
    return sha256(b"\x01" + left + right)


def split(n):
    return 1 << ((n - 1).bit_length() - 1)


def root_of(hashes):
    if len(hashes) < 2:
        return hashes[0] if hashes else EMPTY
    k = split(len(hashes))
    return node_hash(root_of(hashes[:k]), root_of(hashes[k:]))


def check_hashes(*hashes):
    need(all(len(h) == 32 for h in hashes), "hash-format")


def verify_inclusion(leaf, index, size, root, proof):
    check_hashes(leaf, root)
    need(len(proof) <= 64, "proof-length")
    check_hashes(*proof)
    need(0 <= index < size <= MAX_SAFE, "proof-index")
    path = list(proof)

    def climb(m, n):
        if n == 1:
            return leaf
        need(path, "proof-length")
        sibling, k = path.pop(), split(n)
        return node_hash(climb(m, k), sibling) if m < k else node_hash(sibling, climb(m - k, n - k))

    computed = climb(index, size)
    need(not path, "proof-length")
    need(computed == root, "proof-mismatch")


def verify_consistency(old, old_root, new, new_root, proof):
    check_hashes(old_root, new_root)
    need(len(proof) <= 64, "proof-length")
    check_hashes(*proof)
    need(0 <= old <= new <= MAX_SAFE, "proof-index")
    if old in (0, new):
        need(not proof, "proof-length")
        need(old_root == (EMPTY if old == 0 else new_root), "proof-mismatch")
        need(new != 0 or new_root == EMPTY, "proof-mismatch")
        return
    path = list(proof)

    def climb(m, n, whole):
        if m == n and whole:
            return old_root, old_root
        need(path, "proof-length")
        sibling = path.pop()
        if m == n:
            return sibling, sibling
        k = split(n)
        if m <= k:
            before, after = climb(m, k, whole)
            return before, node_hash(after, sibling)
        before, after = climb(m - k, n - k, False)
        return node_hash(sibling, before), node_hash(sibling, after)

    computed = climb(old, new, True)
    need(not path, "proof-length")
    need(computed == (old_root, new_root), "proof-mismatch")


# --- text forms -----------------------------------------------------------------------------------------------------


def unbase64(text, code):
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        raise Refused(code) from None
    need(base64.b64encode(data).decode() == text, code)
    return data


def decimal(text, code):
    need(re.fullmatch(r"0|[1-9][0-9]{0,15}", text), code)
    need(int(text) <= MAX_SAFE, code)
    return int(text)


def is_key_name(name):
    return name != "" and not any(c.isspace() or c == "+" or c < " " for c in name)


def key_id(name, material):
    return sha256(name.encode() + b"\n" + material)[:4].hex()


def parse_vkey(text):
    match = re.fullmatch(r"([^+]+)\+([0-9a-f]{8})\+(.+)", text, re.DOTALL)
    need(match, "vkey-format")
    name, shown_id, encoded = match.groups()
    material = unbase64(encoded, "vkey-format")
    need(material and is_key_name(name), "vkey-format")
    need(material[0] in (1, 4) and len(material) == 33, "vkey-type")
    need(shown_id == key_id(name, material), "vkey-key-id")
    return {"name": name, "id": shown_id, "type": material[0], "public": material[1:]}


# --- notes, checkpoints, proof files --------------------------------------------------------------------------------


def ed25519_ok(public, message, signature):
    if Ed25519PublicKey is None:
        return True
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
        return True
    except (InvalidSignature, ValueError):
        return False


def signature_ok(key, text, signature):
    if key["type"] == 1:
        return len(signature) == 64 and ed25519_ok(key["public"], text, signature)
    if len(signature) != 72:
        return False
    time = struct.unpack(">Q", signature[:8])[0]
    return time <= MAX_SAFE and ed25519_ok(key["public"], b"cosignature/v1\ntime %d\n" % time + text, signature[8:])


def parse_note(data):
    need(len(data) <= 1_000_000, "note-too-large")
    try:
        whole = data.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused("note-format") from None
    need(not any(c < " " and c != "\n" for c in whole), "note-format")
    at = whole.rfind("\n\n")
    need(at >= 0 and whole.endswith("\n"), "note-format")
    lines = whole[at + 2 : -1].split("\n")
    need(len(lines) <= 100, "note-too-large")
    signatures = []
    for line in lines:
        parts = line.split(" ")
        need(len(parts) == 3 and parts[0] == "\u2014" and is_key_name(parts[1]), "note-format")
        blob = unbase64(parts[2], "note-format")
        need(len(blob) > 4, "note-format")
        signatures.append((parts[1], blob[:4].hex(), blob[4:]))
    return whole[: at + 1], signatures


def open_note(data, keys):
    text, signatures = parse_note(data)
    known = {(key["name"], key["id"]): key for key in keys}
    need(len(known) == len(keys), "note-ambiguous-key")
    verified = []
    for name, shown_id, signature in signatures:
        key = known.get((name, shown_id))
        if key:
            need(signature_ok(key, text.encode(), signature), "note-bad-signature")
            verified.append((name, shown_id, signature))
    need(verified, "note-unsigned")
    return text, verified


def parse_checkpoint(body, any_empty_root=False):
    lines = body.split("\n")
    need(len(lines) == 4 and lines[3] == "" and is_key_name(lines[0]), "checkpoint-format")
    size = decimal(lines[1], "checkpoint-format")
    root = unbase64(lines[2], "checkpoint-format")
    need(len(root) == 32 and (size > 0 or root == EMPTY or any_empty_root), "checkpoint-format")
    return {"origin": lines[0], "size": size, "root": root}


def open_signed(data, logs, witnesses):
    """The text that one of the logs signed, and the cosignatures."""
    text, verified = open_note(data, [*logs, *witnesses])
    ids = [(log["name"], log["id"]) for log in logs]
    others = [v for v in verified if v[:2] not in ids]
    need(len(others) < len(verified), "checkpoint-unsigned")
    return text, [
        {"name": name, "keyId": shown_id, "time": struct.unpack(">Q", signature[:8])[0]}
        for name, shown_id, signature in others
    ]


def open_checkpoint(data, log_vkey, witness_vkeys):
    log, witnesses = parse_vkey(log_vkey), [parse_vkey(v) for v in witness_vkeys]
    need(log["type"] == 1 and all(w["type"] == 4 for w in witnesses), "vkey-type")
    text, cosignatures = open_signed(data, [log], witnesses)
    checkpoint = parse_checkpoint(text)
    need(checkpoint["origin"] == log["name"], "checkpoint-origin")
    return {**checkpoint, "cosignatures": cosignatures}


def logs_for(data, logs):
    origin = parse_note(data)[0].split("\n")[0]
    keys = [log for log in logs if log["name"] == origin]
    need(keys, "checkpoint-origin")
    return keys


def parse_proof_file(data):
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused("proof-file-format") from None
    head, separator, note = text.partition("\n\n")
    need(separator, "proof-file-format")
    lines = head.split("\n")
    need(lines.pop(0) == "c2sp.org/tlog-proof@v1", "proof-file-format")
    extra = None
    if lines and lines[0].startswith("extra "):
        extra = unbase64(lines.pop(0)[6:], "proof-file-format")
    need(lines and lines[0].startswith("index "), "proof-file-format")
    index = decimal(lines.pop(0)[6:], "proof-file-format")
    need(len(lines) <= 64, "proof-file-format")
    proof = [unbase64(line, "proof-file-format") for line in lines]
    need(all(len(h) == 32 for h in proof), "proof-file-format")
    return index, proof, note.encode(), extra


def open_proof_file(data, leaf, log_vkey, witness_vkeys):
    index, proof, note, extra = parse_proof_file(data)
    checkpoint = open_checkpoint(note, log_vkey, witness_vkeys)
    verify_inclusion(leaf_hash(leaf), index, checkpoint["size"], checkpoint["root"], proof)
    return index, checkpoint, extra


# --- policies -------------------------------------------------------------------------------------------------------


def parse_policy(data):
    need(all(c in (9, 10) or 0x20 <= c <= 0x7E or c >= 0x80 for c in data), "policy-format")
    policy = {"logs": [], "witnesses": [], "groups": [], "quorum": None}
    names, members = set(), set()

    def add_key(kind, octets, key_type, url, *name):
        try:
            text, url = octets.decode(), [u.decode() for u in url]
        except UnicodeDecodeError:
            raise Refused("vkey-format") from None
        key = parse_vkey(text)
        need(key["type"] == key_type, "vkey-type")
        need(key["public"] not in [parse_vkey(one[len(name)])["public"] for one in policy[kind]], "policy-key")
        policy[kind].append([*name, text, *url])

    def define(name):
        need(name != "none" and name not in names, "policy-name")
        names.add(name)

    for line in data.split(b"\n"):
        items = [item for item in re.split(rb"[ \t]+", line) if item]
        if not items or items[0].startswith(b"#"):
            continue
        keyword, count = items[0], len(items) - 1
        shown = [item.decode("latin-1") for item in items]
        if keyword == b"log" and count in (1, 2):
            add_key("logs", items[1], 1, items[2:])
        elif keyword == b"witness" and count in (2, 3):
            define(shown[1])
            add_key("witnesses", items[2], 4, items[3:], shown[1])
        elif keyword == b"group" and count >= 3:
            name, wanted, listed = shown[1], shown[2], shown[3:]
            words = {"any": 1, "all": len(listed)}
            k = words[wanted] if wanted in words else decimal(wanted, "policy-format")
            need(1 <= k <= len(listed), "policy-format")
            for member in listed:
                need(member in names and member not in members, "policy-name")
                members.add(member)
            define(name)
            policy["groups"].append([name, k, listed])
        elif keyword == b"quorum" and count == 1:
            need(policy["quorum"] is None, "policy-quorum")
            need(shown[1] == "none" or shown[1] in names, "policy-name")
            policy["quorum"] = shown[1]
        else:
            raise Refused("policy-format")
    need(policy["quorum"] is not None, "policy-quorum")
    return policy


def meets(policy, cosigned):
    groups = {name: (k, listed) for name, k, listed in policy["groups"]}

    def met(name):
        if name not in groups:
            return name in cosigned or name == "none"
        k, listed = groups[name]
        return sum(map(met, listed)) >= k

    return met(policy["quorum"])


def judge(data, policy, freshness):
    logs = logs_for(data, [parse_vkey(log[0]) for log in policy["logs"]])
    keys = {witness[0]: parse_vkey(witness[1]) for witness in policy["witnesses"]}
    text, cosignatures = open_signed(data, logs, keys.values())
    checkpoint = parse_checkpoint(text)
    findings, states = [], {}
    for name, key in keys.items():
        own = [c["time"] for c in cosignatures if (c["name"], c["keyId"]) == (key["name"], key["id"])]
        oldest, newest = (0, MAX_SAFE) if freshness is None else (freshness["now"] - freshness["maxAge"], freshness["now"] + 60)
        in_time = [t for t in own if oldest <= t <= newest]
        past = [t for t in own if t < oldest]
        state, times = next(
            (s, t) for s, t in (("counts", in_time), ("stale", past), ("ahead", own), ("missing", [None])) if t
        )
        time = {} if state == "missing" else {"time": max(times)}
        findings.append({"witness": key["name"], "state": state, **time})
        states[name] = state
    result = {"checkpoint": checkpoint["size"], "witnesses": findings}
    if meets(policy, [n for n, s in states.items() if s == "counts"]):
        return {**result, "trusted": True}
    enough = meets(policy, [n for n, s in states.items() if s != "missing"])
    return {**result, "trusted": False, "reason": "quorum-stale" if enough else "quorum-missing"}


# --- the witness protocol -------------------------------------------------------------------------------------------


def parse_request(data):
    code = "add-checkpoint-format"
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused(code) from None
    head, separator, note = text.partition("\n\n")
    need(separator and head.startswith("old "), code)
    first, *lines = head.split("\n")
    old = decimal(first[4:], code)
    need(len(lines) <= 63, code)
    proof = [unbase64(line, code) for line in lines]
    need(all(len(h) == 32 for h in proof), code)
    return old, proof, note


def open_submission(data, log_vkeys):
    old, proof, note = parse_request(data)
    text, _ = open_signed(note.encode(), logs_for(note.encode(), [parse_vkey(v) for v in log_vkeys]), [])
    checkpoint = parse_checkpoint(text, any_empty_root=True)
    need(old <= checkpoint["size"], "add-checkpoint-old-size")
    return old, proof, checkpoint


STATUS = {"checkpoint-origin": 404, "checkpoint-unsigned": 403, "note-unsigned": 403, "note-bad-signature": 403}


class Witness:
    def __init__(self, log_vkeys):
        self.log_vkeys, self.seen = log_vkeys, {}

    def add_checkpoint(self, data):
        try:
            old, proof, new = open_submission(data, self.log_vkeys)
        except Refused as refusal:
            return STATUS.get(refusal.code, 400), None
        size, root = self.seen.get(new["origin"], (0, EMPTY))
        if old != size:
            return 409, size
        try:
            verify_consistency(size, root, new["size"], new["root"], proof)
        except Refused:
            return 422, None
        self.seen[new["origin"]] = (new["size"], new["root"])
        return 200, None


def read_cosignature(checkpoint, answer, vkey):
    key = parse_vkey(vkey)
    need("\n\n" not in answer, "note-format")
    # what is left of a note without its text
    _, signatures = parse_note(b"x\n\n" + answer.encode())
    own = [signature for name, shown_id, signature in signatures if (name, shown_id) == (key["name"], key["id"])]
    text = parse_note(checkpoint)[0].encode()
    need(all(signature_ok(key, text, signature) for signature in own), "note-bad-signature")
    need(own, "note-unsigned")
    return max(struct.unpack(">Q", signature[:8])[0] for signature in own)


# --- tiles ----------------------------------------------------------------------------------------------------------


def tile_path(level, index, width):
    digits = str(index).zfill((len(str(index)) + 2) // 3 * 3)
    groups = [digits[i : i + 3] for i in range(0, len(digits), 3)]
    name = "/".join(["x" + group for group in groups[:-1]] + groups[-1:])
    return f"tile/{level}/{name}" + ("" if width == 256 else f".p/{width}")


def parse_tile_path(path):
    match = re.fullmatch(r"tile/(entries|[0-9]+)/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([0-9]+))?", path, re.ASCII)
    need(match, "tile-path")
    level, name, width = match.groups()
    level = level if level == "entries" else int(level)
    index, width = int(re.sub("[x/]", "", name)), 256 if width is None else int(width)
    need((level == "entries" or level <= 63) and index <= MAX_SAFE and 1 <= width <= 256, "tile-path")
    need(tile_path(level, index, width) == path, "tile-path")
    return level, index, width


def tile_rows(size):
    """Level by level, how many hashes the tiles of that level hold together."""
    while size:
        yield size
        size //= 256


def tiles_of(size):
    return [
        (level, index, min(256, hashes - 256 * index))
        for level, hashes in enumerate(tile_rows(size))
        for index in range((hashes + 255) // 256)
    ]


def read_bundle(width, data):
    entries = []
    for _ in range(width):
        need(len(data) >= 2, "tile-format")
        end = 2 + int.from_bytes(data[:2], "big")
        need(len(data) >= end, "tile-format")
        entries.append(data[2:end])
        data = data[end:]
    need(not data, "tile-format")
    return entries


class TileTree:
    """Reads every tile of level 0 there is, so it needs no tiles above: slow, and another way than the program's."""

    def __init__(self, size, root, files):
        self.size, self.root, self.files = size, root, files
        for level, index, width in reversed(tiles_of(size)):
            hashes = self.get(level, index, width, lambda w, data: self.hashes(w, data))[:width]
            if level == 0:
                self.leaves = hashes + getattr(self, "leaves", [])

    def hashes(self, width, data):
        need(len(data) == 32 * width, "tile-format")
        return [data[i : i + 32] for i in range(0, len(data), 32)]

    def get(self, level, index, width, read):
        for w in (width, 256):
            data = self.files.get(tile_path(level, index, w))
            if data is not None:
                return read(w, bytes.fromhex(data))
        raise Refused("tile-missing")

    def check(self):
        need(root_of(self.leaves) == self.root, "proof-mismatch")
        for level, index, width in tiles_of(self.size):
            for i, found in enumerate(self.get(level, index, width, self.hashes)[:width]):
                span = 256**level
                start = (256 * index + i) * span
                need(root_of(self.leaves[start : start + span]) == found, "proof-mismatch")

    def entries(self, index):
        self.check()
        width = min(256, self.size - 256 * index)
        bundle = self.get("entries", index, width, read_bundle)[:width]
        need([leaf_hash(e) for e in bundle] == self.leaves[256 * index :][:width], "tile-mismatch")
        return bundle


# --- our own binary formats -----------------------------------------------------------------------------------------


def make_leaf(kind, salt, event):
    label = b"family-consent-ledger/commit/v1\0"
    return bytes([1, kind]) + hmac.new(salt, label + event, hashlib.sha256).digest()


def check_leaf_form(leaf):
    need(len(leaf) == 34 and leaf[0] == 1 and leaf[1] != 0, "leaf-format")


class Reader:
    def __init__(self, data, code):
        self.data, self.code = data, code

    def take(self, n):
        need(len(self.data) >= n, self.code)
        head, self.data = self.data[:n], self.data[n:]
        return head

    def number(self, n):
        return int.from_bytes(self.take(n), "big")


def decode_commit(data):
    code = "commit-format"
    need(88 < len(data) <= 1_048_576, code)
    need(data[:3] == b"EML", code)
    need(data[3] == 1, "commit-version")
    need(hashlib.blake2b(data[:-32], digest_size=32).digest() == data[-32:], "commit-digest")
    reader = Reader(data[4:-32], code)
    first = reader.number(8)
    need(first <= MAX_SAFE, code)
    time = reader.number(8)
    need(time <= MAX_SAFE, code)
    root, count = reader.take(32), reader.number(4)
    need(1 <= count <= 4096 and first + count <= MAX_SAFE, code)
    entries = []
    for _ in range(count):
        leaf = reader.take(34)
        check_leaf_form(leaf)
        slot = reader.take(reader.number(1))
        need(1 <= len(slot) <= 64 and all(0x21 <= c <= 0x7E for c in slot), code)
        length = reader.number(4)
        need(length >= 1, code)
        entries.append({"leaf": leaf.hex(), "slot": slot.decode(), "body": reader.take(length).hex()})
    need(not reader.data, code)
    return {"firstIndex": first, "timeMs": time, "rootBefore": root.hex(), "entries": entries}


def check_chain(after, commit):
    need(commit["firstIndex"] <= after["size"], "ledger-gap")
    need(commit["firstIndex"] >= after["size"], "ledger-repeat")
    need(commit["rootBefore"] == after["root"], "ledger-chain-broken")
    need(commit["timeMs"] >= after["timeMs"], "ledger-time-backwards")


def open_entry_body(leaf, data):
    code = "entry-body-format"
    reader = Reader(data, code)
    salt, length = reader.take(32), reader.number(4)
    need(1 <= length <= 1_000_000, code)
    event = reader.take(length)
    need(len(reader.data) in (0, 32), code)
    check_leaf_form(leaf)
    need(make_leaf(leaf[1], salt, event) == leaf, "leaf-mismatch")
    body = {"salt": salt.hex(), "event": event.hex()}
    return {**body, "secret": reader.data.hex()} if reader.data else body


# --- running the vectors --------------------------------------------------------------------------------------------


def unhex(values):
    return [bytes.fromhex(v) for v in values]


def same(actual, expected):
    if actual != expected:
        raise AssertionError(f"got {actual!r}, expected {expected!r}")


def generated_entry(i):
    return b"\x01\x01" + sha256(struct.pack(">Q", i))


def run_inclusion(c):
    leaf, root = unhex([c["leafHash"], c["root"]])
    verify_inclusion(leaf, c["index"], c["size"], root, unhex(c["proof"]))


def run_consistency(c):
    old, new = unhex([c["fromRoot"], c["toRoot"]])
    verify_consistency(c["from"], old, c["to"], new, unhex(c["proof"]))


def run_vkey(c):
    key = parse_vkey(c["vkey"])
    same([key["name"], key["id"], key["type"], key["public"].hex()], [c["keyName"], c["keyId"], c["type"], c["publicKey"]])


def run_note(c):
    data = bytes.fromhex(c["noteHex"]) if "noteHex" in c else c["note"].encode()
    text, verified = open_note(data, [parse_vkey(v) for v in c["vkeys"]])
    same([text, [name for name, _, _ in verified]], [c["text"], c["verified"]])


def run_checkpoint_body(c):
    cp = parse_checkpoint(c["body"])
    same([cp["origin"], cp["size"], cp["root"].hex()], [c["origin"], c["size"], c["root"]])


def run_signed_checkpoint(c):
    cp = open_checkpoint(c["note"].encode(), c["log"], c["witnesses"])
    cp["root"] = cp["root"].hex()
    same(cp, {name: c[name] for name in ("origin", "size", "root", "cosignatures")})


def run_proof_file(c):
    data = bytes.fromhex(c["fileHex"]) if "fileHex" in c else c["file"].encode()
    index, cp, extra = open_proof_file(data, bytes.fromhex(c["leaf"]), c["log"], c["witnesses"])
    same([index, cp["size"], cp["cosignatures"]], [c["index"], c["size"], c["cosignatures"]])
    same(None if extra is None else extra.hex(), c.get("extra"))


def run_judged_proof(c):
    index, proof, note, _ = parse_proof_file(c["file"].encode())
    found = judge(note, parse_policy(c["policy"].encode()), None)
    checkpoint = parse_checkpoint(parse_note(note)[0])
    verify_inclusion(leaf_hash(bytes.fromhex(c["leaf"])), index, checkpoint["size"], checkpoint["root"], proof)
    same([index, found["trusted"], found.get("reason")], [c["index"], c["trusted"], c.get("reason")])


def run_commit(c):
    commit = decode_commit(bytes.fromhex(c["commit"]))
    check_chain(c["after"], commit)
    same(commit, c["decoded"])
    before = [leaf_hash(generated_entry(i)) for i in range(commit["firstIndex"])]
    hashes = before + [leaf_hash(bytes.fromhex(e["leaf"])) for e in commit["entries"]]
    same([root_of(before).hex(), root_of(hashes).hex()], [commit["rootBefore"], c["rootAfter"]])


def run_entry_body(c):
    body = open_entry_body(bytes.fromhex(c["leaf"]), bytes.fromhex(c["plaintext"]))
    same(body, {name: c[name] for name in ("salt", "event", "secret") if name in c})


def run_policy(c):
    policy = parse_policy(bytes.fromhex(c["policyHex"]) if "policyHex" in c else c["policy"].encode())
    same(policy, {name: c[name] for name in policy})


def run_judgement(c):
    found = judge(c["checkpoint"].encode(), parse_policy(c["policy"].encode()), c.get("freshness"))
    same(found, {**{name: c[name] for name in ("trusted", "reason", "witnesses") if name in c}, "checkpoint": c["size"]})


def run_request(c):
    old, proof, note = parse_request(bytes.fromhex(c["bodyHex"]) if "bodyHex" in c else c["body"].encode())
    same([old, [h.hex() for h in proof], note], [c["oldSize"], c["proof"], c["checkpoint"]])


def run_submission(c):
    _, _, cp = open_submission(c["body"].encode(), c["logs"])
    same([cp["origin"], cp["size"], cp["root"].hex()], [c["origin"], c["size"], c["root"]])


def run_sequence(c):
    witness = Witness(c["logs"])
    for step in c["steps"]:
        status, size = witness.add_checkpoint(step["body"].encode())
        same([step["name"], status, size], [step["name"], step["status"], step.get("size")])


def run_answer(c):
    same(read_cosignature(c["checkpoint"].encode(), c["answer"], c["witness"]), c["time"])


def known_size(body):
    try:
        need(body.endswith("\n"), "size")
        return decimal(body[:-1], "size")
    except Refused:
        return None


def run_small_tables(data):
    for c in data["sizes"]:
        same(known_size(c["body"]), c["size"])
    for c in data["times"]:
        blob = base64.b64decode(c["base64"])
        same(struct.unpack(">Q", blob[4:12])[0] if len(blob) == 76 else None, c["time"])


def run_tile_path(c):
    same(list(parse_tile_path(c["path"])), [c["level"], c["index"], c["width"]])
    same(tile_path(c["level"], c["index"], c["width"]), c["path"])


def run_bundle(c):
    same([e.hex() for e in read_bundle(c["width"], bytes.fromhex(c["bytes"]))], c["entries"])


def run_tile_proof(c):
    need(c.get("index", 0) < c["size"] and c.get("from", 0) <= c["size"], "tree-range")
    root, proof = bytes.fromhex(c["root"]), unhex(c.get("proof", []))
    tree = TileTree(c["size"], root, c["files"])
    if "bundle" in c:
        same([e.hex() for e in tree.entries(c["bundle"])], c["entries"])
        return
    tree.check()
    if "from" in c:
        old_root = bytes.fromhex(c["fromRoot"])
        need(root_of(tree.leaves[: c["from"]]) == old_root, "proof-mismatch")
        verify_consistency(c["from"], old_root, c["size"], root, proof)
    else:
        same(tree.leaves[c["index"]].hex(), c["leafHash"])
        verify_inclusion(tree.leaves[c["index"]], c["index"], c["size"], root, proof)


def run_tiles(data):
    for c in data["sizes"]:
        tiles = tiles_of(c["size"])
        same([tile_path(*t) for t in tiles if t[2] < 256], c["partial"])
        levels = [level for level, _, width in tiles if width == 256]
        same([levels.count(level) for level in sorted(set(levels))], c["full"])
    hashes = [leaf_hash(generated_entry(i)) for i in range(data["hashTiles"]["size"])]
    for c in data["hashTiles"]["tiles"]:
        level, index, width = parse_tile_path(c["path"])
        starts = [(256 * index + i) * 256**level for i in range(width)]
        tile = b"".join(root_of(hashes[start : start + 256**level]) for start in starts)
        same(sha256(tile).hex(), c["sha256"])
    foreign = data["foreignRoot"]
    others = [b"\0\0\0\1entry-%d-%s" % (i, b"x" * (i % 37)) for i in range(foreign["size"])]
    same(root_of([leaf_hash(e) for e in others]).hex(), foreign["root"])


def run_roots(data):
    generated = [leaf_hash(generated_entry(i)) for i in range(257)]
    for c in data["generated"]:
        same(root_of(generated[: c["size"]]).hex(), c["root"])
    foreign = [leaf_hash(e) for e in unhex(data["certificateTransparency"]["entries"])]
    for c in data["certificateTransparency"]["roots"]:
        same(root_of(foreign[: c["size"]]).hex(), c["root"])


def run_worked_example(w):
    hashes = []
    for e in w["entries"]:
        leaf = make_leaf(e["type"], bytes.fromhex(e["salt"]), e["event"].encode())
        same(leaf.hex(), e["leaf"])
        hashes.append(leaf_hash(leaf))
        same(base64.b64encode(hashes[-1]).decode(), e["leafHash"])
    roots = [base64.b64decode(r) for r in w["roots"]]
    same([root_of(hashes[:n]) for n in range(4)], roots)
    log, witness = w["log"]["vkey"], w["witness"]["vkey"]
    cp = open_checkpoint(w["checkpoint"].encode(), log, [witness])
    same([cp["size"], cp["root"], cp["cosignatures"][0]["time"]], [3, roots[3], w["witness"]["time"]])
    if Ed25519PublicKey is not None:
        private = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(w["log"]["seed"]))
        body, signatures = parse_note(w["checkpoint"].encode())
        same(private.sign(body.encode()), signatures[0][2])
    i, c = w["inclusion"], w["consistency"]
    decode = lambda proof: [base64.b64decode(h) for h in proof]
    verify_inclusion(hashes[i["index"]], i["index"], i["size"], roots[i["size"]], decode(i["proof"]))
    verify_consistency(c["from"], roots[c["from"]], c["to"], roots[c["to"]], decode(c["proof"]))
    leaf = bytes.fromhex(w["entries"][i["index"]]["leaf"])
    same(open_proof_file(w["proofFile"].encode(), leaf, log, [witness])[0], i["index"])


SUITES = [
    ("inclusion.json", "cases", run_inclusion),
    ("consistency.json", "cases", run_consistency),
    ("vkeys.json", "cases", run_vkey),
    ("notes.json", "cases", run_note),
    ("checkpoints.json", "bodies", run_checkpoint_body),
    ("checkpoints.json", "signed", run_signed_checkpoint),
    ("proof-files.json", "cases", run_proof_file),
    ("proof-files.json", "judged", run_judged_proof),
    ("commits.json", "cases", run_commit),
    ("entry-bodies.json", "cases", run_entry_body),
    ("policies.json", "policies", run_policy),
    ("policies.json", "judgements", run_judgement),
    ("add-checkpoint.json", "requests", run_request),
    ("add-checkpoint.json", "submissions", run_submission),
    ("add-checkpoint.json", "answers", run_answer),
    ("add-checkpoint.json", "sequences", run_sequence),
    ("tiles.json", "paths", run_tile_path),
    ("tiles.json", "bundles", run_bundle),
    ("tiles.json", "proofs", run_tile_proof),
]


def outcome(run, case):
    try:
        run(case)
        return None
    except Refused as refusal:
        return refusal.code
    except AssertionError as difference:
        return str(difference)


def load(name):
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


def main():
    agreed, left_out, wrong = 0, 0, []
    for name, run in (
        ("roots.json", run_roots),
        ("tiles.json", run_tiles),
        ("add-checkpoint.json", run_small_tables),
        ("worked-example.json", run_worked_example),
    ):
        found = outcome(run, load(name))
        agreed += found is None
        wrong += [] if found is None else [f"{name}: {found}"]
    for name, part, run in SUITES:
        for case in load(name)[part]:
            expected = case.get("error")
            needs_signatures = expected == "note-bad-signature" or part == "sequences"
            if needs_signatures and Ed25519PublicKey is None:
                left_out += 1
                continue
            found = outcome(run, case)
            agreed += found == expected
            wrong += [] if found == expected else [f"{name}: {case['name']}: expected {expected}, found {found}"]
    print("\n".join(wrong), end="\n" if wrong else "")
    signatures = "signatures checked" if Ed25519PublicKey else f"SIGNATURES NOT CHECKED, {left_out} cases left out"
    print(f"{agreed} agree, {len(wrong)} differ; {signatures}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
