/** The ledger's end of the sealed channel (channel.ts is the participant's): who speaks is proved before anything is handled. */
import { decapsulate, fromBase64url, type Identity, type Random, readJws, text, toBase64url } from '@eenmaal/crypto';
import { EenmaalError, Hello, type PartyId, parseJson, Request } from '@eenmaal/model';
import {
  ANSWER_OVERHEAD,
  answerFrame,
  type ChannelKeys,
  channelKeys,
  FRAME,
  MAX_FRAME,
  MAX_SKEW,
  openRequest,
  packPlaintext,
  readRequest,
  refusalFrame,
  replayWindow,
  SALT,
  unpackPlaintext,
  welcomeFrame,
} from './channel-frames.ts';

export type ChannelServerOptions = {
  /** The ledger's own keys; only the sealing pair is used. */
  keys: Pick<Identity, 'sealing'>;
  /**
   * The Ed25519 public key (32 bytes) registered under `kid` for this party at this moment.
   * @throws `key-unregistered`, `key-retired`; `party-mismatch` when the broker account is not this party's
   */
  authenticate(party: PartyId, kid: string, account: string): Uint8Array | Promise<Uint8Array>;
  /** Answers one request; an EenmaalError travels back with its code and detail, anything else as `internal`. */
  handle(caller: Caller, request: Request, attached: Uint8Array): Promise<{ answer: unknown; attached?: Uint8Array }>;
  clock(): number;
  random: Random;
  /** Channels remembered at once; 10,000 unless told. The account that opens one too many loses its own oldest. */
  maxChannels?: number;
  /** Told of errors that are no EenmaalError, so that the operator sees them. */
  onInternal?(error: unknown): void;
};

/** Who asks, as proved when the channel was opened. A key may have been retired since: the handler decides what that means. */
export type Caller = { party: PartyId; kid: string; account: string };

type Channel = { keys: ChannelKeys; caller: Caller; window: ReturnType<typeof replayWindow> };

/** Answers frames. Never rejects: what cannot be sealed goes back as a refusal frame. */
export function serveChannels(
  options: ChannelServerOptions,
): (account: string, frame: Uint8Array) => Promise<Uint8Array> {
  const channels = channelTable(options.maxChannels ?? 10_000);
  return async (account, frame) => {
    try {
      if (frame.length > MAX_FRAME) throw new EenmaalError('too-large', 'frame');
      if (frame[0] === FRAME.hello) return await welcome(options, channels, account, text(frame.subarray(1)));
      const { id, counter, sealed } = readRequest(frame);
      const channel = channels.find(account, toBase64url(id));
      const plaintext = openRequest(channel.keys, counter, sealed);
      channel.window.use(counter); // only now: a forged frame must not use up a counter
      return await answer(options, channel, counter, plaintext);
    } catch (error) {
      if (!(error instanceof EenmaalError)) options.onInternal?.(error);
      return refusalFrame(error);
    }
  };
}

type ChannelTable = ReturnType<typeof channelTable>;

/** Least recently used goes first, of the same account if it has any: nobody can push the others out. */
function channelTable(max: number) {
  const byId = new Map<string, Channel>();
  const touch = (id: string, channel: Channel) => {
    byId.delete(id);
    byId.set(id, channel);
  };
  return {
    find(account: string, id: string): Channel {
      const channel = byId.get(id);
      if (!channel || channel.caller.account !== account) throw new EenmaalError('channel-unknown');
      touch(id, channel);
      return channel;
    },
    add(channel: Channel): void {
      if (byId.size >= max) {
        const own = [...byId].find(([, { caller }]) => caller.account === channel.caller.account);
        byId.delete(own?.[0] ?? byId.keys().next().value ?? '');
      }
      byId.set(toBase64url(channel.keys.id), channel);
    },
  };
}

async function welcome(
  options: ChannelServerOptions,
  channels: ChannelTable,
  account: string,
  jws: string,
): Promise<Uint8Array> {
  const { kid, payload, verify } = readJws(jws, 'eenmaal-hello+jws');
  const hello = parseJson(Hello, text(payload));
  if (Math.abs(hello.at - options.clock()) > MAX_SKEW) {
    throw new EenmaalError('malformed', 'the clocks differ by more than 5 minutes');
  }
  verify(await options.authenticate(hello.party, kid, account));
  const secret = decapsulate(options.keys.sealing.secretKey, fromBase64url(hello.kem));
  // A fresh salt gives fresh keys: a hello that is sent again opens a channel only the maker of its secret could use.
  const salt = options.random(SALT);
  const keys = channelKeys(secret, jws, salt);
  channels.add({ keys, caller: { party: hello.party, kid, account }, window: replayWindow() });
  return welcomeFrame(keys, salt);
}

async function answer(
  options: ChannelServerOptions,
  channel: Channel,
  counter: number,
  plaintext: Uint8Array,
): Promise<Uint8Array> {
  const seal = (json: unknown, attached: Uint8Array = new Uint8Array(0)) => {
    const packed = packPlaintext(json, attached);
    if (packed.length + ANSWER_OVERHEAD > MAX_FRAME) throw new EenmaalError('too-large', 'answer');
    return answerFrame(channel.keys, counter, packed);
  };
  try {
    const { json, attached } = unpackPlaintext(Request, plaintext);
    const result = await options.handle(channel.caller, json, attached);
    return seal({ ok: result.answer }, result.attached);
  } catch (error) {
    if (error instanceof EenmaalError)
      return seal({ error: { code: error.code, detail: error.detail?.slice(0, 2000) } });
    options.onInternal?.(error);
    return seal({ error: { code: 'internal' } });
  }
}
