/**
 * A peer with group keys: Matrix Megolm, the whole machine of matrix-sdk-crypto (state, store in memory, Olm sessions
 * between devices), one device each for a sender and its readers. The home server is a dozen lines below.
 */
import { type Content, Content as Schema } from '@eenmaal/model';
import {
  Attachment,
  CollectStrategy,
  DecryptionSettings,
  DeviceId,
  DeviceLists,
  EncryptedAttachment,
  EncryptionSettings,
  initAsync,
  KeysQueryRequest,
  KeysUploadRequest,
  OlmMachine,
  RequestType,
  RoomId,
  TrustRequirement,
  UserId,
} from '@matrix-org/matrix-sdk-crypto-wasm';
import type { Peer } from './peers.ts';

type Json = Record<string, never>;
type Member = { user: string; device: string; machine: OlmMachine };
export type Room = Awaited<ReturnType<typeof megolmRoom>>;

const ROOM = '!bench:example.org';
const trust = () => new DecryptionSettings(TrustRequirement.Untrusted);

/** @param rotateEvery messages after which the sender makes a new group key; the software's own choice is 100 */
export async function megolmRoom(readers = 5, rotateEvery = 1_000_000) {
  await initAsync();
  const server = homeServer();
  const join = async (name: string): Promise<Member> => {
    const user = `@${name}:example.org`;
    const device = name.toUpperCase();
    const machine = await OlmMachine.initialize(new UserId(user), new DeviceId(device));
    await server.answer(machine);
    return { user, device, machine };
  };
  const members: Member[] = [];
  for (let i = 0; i <= readers; i++) members.push(await join(`member${i}`));
  const [sender, ...others] = members as [Member, ...Member[]];

  /** Gives these members the current group key, over an Olm session with each. Answers the bytes sent. */
  const share = async (to: readonly Member[]): Promise<number> => {
    const users = () => to.map(({ user }) => new UserId(user));
    await sender.machine.updateTrackedUsers(users());
    await server.answer(sender.machine);
    const claim = await sender.machine.getMissingSessions(users());
    if (claim) await sender.machine.markRequestAsSent(claim.id, claim.type, server.claim(claim.body));
    const settings = new EncryptionSettings();
    settings.rotationPeriodMessages = BigInt(rotateEvery);
    settings.sharingStrategy = CollectStrategy.deviceBasedStrategy(false, false);
    let bytes = 0;
    for (const request of await sender.machine.shareRoomKey(new RoomId(ROOM), users(), settings)) {
      const { messages } = JSON.parse(request.body) as { messages: Record<string, Record<string, Json>> };
      for (const { user, device, machine } of to) {
        const content = messages[user]?.[device];
        if (!content) continue;
        bytes += JSON.stringify(content).length;
        const event = JSON.stringify([{ sender: sender.user, type: request.event_type, content }]);
        await machine.receiveSyncChanges(event, new DeviceLists(), new Map(), new Set(), trust());
      }
      await sender.machine.markRequestAsSent(request.id, RequestType.ToDevice, '{}');
    }
    return bytes;
  };
  await share(others);
  return { sender, others, join, share };
}

/** Keeps everybody's uploaded keys and hands them out. */
function homeServer() {
  const devices: Record<string, Record<string, Json>> = {};
  const oneTime: Record<string, [string, Json][]> = {};
  return {
    /** Answers what a machine wants to ask. */
    async answer(machine: OlmMachine): Promise<void> {
      for (const request of await machine.outgoingRequests()) {
        const body = JSON.parse('body' in request ? (request.body as string) : '{}');
        let response = {};
        if (request instanceof KeysUploadRequest) {
          const { device_keys: keys, one_time_keys: more = {} } = body;
          if (keys) devices[keys.user_id] = { [keys.device_id]: keys };
          const [user] = keys ? [keys.user_id] : [machine.userId.toString()];
          oneTime[user] = [...(oneTime[user] ?? []), ...(Object.entries(more) as [string, Json][])];
          response = { one_time_key_counts: { signed_curve25519: oneTime[user].length } };
        } else if (request instanceof KeysQueryRequest) response = { device_keys: devices, failures: {} };
        await machine.markRequestAsSent(request.id as string, request.type, JSON.stringify(response));
      }
    },
    claim(body: string): string {
      const wanted = JSON.parse(body).one_time_keys as Record<string, Record<string, string>>;
      const found = Object.entries(wanted).map(([user, of]) => {
        const [id, key] = oneTime[user]?.shift() ?? ['', {}];
        return [user, Object.fromEntries(Object.keys(of).map((device) => [device, { [id]: key }]))];
      });
      return JSON.stringify({ one_time_keys: Object.fromEntries(found), failures: {} });
    },
  };
}

export async function megolmPeer(): Promise<Peer<string>> {
  const { sender, others } = await megolmRoom();
  const reader = others[2] as Member;
  return {
    name: 'Megolm',
    seal: (content) => sealIn(sender, content),
    open: (sealed) => openIn(reader, sender, sealed),
    size: (sealed) => sealed.length,
  };
}

export const sealIn = ({ machine }: Member, content: Content): Promise<string> =>
  machine.encryptRoomEvent(new RoomId(ROOM), 'org.example.content', JSON.stringify(content));

export async function openIn({ machine }: Member, { user }: Member, sealed: string): Promise<Content> {
  const outside = { type: 'm.room.encrypted', event_id: '$1', sender: user, origin_server_ts: 1, room_id: ROOM };
  const event = `${JSON.stringify(outside).slice(0, -1)},"content":${sealed}}`;
  const opened = await machine.decryptRoomEvent(event, new RoomId(ROOM), trust());
  return Schema.parse(JSON.parse(opened.event).content);
}

/** The past for a newcomer: all group keys exported, encrypted as an attachment, and imported there. */
export async function passOn(from: Member, to: Member): Promise<{ bytes: number; keys: number }> {
  const all = await from.machine.exportRoomKeys(() => true);
  const sealed = Attachment.encrypt(new TextEncoder().encode(all));
  const { encryptedData, mediaEncryptionInfo } = sealed;
  const arrived = new EncryptedAttachment(encryptedData, mediaEncryptionInfo ?? '');
  const keys = new TextDecoder().decode(Attachment.decrypt(arrived));
  const { importedCount } = await to.machine.importExportedRoomKeys(keys, () => {});
  return { bytes: encryptedData.length + (mediaEncryptionInfo?.length ?? 0), keys: Number(importedCount) };
}

/** A group key the one who left does not have, for those who stay. */
export async function replaceKey({ sender, share }: Room, stay: readonly Member[]): Promise<number> {
  await sender.machine.invalidateGroupSession(new RoomId(ROOM));
  return share(stay);
}
