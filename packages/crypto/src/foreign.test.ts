/**
 * Vectors made by others: RFC 8032, 4231, 7693, the drafts of XChaCha20 and X-Wing, and a small choice from C2SP
 * Wycheproof (testvectors_v1, Apache License 2.0; named by their tcId).
 */
import { blake2b } from '@noble/hashes/blake2.js';
import { describe, expect, it } from 'vitest';
import { concat, fromHex, toHex, utf8 } from './bytes.ts';
import { deriveKey, hash256, hmacSha256, sha256, startHash256 } from './hash.ts';
import { aeadOpen, aeadSeal, decapsulate, encapsulate, sealingKeys } from './seal.ts';
import { signBytes, signingKeysFromSeed, verifyBytes } from './sign.ts';

describe('Ed25519', () => {
  it.each([
    [
      '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
      'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
      '',
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
    ],
    [
      '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
      '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
      '72',
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
    ],
    [
      'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7',
      'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
      'af82',
      '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
    ],
  ])('signs as in RFC 8032 section 7.1 %#', (seed, publicKey, message, signature) => {
    const keys = signingKeysFromSeed(fromHex(seed));
    expect(toHex(keys.publicKey)).toBe(publicKey);
    expect(toHex(signBytes(keys.secretKey, fromHex(message)))).toBe(signature);
    expect(verifyBytes(keys.publicKey, fromHex(message), fromHex(signature))).toBe(true);
  });

  const key = fromHex('7d4d0e7f6153a69b6242b522abbee685fda4420f8834b108c3bdae369ef549fa');
  const R = '7c38e026f29e14aabd059a0f2db8b0cd783040609a8be684db12f82a27774ab0';
  const S = '7a9155711ecfaf7f99f277bad0c6ae7e39d4eef676573336a5c51eb6f946b30d';
  const zeros = '0'.repeat(64);
  it.each<[number, string, string, string, boolean]>([
    [
      1,
      'empty message',
      '',
      'd4fbdb52bfa726b44d1786a8c0d171c3e62ca83c9e5bbe63de0bb2483f8fd6cc1429ab72cafc41ab56af02ff8fcc43b99bfe4c7ae940f60f38ebaa9d311c4007',
      true,
    ],
    [3, 'plain', '54657374', R + S, true],
    [10, 'R = 0, S = 0', '3f', zeros + zeros, false],
    [15, 'R of small order', '3f', `01${zeros.slice(2)}${zeros}`, false],
    [25, 'R = p', '3f', `ed${'f'.repeat(60)}7f${zeros}`, false],
    [30, 'no signature', '54657374', '', false],
    [31, 'S missing', '54657374', R, false],
    [33, 'too long', '54657374', `${R}${S}2020`, false],
    [35, 'a byte in front', '54657374', `00${R}${S}`, false],
    [
      42,
      'one bit of R, S made to fit',
      '313233343030',
      '647c1492402ab5ce03e2c3a7f0384d051b9cf3570f1207fc78c1bcc98c281c2b1d125e5538f38afbcc1c84e489521083041d24bc6240767029da063271a1ff0c',
      false,
    ],
    [
      60,
      'R = 0, S made to fit',
      '313233343030',
      `${zeros}e0b8e7770d51c7a36375d006c5bffd6af43ff54aaf47e4330dc118c71d61ec02`,
      false,
    ],
    [63, 'S + L', '54657374', `${R}67654bce3832c2d76f8f6f5dafc08d9339d4eef676573336a5c51eb6f946b31d`, false],
  ])('agrees with Wycheproof %d: %s', (_, _comment, message, signature, valid) =>
    expect(verifyBytes(key, fromHex(message), fromHex(signature))).toBe(valid),
  );
});

describe('XChaCha20-Poly1305', () => {
  const draft = {
    key: '808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f',
    nonce: '404142434445464748494a4b4c4d4e4f5051525354555657',
    ad: '50515253c0c1c2c3c4c5c6c7',
    plaintext: toHex(
      utf8(
        "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.",
      ),
    ),
    sealed:
      'bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216cb96b72e1213b4522f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff921f9664c97637da9768812f615c68b13b52ec0875924c1c7987947deafd8780acf49',
  };
  it.each([
    ['draft-irtf-cfrg-xchacha-03 A.3', draft],
    [
      'Wycheproof 2',
      {
        key: 'ab1562faea9f47af3ae1c3d6d030e3af230255dff3df583ced6fbbcbf9d606a9',
        nonce: '6a5e0c4617e07091b605a4de2c02dde117de2ebd53b23497',
        ad: '',
        plaintext: '',
        sealed: 'e2697ea6877aba39d9555a00e14db041',
      },
    ],
    [
      'Wycheproof 5',
      {
        key: '697c197c9e0023c8eee42ddf08c12c46718a436561b0c66d998c81879f7cb74c',
        nonce: 'cd78f4533c94648feacd5aef0291b00b454ee3dcdb76dcc8',
        ad: '6384f4714ff18c18',
        plaintext: 'e1',
        sealed: 'b0e5e35f5332f91bdd2d28e59d68a0b141',
      },
    ],
    [
      'Wycheproof 23',
      {
        key: '8a275c90eb8688c5d9e82b74331cf104a2c8757d6257079b1d8035bb40d6a8d9',
        nonce: '33dfa71a0cb2aca008e4c8e8a72dbda4c407bbadd5d7e1a5',
        ad: 'e7c9d1dda90b699e',
        plaintext: '3c2da491f244acfbd1dc',
        sealed: 'e5aad5c055dc6df73cf096fc30292cc8381c345d5f2964ba5626',
      },
    ],
  ])('agrees with %s', (_, { key, nonce, ad, plaintext, sealed }) => {
    const made = aeadSeal(fromHex(key), fromHex(nonce), fromHex(plaintext), fromHex(ad));
    expect(toHex(made)).toBe(sealed);
    expect(toHex(aeadOpen(fromHex(key), fromHex(nonce), made, fromHex(ad)))).toBe(plaintext);
    for (let bit = 0; bit < made.length * 8; bit++) {
      const changed = made.slice();
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(() => aeadOpen(fromHex(key), fromHex(nonce), changed, fromHex(ad))).toThrow('not-readable');
    }
  });
});

