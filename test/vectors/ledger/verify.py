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


def parse_checkpoint(body):
    lines = body.split("\n")
    need(len(lines) == 4 and lines[3] == "" and is_key_name(lines[0]), "checkpoint-format")
    size = decimal(lines[1], "checkpoint-format")
    root = unbase64(lines[2], "checkpoint-format")
    need(len(root) == 32 and (size > 0 or root == EMPTY), "checkpoint-format")
    return {"origin": lines[0], "size": size, "root": root}


def open_checkpoint(data, log_vkey, witness_vkeys):
    log, witnesses = parse_vkey(log_vkey), [parse_vkey(v) for v in witness_vkeys]
    need(log["type"] == 1 and all(w["type"] == 4 for w in witnesses), "vkey-type")
    text, verified = open_note(data, [log, *witnesses])
    others = [v for v in verified if v[:2] != (log["name"], log["id"])]
    need(len(others) < len(verified), "checkpoint-unsigned")
    checkpoint = parse_checkpoint(text)
    need(checkpoint["origin"] == log["name"], "checkpoint-origin")
    checkpoint["cosignatures"] = [
        {"name": name, "keyId": shown_id, "time": struct.unpack(">Q", signature[:8])[0]}
        for name, shown_id, signature in others
    ]
    return checkpoint


def open_proof_file(data, leaf, log_vkey, witness_vkeys):
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
    checkpoint = open_checkpoint(note.encode(), log_vkey, witness_vkeys)
    verify_inclusion(leaf_hash(leaf), index, checkpoint["size"], checkpoint["root"], proof)
    return index, checkpoint, extra


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
    ("commits.json", "cases", run_commit),
    ("entry-bodies.json", "cases", run_entry_body),
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
        ("worked-example.json", run_worked_example),
    ):
        found = outcome(run, load(name))
        agreed += found is None
        wrong += [] if found is None else [f"{name}: {found}"]
    for name, part, run in SUITES:
        for case in load(name)[part]:
            expected = case.get("error")
            if expected == "note-bad-signature" and Ed25519PublicKey is None:
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
