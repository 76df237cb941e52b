#!/usr/bin/env python3
"""A second reading of section 12 of packages/ledger/FORMAT.md: checks key-trees.json. Standard library only.

Written from the definition: a key is walked down from the root each time, and a destroyed tree is made by taking, at each
level, what no destroyed entry lies under. Nothing is cut out of anything.
"""

import hashlib
import json
import pathlib
import struct
import sys

LEVELS = 40
LABEL = b"eenmaal/v1/vault/node"


def children(node):
    both = hashlib.blake2b(struct.pack(">I", len(LABEL)) + LABEL, key=node, digest_size=64).digest()
    return both[:32], both[32:]


def leaf_below(node, depth, index):
    for level in range(LEVELS - depth - 1, -1, -1):
        node = children(node)[index >> level & 1]
    return node


def left_over(node, depth, start, destroyed):
    """Nodes that cover everything under this one but what is destroyed, ascending."""
    span = 1 << LEVELS - depth
    inside = [index for index in destroyed if start <= index < start + span]
    if not inside:
        return [(depth, start, node)]
    if depth == LEVELS:
        return []
    left, right = children(node)
    half = span >> 1
    return left_over(left, depth + 1, start, inside) + left_over(right, depth + 1, start + half, inside)


def write(nodes):
    return b"\x01" + b"".join(bytes([depth]) + start.to_bytes(5, "big") + key for depth, start, key in nodes)


def read(data):
    if data[:1] != b"\x01" or (len(data) - 1) % 38:
        raise ValueError("key-tree-format")
    nodes, free = [], 0
    for at in range(1, len(data), 38):
        depth, start, key = data[at], int.from_bytes(data[at + 1 : at + 6], "big"), data[at + 6 : at + 38]
        if depth > LEVELS or start < free or start % (1 << LEVELS - depth):
            raise ValueError("key-tree-format")
        free = start + (1 << LEVELS - depth)
        if free > 1 << LEVELS:
            raise ValueError("key-tree-format")
        nodes.append((depth, start, key))
    return nodes


def key_of(nodes, index):
    for depth, start, key in nodes:
        if start <= index < start + (1 << LEVELS - depth):
            return leaf_below(key, depth, index)
    return None


def check(case):
    tree = bytes.fromhex(case["tree"])
    try:
        nodes = read(tree)
    except ValueError as refused:
        return str(refused) == case.get("error")
    if "error" in case:
        return False
    if "root" in case and write(left_over(bytes.fromhex(case["root"]), 0, 0, case["destroyed"])) != tree:
        return False
    found = [key_of(nodes, wanted["index"]) for wanted in case["keys"]]
    return [key and key.hex() for key in found] == [wanted["key"] for wanted in case["keys"]]


def main():
    folder = pathlib.Path(__file__).parent
    cases = json.loads((folder / "key-trees.json").read_text(encoding="utf-8"))["cases"]
    wrong = [case["name"] for case in cases if not check(case)]
    print("".join(f"key-trees.json: {name}\n" for name in wrong), end="")
    print(f"{len(cases) - len(wrong)} agree, {len(wrong)} differ; key trees")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
