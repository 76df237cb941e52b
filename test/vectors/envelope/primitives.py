"""XChaCha20-Poly1305, secretstream and Ed25519 in plain Python, written from their specifications.

For checking vectors only: slow, and not constant in time.
"""
import hashlib
import struct

MASK = 0xFFFFFFFF


class Refused(Exception):
    """The code the format gives for what is wrong."""

    def __init__(self, code):
        super().__init__(code)
        self.code = code


# --- ChaCha20 (RFC 8439), HChaCha20 (draft-irtf-cfrg-xchacha-03) -------------------------------------------------
QUARTERS = ((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15))
QUARTERS += ((0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14))


def rounds(state):
    x = list(state)
    for _ in range(10):
        for i, j, k, m in QUARTERS:
            a, b, c, d = x[i], x[j], x[k], x[m]
            a = (a + b) & MASK
            d ^= a
            d = (d << 16 | d >> 16) & MASK
            c = (c + d) & MASK
            b ^= c
            b = (b << 12 | b >> 20) & MASK
            a = (a + b) & MASK
            d ^= a
            d = (d << 8 | d >> 24) & MASK
            c = (c + d) & MASK
            b ^= c
            x[i], x[j], x[k], x[m] = a, (b << 7 | b >> 25) & MASK, c, d
    return x


def initial(key, last):
    return list(struct.unpack("<4I", b"expand 32-byte k") + struct.unpack("<8I", key) + struct.unpack("<4I", last))


def chacha(key, nonce12, counter, data):
    out = bytearray()
    for start in range(0, len(data), 64):
        state = initial(key, struct.pack("<I", counter + start // 64) + nonce12)
        block = struct.pack("<16I", *((a + b) & MASK for a, b in zip(rounds(state), state)))
        piece = data[start : start + 64]
        out += (int.from_bytes(piece, "little") ^ int.from_bytes(block[: len(piece)], "little")).to_bytes(len(piece), "little")
    return bytes(out)


def hchacha(key, nonce16):
    x = rounds(initial(key, nonce16))
    return struct.pack("<8I", *(x[:4] + x[12:]))


def poly1305(key, data):
    r = int.from_bytes(key[:16], "little") & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
    total = 0
    for start in range(0, len(data), 16):
        total = (total + int.from_bytes(data[start : start + 16] + b"\1", "little")) * r % ((1 << 130) - 5)
    return ((total + int.from_bytes(key[16:], "little")) & ((1 << 128) - 1)).to_bytes(16, "little")


def pad16(data):
    return data + bytes(-len(data) % 16)


# --- XChaCha20-Poly1305, ciphertext || tag --------------------------------------------------------------------------
def aead(key, nonce24, associated, ciphertext):
    """(subkey, 12-byte nonce, tag of this ciphertext)"""
    subkey, nonce = hchacha(key, nonce24[:16]), bytes(4) + nonce24[16:]
    lengths = struct.pack("<QQ", len(associated), len(ciphertext))
    tag = poly1305(chacha(subkey, nonce, 0, bytes(32)), pad16(associated) + pad16(ciphertext) + lengths)
    return subkey, nonce, tag


def aead_open(key, nonce24, sealed, associated):
    ciphertext = sealed[:-16]
    subkey, nonce, tag = aead(key, nonce24, associated, ciphertext)
    if len(sealed) < 16 or tag != sealed[-16:]:
        raise Refused("not-readable")
    return chacha(subkey, nonce, 1, ciphertext)


def aead_seal(key, nonce24, plaintext, associated):
    subkey, nonce, _ = aead(key, nonce24, b"", b"")
    ciphertext = chacha(subkey, nonce, 1, plaintext)
    return ciphertext + aead(key, nonce24, associated, ciphertext)[2]


# --- secretstream (libsodium's crypto_secretstream_xchacha20poly1305) ---------------------------------------------
class SecretStream:
    MESSAGE, FINAL = 0, 3

    def __init__(self, key, header):
        if len(header) != 24:
            raise Refused("attachment-damaged")
        self.key, self.counter, self.salt = hchacha(key, header[:16]), 1, header[16:]

    def _tag(self, first, ciphertext):
        nonce = struct.pack("<I", self.counter) + self.salt
        poly_key = chacha(self.key, nonce, 0, bytes(32))
        # the padding after the ciphertext is computed from (16 - 64 + length): a quirk that is part of the format
        body = first + ciphertext + bytes((0x10 - 64 + len(ciphertext)) & 15)
        return poly1305(poly_key, body + struct.pack("<QQ", 0, 64 + len(ciphertext)))

    def _next(self, tag):
        self.salt = bytes(a ^ b for a, b in zip(self.salt, tag))
        self.counter += 1

    def push(self, plaintext, final):
        nonce = struct.pack("<I", self.counter) + self.salt
        first = chacha(self.key, nonce, 1, bytes([self.FINAL if final else self.MESSAGE]) + bytes(63))
        ciphertext = chacha(self.key, nonce, 2, plaintext)
        tag = self._tag(first, ciphertext)
        self._next(tag)
        return first[:1] + ciphertext + tag

    def pull(self, sealed):
        if len(sealed) < 17:
            raise Refused("attachment-damaged")
        nonce = struct.pack("<I", self.counter) + self.salt
        kind = chacha(self.key, nonce, 1, sealed[:1] + bytes(63))
        first = sealed[:1] + kind[1:]
        if self._tag(first, sealed[1:-16]) != sealed[-16:]:
            raise Refused("attachment-damaged")
        plaintext = chacha(self.key, nonce, 2, sealed[1:-16])
        self._next(sealed[-16:])
        return plaintext, kind[0] == self.FINAL


# --- Ed25519 (RFC 8032), without cofactor; S below L, no points of small order, one encoding per point --------------
P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(scalar, point):
    result = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            result = add(result, point)
        point, scalar = add(point, point), scalar >> 1
    return result


def decode_point(encoded):
    y, sign = int.from_bytes(encoded, "little") & ((1 << 255) - 1), encoded[31] >> 7
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


def encode_point(point):
    inverse = pow(point[2], -1, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


BASE = decode_point((4 * pow(5, -1, P) % P).to_bytes(32, "little"))
IDENTITY = (1).to_bytes(32, "little")


def expand(seed):
    digest = hashlib.sha512(seed).digest()
    return int.from_bytes(digest[:32], "little") & ((1 << 254) - 8) | (1 << 254), digest[32:]


def ed25519_public(seed):
    return encode_point(times(expand(seed)[0], BASE))


def digest_mod(*pieces):
    return int.from_bytes(hashlib.sha512(b"".join(pieces)).digest(), "little") % L


def ed25519_sign(seed, message):
    scalar, prefix = expand(seed)
    public, nonce = encode_point(times(scalar, BASE)), digest_mod(prefix, message)
    point = encode_point(times(nonce, BASE))
    return point + ((nonce + digest_mod(point, public, message) * scalar) % L).to_bytes(32, "little")


def ed25519_verify(public, message, signature):
    a, r = decode_point(public), decode_point(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= L:
        return False
    if any(encode_point(times(8, point)) == IDENTITY for point in (a, r)):
        return False
    negative = (P - a[0], a[1], a[2], P - a[3])
    check = add(times(s, BASE), times(digest_mod(signature[:32], public, message), negative))
    return encode_point(check) == signature[:32]