// The shared secret hashes both ciphertexts' secrets and both public keys' traces, so it stands for all of them.
describe('X-Wing', () => {
  it.each([
    [
      '7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26',
      '3cb1eea988004b93103cfb0aeefd2a686e01fa4a58e8a3639ca8a1e3f9ae57e235b8cc873c23dc62b8d260169afa2f75ab916a58d974918835d25e6a435085b2',
      'e2236b35a8c24b39b10aa1323a96a919',
      'b83aa828d4d62b9a83ceffe1d3d3bb1e',
      'd2df0522128f09dd8e2c92b1e905c793d8f57a54c3da25861f10bf4ca613e384',
    ],
    [
      'badfd6dfaac359a5efbb7bcc4b59d538df9a04302e10c8bc1cbf1a0b3a5120ea',
      '17cda7cfad765f5623474d368ccca8af0007cd9f5e4c849f167a580b14aabdefaee7eef47cb0fca9767be1fda69419dfb927e9df07348b196691abaeb580b32d',
      '0333285fa253661508c9fb444852caa4',
      'c93beb22326705699bbc3d1d0aa6339b',
      'f2e86241c64d60f6649fbc6c5b7d17180b780a3f34355e64a85749949c45f150',
    ],
  ])('agrees with draft-connolly-cfrg-xwing-kem appendix C %#', (seed, eseed, publicStart, ciphertextStart, secret) => {
    const keys = sealingKeys(() => fromHex(seed));
    const made = encapsulate(keys.publicKey, () => fromHex(eseed));
    expect(toHex(keys.publicKey.subarray(0, 16))).toBe(publicStart);
    expect(toHex(made.ciphertext.subarray(0, 16))).toBe(ciphertextStart);
    expect(toHex(made.secret)).toBe(secret);
    expect(toHex(decapsulate(keys.secretKey, made.ciphertext))).toBe(secret);
  });
});

describe('hashes', () => {
  it('SHA-256 and HMAC agree with FIPS 180 and RFC 4231', () => {
    expect(toHex(sha256(utf8('abc')))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    const mac = (key: Uint8Array, text: string) => toHex(hmacSha256(key, utf8(text)));
    expect(mac(new Uint8Array(20).fill(0x0b), 'Hi There')).toBe(
      'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
    );
    expect(mac(utf8('Jefe'), 'what do ya want for nothing?')).toBe(
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    );
    expect(mac(new Uint8Array(131).fill(0xaa), 'Test Using Larger Than Block-Size Key - Hash Key First')).toBe(
      '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
    );
  });

  it('BLAKE2b is that of RFC 7693: a second implementation gives its example and all of ours', () => {
    expect(toHex(blake2b(utf8('abc')))).toBe(
      'ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d17d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923',
    );
    for (const length of [0, 1, 63, 64, 127, 128, 129, 1000]) {
      const bytes = new Uint8Array(length).map((_, i) => i);
      expect(hash256(bytes)).toEqual(blake2b(bytes, { dkLen: 32 }));
      for (const size of [32, 64]) {
        const key = new Uint8Array(size).fill(7);
        const input = concat(Uint8Array.of(0, 0, 0, 1), utf8('a'), Uint8Array.of(0, 0, length >> 8, length), bytes);
        expect(deriveKey(key, 'a', [bytes], size)).toEqual(blake2b(input, { key, dkLen: size }));
      }
    }
  });

  it('BLAKE2b over pieces is BLAKE2b over the whole', () => {
    const hash = startHash256();
    for (const piece of ['ab', '', 'c']) hash.update(utf8(piece));
    expect(hash.digest()).toEqual(hash256(utf8('abc')));
  });

  it('refuses to derive from a short key', () => {
    expect(() => deriveKey(new Uint8Array(31), 'a', [])).toThrow('malformed');
  });
});
