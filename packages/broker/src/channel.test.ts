/** The sealed channel, both ends in one process: what it carries, and everything it must refuse. */
import { randomFillSync } from 'node:crypto';
import { identityFromSeed, newIdentity, sign, text, toBase64url, utf8 } from '@eenmaal/crypto';
import { EenmaalError, type ErrorCode, partner, type Request } from '@eenmaal/model';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { type ChannelOptions, openChannel } from './channel.ts';
import { FRAME, MAX_SKEW, replayWindow } from './channel-frames.ts';
import { type ChannelServerOptions, serveChannels } from './channel-server.ts';

const random = (length: number) => randomFillSync(new Uint8Array(length));
const ledger = newIdentity(random);
const wijk = newIdentity(random);
const ID = toBase64url(new Uint8Array(16));
const NOW = 1_800_000_000_000;
const CANARY = 'canary-Sanne-slaapt-slecht';
const chunk = { op: 'chunk', envelope: ID, attachment: ID, chunk: 0 } as const satisfies Request;
const runs = process.env.EENMAAL_LONG ? 20_000 : 300;

function ends(server: Partial<ChannelServerOptions> = {}, client: Partial<ChannelOptions> = {}) {
  const handle = vi.fn<ChannelServerOptions['handle']>(async (_caller, _request, attached) => ({
    answer: {},
    attached,
  }));
  const start = () =>
    serveChannels({
      keys: ledger,
      authenticate: (party, kid, account) => {
        if (party !== 'partner/wijkteam' || kid !== wijk.signing.kid) throw new EenmaalError('key-unregistered');
        if (account !== 'wijkteam') throw new EenmaalError('party-mismatch');
        return wijk.signing.publicKey;
      },
      handle,
      clock: () => NOW,
      random,
      ...server,
    });
  const state = { serve: start(), account: 'wijkteam' };
  const sent: Uint8Array[] = [];
  const received: Uint8Array[] = [];
  const carry = async (frame: Uint8Array) => {
    sent.push(frame);
    const answer = await state.serve(state.account, frame);
    received.push(answer);
    return answer;
  };
  const options: ChannelOptions = {
    request: carry,
    identity: wijk,
    party: partner('wijkteam'),
    ledgerSealingKey: ledger.sealing.publicKey,
    clock: () => NOW,
    random,
    ...client,
  };
  const restart = () => {
    state.serve = start();
  };
  return { transport: openChannel(options), handle, state, sent, received, carry, options, restart };
}
const refused = (code: ErrorCode) => expect.objectContaining({ name: 'EenmaalError', code });
const refusalCode = (frame: Uint8Array) =>
  frame[0] === FRAME.refusal ? JSON.parse(text(frame.subarray(1))).code : 'none';

