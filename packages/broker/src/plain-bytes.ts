/** The same bytes as a plain Uint8Array: the client hands out Node Buffers, whose `slice` and JSON mean something else. */
export const plainBytes = (bytes: Uint8Array): Uint8Array =>
  new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
