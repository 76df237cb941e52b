#!/usr/bin/env python3
"""Reads a whole log from a folder of tiles, as a stranger would: python3 verify_tiles.py <folder> <policy file>.

The folder holds what a C2SP tlog-tiles log serves. The checkpoint in it is judged by the policy; the entry bundles alone
must give its root, and every hash tile must follow from them. Prints size and root; otherwise the code it refuses with.
"""

import base64
import pathlib
import sys

from verify import Ed25519PublicKey, Refused, TileTree, judge, leaf_hash, need, parse_checkpoint, parse_note, parse_policy
from verify import read_bundle, root_of


def main(folder, policy_file):
    files = {
        str(file.relative_to(folder)): file.read_bytes().hex() for file in (folder / "tile").rglob("*") if file.is_file()
    }
    note = (folder / "checkpoint").read_bytes()
    found = judge(note, parse_policy(policy_file.read_bytes()), None)
    need(found["trusted"], found.get("reason"))
    checkpoint = parse_checkpoint(parse_note(note)[0])
    size, root = checkpoint["size"], checkpoint["root"]
    tree = TileTree(size, root, files)
    entries = []
    for index in range(-(-size // 256)):
        width = min(256, size - 256 * index)
        entries += tree.get("entries", index, width, read_bundle)[:width]
    need(root_of([leaf_hash(entry) for entry in entries]) == root, "proof-mismatch")
    tree.check()
    signatures = "signatures checked" if Ed25519PublicKey else "SIGNATURES NOT CHECKED"
    print(f"{size} entries, root {base64.b64encode(root).decode()}; {signatures}")


if __name__ == "__main__":
    try:
        main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
    except Refused as refusal:
        print(refusal.code)
        sys.exit(1)