describe('what it carries', () => {
  it('brings a request and attached bytes there and back, and says who asked', async () => {
    const { transport, handle, sent } = ends();
    const attached = utf8(CANARY);
    expect(await transport.call(chunk, attached)).toEqual({ answer: {}, attached });
    expect(handle.mock.calls[0]?.[0]).toEqual({
      party: 'partner/wijkteam',
      kid: wijk.signing.kid,
      account: 'wijkteam',
    });
    await transport.call(chunk);
    expect(sent.map((frame) => frame[0])).toEqual([FRAME.hello, FRAME.request, FRAME.request]);
  });

  it('shows the broker nothing of what is said', async () => {
    const { transport, sent, received } = ends();
    await transport.call(chunk, utf8(CANARY));
    await transport
      .call({ op: 'submit', header: CANARY, jws: CANARY, secret: toBase64url(new Uint8Array(32)) })
      .catch(() => {});
    for (const frame of [...sent, ...received]) {
      const seen = Buffer.from(frame).toString('latin1');
      expect(seen).not.toContain(CANARY);
      expect(seen).not.toContain('attachment');
    }
  });

  it('opens one channel for calls made at once and answers each its own', async () => {
    const { transport, sent } = ends({
      handle: async (_caller, _request, attached) => {
        await new Promise((resolve) => setTimeout(resolve, (attached[0] ?? 0) % 5));
        return { answer: {}, attached };
      },
    });
    const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => transport.call(chunk, Uint8Array.of(i))));
    expect(answers.map(({ attached }) => attached[0])).toEqual(Array.from({ length: 50 }, (_, i) => i));
    expect(sent.filter((frame) => frame[0] === FRAME.hello)).toHaveLength(1);
  });

  it("gives the ledger's errors with their code, and hides what went wrong inside", async () => {
    const onInternal = vi.fn();
    const { transport, handle } = ends({ onInternal });
    handle.mockRejectedValueOnce(new EenmaalError('no-basis', 'detail'));
    await expect(transport.call(chunk)).rejects.toMatchObject({ code: 'no-basis', detail: 'detail' });
    handle.mockRejectedValueOnce(new Error(CANARY));
    await expect(transport.call(chunk)).rejects.toMatchObject({ code: 'internal', detail: undefined });
    expect(onInternal).toHaveBeenCalledOnce();
    handle.mockResolvedValueOnce({ answer: { unexpected: 1 } });
    await expect(transport.call(chunk)).rejects.toEqual(refused('malformed'));
  });

  it('opens again by itself when the ledger restarted, once for all calls', async () => {
    const { transport, restart, handle, sent } = ends();
    await transport.call(chunk);
    restart();
    await Promise.all([transport.call(chunk), transport.call(chunk), transport.call(chunk)]);
    expect(handle).toHaveBeenCalledTimes(4);
    expect(sent.filter((frame) => frame[0] === FRAME.hello)).toHaveLength(2);
  });

  it('tries a failed handshake again at the next call', async () => {
    let down = true;
    const { transport } = ends({
      authenticate: () => {
        if (down) throw new EenmaalError('ledger-unreachable');
        return wijk.signing.publicKey;
      },
    });
    await expect(transport.call(chunk)).rejects.toEqual(refused('ledger-unreachable'));
    down = false;
    await transport.call(chunk);
  });
});

describe('what it refuses', () => {
  it('frames that were changed anywhere', async () => {
    const { transport, handle, carry, sent, received } = ends();
    await transport.call(chunk, utf8('x'));
    const frame = sent[1] as Uint8Array;
    for (let at = 0; at < frame.length; at++) {
      const changed = frame.slice();
      changed[at] = (changed[at] as number) ^ 1;
      expect(refusalCode(await carry(changed))).not.toBe('none');
    }
    expect(handle).toHaveBeenCalledOnce();
    expect(received.length).toBeGreaterThan(frame.length);
  });

  it('answers that were changed, swapped or kept from before', async () => {
    let change = (frame: Uint8Array, _before: Uint8Array[]) => frame;
    const { options, carry, received } = ends();
    const transport = openChannel({ ...options, request: async (frame) => change(await carry(frame), received) });
    await transport.call(chunk);
    change = (frame) => frame.with(-1, (frame.at(-1) as number) ^ 1);
    await expect(transport.call(chunk)).rejects.toEqual(refused('not-readable'));
    change = (_, before) => before[1] as Uint8Array;
    await expect(transport.call(chunk)).rejects.toEqual(refused('not-readable'));
  });

  it('a request that was carried twice, also after a restart of the ledger with a repeated hello', async () => {
    const { transport, handle, carry, sent, restart } = ends();
    await transport.call(chunk);
    expect(refusalCode(await carry(sent[1] as Uint8Array))).toBe('request-replayed');
    restart();
    expect((await carry(sent[0] as Uint8Array))[0]).toBe(FRAME.welcome);
    expect(refusalCode(await carry(sent[1] as Uint8Array))).toBe('channel-unknown');
    expect(handle).toHaveBeenCalledOnce();
  });

  it('a channel used from another account', async () => {
    const { transport, state } = ends();
    await transport.call(chunk);
    state.account = 'raad';
    await expect(transport.call(chunk)).rejects.toEqual(refused('party-mismatch'));
  });

  it('a ledger that has not the registered key', async () => {
    const { transport, handle } = ends({ keys: newIdentity(random) });
    await expect(transport.call(chunk)).rejects.toEqual(refused('not-readable'));
    expect(handle).not.toHaveBeenCalled();
  });

  it('a key that is not registered, and a signature by another key', async () => {
    const other = newIdentity(random);
    await expect(ends({}, { identity: other }).transport.call(chunk)).rejects.toEqual(refused('key-unregistered'));
    const forged = { signing: { ...other.signing, kid: wijk.signing.kid } };
    await expect(ends({}, { identity: forged }).transport.call(chunk)).rejects.toEqual(refused('signature-invalid'));
  });

  it('a hello of another time', async () => {
    const clock = () => NOW + MAX_SKEW + 1;
    await expect(ends({}, { clock }).transport.call(chunk)).rejects.toEqual(refused('malformed'));
  });

  it('frames that are too large, before sending and in the answer', async () => {
    const { transport, sent } = ends();
    await expect(transport.call(chunk, new Uint8Array(1_000_000))).rejects.toEqual(refused('too-large'));
    expect(sent).toHaveLength(0);
    const big = ends({ handle: async () => ({ answer: {}, attached: new Uint8Array(1_000_000) }) });
    await expect(big.transport.call(chunk)).rejects.toEqual(refused('too-large'));
  });

  it('waiting for ever, and whatever the carrier throws', async () => {
    const silent = ends({}, { request: () => new Promise(() => {}), timeout: 10 });
    await expect(silent.transport.call(chunk)).rejects.toEqual(refused('ledger-unreachable'));
    const broken = ends({}, { request: () => Promise.reject(new Error('no responders')) });
    await expect(broken.transport.call(chunk)).rejects.toEqual(refused('ledger-unreachable'));
  });

  it('forged refusals that claim a decision', async () => {
    const forged = utf8(`${JSON.stringify({ code: 'no-basis' })}`);
    const { transport } = ends({}, { request: async () => Uint8Array.of(FRAME.refusal, ...forged) });
    await expect(transport.call(chunk)).rejects.toEqual(refused('malformed'));
  });

  it("letting one account push out another's channels", async () => {
    const { transport, options, state, handle, sent } = ends({
      maxChannels: 3,
      authenticate: () => wijk.signing.publicKey,
    });
    await transport.call(chunk);
    for (let i = 0; i < 5; i++) {
      await openChannel({ ...options, request: (frame) => state.serve('flood', frame) }).call(chunk);
    }
    await transport.call(chunk);
    expect(handle).toHaveBeenCalledTimes(7);
    expect(sent.filter((frame) => frame[0] === FRAME.hello)).toHaveLength(1);
  });
});

