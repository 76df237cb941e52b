#!/usr/bin/env python3
"""Makes ed25519.json: signatures a strict reader of RFC 8032 accepts, and all the strange ones it must refuse.

Own arithmetic (affine, slow, from the curve's equation), so that no slip of the page's own code is repeated here.
Standard library only. Prints the JSON.
"""

import hashlib
import json

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
I = pow(2, (P - 1) // 4, P)


def add(a, b):
    (x1, y1), (x2, y2) = a, b
    k = D * x1 * x2 * y1 * y2
    return (x1 * y2 + x2 * y1) * pow(1 + k, -1, P) % P, (y1 * y2 + x1 * x2) * pow(1 - k, -1, P) % P


def mul(n, point):
    result = (0, 1)
    while n:
        if n & 1:
            result = add(result, point)
        point, n = add(point, point), n >> 1
    return result


def x_of(y):
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    square = u * pow(v, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x if x * x % P == square else x * I % P
    return x if x * x % P == square else None


def encode(point):
    x, y = point
    return (y | (x & 1) << 255).to_bytes(32, "little")


B = (lambda y: (x_of(y) if x_of(y) % 2 == 0 else P - x_of(y), y))(4 * pow(5, -1, P) % P)


def hash_mod(*parts):
    return int.from_bytes(hashlib.sha512(b"".join(parts)).digest(), "little") % L


def secret(seed):
    digest = hashlib.sha512(seed).digest()
    scalar = int.from_bytes(digest[:32], "little") & (1 << 254) - 8 | 1 << 254
    return scalar, digest[32:]


def sign(seed, message):
    a, prefix = secret(seed)
    public, r = encode(mul(a, B)), hash_mod(prefix, message)
    point = encode(mul(r, B))
    return public, point, (r + hash_mod(point, public, message) * a) % L


def whole(point, s):
    return point + s.to_bytes(32, "little")


def torsion():
    """A point of order 8."""
    y = 2
    while True:
        x = x_of(y)
        if x is not None:
            point = mul(L, (x, y))
            if mul(4, point) != (0, 1):
                return point
        y += 1


CASES = []


def case(name, public, message, signature, valid=False):
    CASES.append({"name": name, "publicKey": public.hex(), "message": message.hex(), "signature": signature.hex(), "valid": valid})


def ordinary():
    seeds = {
        "RFC 8032 test 1": ("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", ""),
        "RFC 8032 test 2": ("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", "72"),
        "RFC 8032 test 3": ("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7", "af82"),
        "RFC 8032 test SHA(abc)": (
            "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
            hashlib.sha512(b"abc").hexdigest(),
        ),
    }
    for name, (seed, message) in seeds.items():
        public, point, s = sign(bytes.fromhex(seed), bytes.fromhex(message))
        case(name, public, bytes.fromhex(message), whole(point, s), True)


def malleable(seed, message):
    public, point, s = sign(seed, message)
    good = whole(point, s)
    for times in (1, 2, 8):
        case(f"S plus {times} times L", public, message, whole(point, s + times * L))
    case("S is L, R the identity", public, message, whole(encode((0, 1)), L))
    case("S is zero", public, message, whole(point, 0))
    case("highest bit of S", public, message, whole(point, s | 1 << 255))
    case("63 bytes", public, message, good[:-1])
    case("65 bytes", public, message, good + b"\0")
    case("a key of 31 bytes", public[:-1], message, good)
    case("a key of 33 bytes", public + b"\0", message, good)
    case("another message", public, message + b"\0", good)
    case("sign of the key flipped", bytes([*public[:31], public[31] ^ 0x80]), message, good)
    case("sign of R flipped", public, message, bytes([*good[:31], good[31] ^ 0x80, *good[32:]]))
    no_point = next(y for y in range(2, 99) if x_of(y) is None)
    case("a key that is no point", no_point.to_bytes(32, "little"), message, good)
    case("R that is no point", public, message, no_point.to_bytes(32, "little") + good[32:])


def small_order(seed, message):
    t = torsion()
    points = [mul(i, t) for i in range(8)]
    spellings = [(f"order point {i}", encode(point)) for i, point in enumerate(points)]
    # y + p fits in 255 bits for y below 19: the identity (y = 1) and the points with y = 0
    for i, (x, y) in enumerate(points):
        if y < 19:
            spellings.append((f"order point {i}, y plus p", encode((x, y + P))))
    for y, name in ((1, "x is zero, sign set"), (P - 1, "y is minus one, sign set"), (P + 1, "y is p plus 1, sign set")):
        spellings.append((name, (y | 1 << 255).to_bytes(32, "little")))
    for name, spelling in spellings:
        # S = 0 and R the identity: holds wherever h times the key is the identity
        text = next(bytes([i]) for i in range(256) if hash_mod(encode((0, 1)), spelling, bytes([i])) % 8 == 0)
        case(f"key of small order: {name}", spelling, text, whole(encode((0, 1)), 0))
    a, _ = secret(seed)
    public = encode(mul(a, B))
    for name, spelling in spellings:
        # R of small order and S = h a: the equation holds, at least when multiplied by the cofactor
        s = hash_mod(spelling, public, message) * a % L
        case(f"R of small order: {name}", public, message, whole(spelling, s))


def mixed_order(seed, message):
    """Keys and R with a part of small order: readers with and without the cofactor disagree on these."""
    a, prefix = secret(seed)
    t = torsion()
    mixed = encode(add(mul(a, B), t))
    r = hash_mod(prefix, message)
    point = encode(mul(r, B))
    for i in range(256):
        text = message + bytes([i])
        h = hash_mod(point, mixed, text)
        if h % 8 == 0:
            case("key of mixed order, equation holds without cofactor", mixed, text, whole(point, (r + h * a) % L), True)
            break
    for i in range(256):
        text = message + bytes([i])
        h = hash_mod(point, mixed, text)
        if h % 8 != 0:
            case("key of mixed order, holds with cofactor only", mixed, text, whole(point, (r + h * a) % L))
            break
    public = encode(mul(a, B))
    r_mixed = encode(add(mul(r, B), t))
    s = (r + hash_mod(r_mixed, public, message) * a) % L
    case("R of mixed order, holds with cofactor only", public, message, whole(r_mixed, s))


SEED = bytes(range(32))
ordinary()
malleable(SEED, b"receipt")
small_order(SEED, b"receipt")
mixed_order(SEED, b"receipt")
print(json.dumps({"about": "Ed25519, read strictly (RFC 8032). Bytes in hex; \"valid\" says whether it must be accepted.", "cases": CASES}, indent=1))
