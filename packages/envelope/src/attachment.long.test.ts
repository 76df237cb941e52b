/** 200 MB through a file: sealed, opened, and never more than a little of it in memory. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toBase64url } from '@eenmaal/crypto';
import { LIMITS } from '@eenmaal/model';
import { expect, it } from 'vitest';
import { openAttachment, sealAttachment } from './attachment.ts';

const TOTAL = 200 * 1024 * 1024;
const MOST = 128 * 1024 * 1024;
const id = toBase64url(new Uint8Array(16).fill(1));
const key = new Uint8Array(32).fill(2);

it('a 200 MB attachment comes back in bounded memory', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'eenmaal-'));
  const file = await open(join(folder, 'chunks'), 'w+');
  const start = process.memoryUsage.rss();
  let highest = 0;
  const measure = () => {
    highest = Math.max(highest, process.memoryUsage.rss() - start);
  };
  const given = createHash('sha256');
  function* source() {
    for (let at = 0; at < TOTAL; at += 1 << 20) {
      const part = new Uint8Array(1 << 20).fill(at >> 20);
      given.update(part);
      yield part;
    }
  }
  const lengths: number[] = [];
  const sealing = sealAttachment(id, source(), key);
  let step = await sealing.next();
  for (; !step.done; step = await sealing.next()) {
    await file.write(step.value);
    lengths.push(step.value.length);
    measure();
  }
  async function* stored() {
    let position = 0;
    for (const length of lengths) {
      const { buffer } = await file.read({ buffer: Buffer.alloc(length), position });
      position += length;
      yield buffer;
    }
  }
  const taken = createHash('sha256');
  for await (const piece of openAttachment(step.value.ref, stored(), key, TOTAL)) {
    taken.update(piece);
    measure();
  }
  await file.close();
  rmSync(folder, { recursive: true });
  console.info(`200 MB attachment: ${lengths.length} chunks, memory grew by at most ${highest >> 20} MB`);
  expect(taken.digest('hex')).toBe(given.digest('hex'));
  expect(lengths).toHaveLength(TOTAL / LIMITS.chunk);
  expect(highest).toBeLessThan(MOST);
});