describe('hostile bytes', () => {
  it('give a refusal at the ledger, never a crash', async () => {
    const onInternal = vi.fn();
    const { state } = ends({ onInternal });
    const hello = fc.jsonValue().map((value) => {
      const jws = sign(wijk.signing, 'eenmaal-hello+jws', utf8(JSON.stringify(value)));
      return Uint8Array.of(FRAME.hello, ...utf8(jws));
    });
    const frame = fc
      .tuple(fc.constantFrom(0, ...Object.values(FRAME)), fc.uint8Array({ maxLength: 80 }))
      .map(([type, rest]) => Uint8Array.of(type, ...rest));
    await fc.assert(
      fc.asyncProperty(fc.oneof(frame, fc.uint8Array({ maxLength: 60 }), hello), async (bytes) => {
        expect((await state.serve('wijkteam', bytes))[0]).toBe(FRAME.refusal);
      }),
      { numRuns: runs },
    );
    expect(onInternal).not.toHaveBeenCalled();
  });

  it('give a typed error at the participant', async () => {
    const identity = identityFromSeed(new Uint8Array(64));
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 80 }), fc.constantFrom(3, 4, 255), async (bytes, type) => {
        const { transport } = ends({}, { identity, request: async () => Uint8Array.of(type, ...bytes) });
        await expect(transport.call(chunk)).rejects.toBeInstanceOf(EenmaalError);
      }),
      { numRuns: runs / 3 },
    );
  });
});

describe('replay window', () => {
  it('lets every counter through once in any order inside 1,024, and none that is older', () => {
    const all = Array.from({ length: 1024 }, (_, i) => i + 1);
    fc.assert(
      fc.property(fc.shuffledSubarray(all), (order) => {
        const window = replayWindow();
        for (const counter of order) window.use(counter);
        for (const counter of order) expect(() => window.use(counter)).toThrow(refused('request-replayed'));
      }),
      { numRuns: 20 },
    );
    const window = replayWindow();
    window.use(5000);
    window.use(5000 - 1023);
    expect(() => window.use(5000 - 1024)).toThrow(refused('request-replayed'));
    window.use(1_000_000);
    expect(() => window.use(5001)).toThrow(refused('request-replayed'));
  });
});
