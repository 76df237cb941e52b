/** Looks for secret texts and bytes in whatever was written somewhere, in every spelling they could have there. */

/** Each way bytes may be spelled: as they are, as text of 16-bit units, hex, base64 and base64url at every alignment. */
export function spellings(secret: Uint8Array): Map<string, Buffer> {
  const bytes = Buffer.from(secret);
  const wide = Buffer.from(bytes.toString('latin1'), 'utf16le');
  const found = new Map<string, Buffer>([
    ['as it is', bytes],
    ['utf-16le', wide],
    ['utf-16be', Buffer.from(wide).swap16()],
    ['hex', Buffer.from(bytes.toString('hex'))],
    ['HEX', Buffer.from(bytes.toString('hex').toUpperCase())],
  ]);
  for (const offset of [0, 1, 2]) {
    // only the characters that depend on nothing but the secret: its neighbours decide the others
    const from = Math.ceil((offset * 4) / 3);
    const to = Math.floor(((offset + bytes.length) * 4) / 3);
    const text = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .slice(from, to);
    found.set(`base64 at ${offset}`, Buffer.from(text));
    found.set(`base64url at ${offset}`, Buffer.from(text.replaceAll('+', '-').replaceAll('/', '_')));
  }
  return found;
}

/** `secrets` by name, `places` by name; answers every find as "name, spelling, place". */
export function search(secrets: ReadonlyMap<string, Uint8Array>, places: ReadonlyMap<string, Uint8Array>): string[] {
  const finds: string[] = [];
  for (const [name, secret] of secrets)
    for (const [spelling, bytes] of spellings(secret))
      for (const [place, haystack] of places)
        if (Buffer.from(haystack.buffer, haystack.byteOffset, haystack.byteLength).includes(bytes))
          finds.push(`${name}, ${spelling}, ${place}`);
  return finds;
}
