/** What the organisation writes: its own name, role and register number go inside the sealed content and nowhere else. */
import type { Participant, Uploaded } from '@eenmaal/client';
import type { Log } from '@eenmaal/host';
import { type Content, EenmaalError, type Id, Mark, type MessageKind, type Purpose } from '@eenmaal/model';
import type { IndexStore } from './index-store.ts';
import type { Memory } from './memory.ts';
import type { PartnerFile } from './partner-file.ts';

/** A file that was uploaded and waits for its message. */
export type UploadedFile = { upload: Id; bytes: number };

export type Message = {
  dossier: Id;
  compartment: Id;
  /** Telling fragments is the family's. */
  kind: Exclude<MessageKind, 'fragment'>;
  purpose: Purpose;
  title: string;
  text: string;
  /** What the law protects above every basis. */
  marks: readonly Mark[];
  inReplyTo?: Id | undefined;
  /** The organisation's professional unless given. */
  author?: { name: string; role: string; register?: string | undefined } | undefined;
  attachments: readonly { upload: Id; name: string; type: string }[];
};

/** Where things are kept: on disk that there is something, in memory what it says, and keys of files that wait. */
export type Kept = { store: IndexStore; readable: Memory<Content>; uploads: Memory<Uploaded> };

/** `kept`: whether it could be written in our index; the ledger has the message either way. */
export type Sending = { item: Id; at: number; index: number; kept: boolean };

/** @throws `attachment-missing`, `no-basis`, `unknown-compartment`, ... */
export async function sendMessage(
  participant: Participant,
  { store, readable, uploads }: Kept,
  { professional }: PartnerFile,
  message: Message,
  log: Log,
): Promise<Sending> {
  const { dossier, compartment, kind, purpose, title, text, inReplyTo, author } = message;
  const uploaded = message.attachments.map(({ upload, name, type }) => takeUpload(uploads, upload, name, type));
  const { register, ...who } = author ?? professional;
  const content: Omit<Content, 'attachments'> = {
    ...{ title, text, author: { ...who, ...(register && { register }) } },
    ...(inReplyTo && { inReplyTo }),
  };
  const known = participant.mirror.state.compartments.get(compartment);
  if (!known) throw new EenmaalError('unknown-compartment');
  if (known.dossier !== dossier) throw new EenmaalError('wrong-dossier');
  // the header has them in one order
  const marks = Mark.options.filter((mark) => message.marks.includes(mark));
  const sent = await participant.send({ dossier, compartment, kind, purpose, marks, content, uploaded });
  const { envelope: id, at, index } = sent;
  const full: Content = { ...content, attachments: uploaded.map(({ inside }) => inside) };
  let kept = true;
  readable.set(id, full, at);
  for (const { ref } of uploaded) uploads.delete(ref.id);
  try {
    store.saveSent({ id, dossier, compartment, sender: participant.party, kind, at, index, purpose });
  } catch (error) {
    // It was sent: saying otherwise would have it sent twice.
    log.error({ item: id, error }, 'sent, but not kept here');
    kept = false;
  }
  return { item: id, at, index, kept };
}

function takeUpload(uploads: Memory<Uploaded>, upload: Id, name: string, type: string): Uploaded {
  const kept = uploads.get(upload);
  if (kept === undefined) throw new EenmaalError('attachment-missing', 'no such upload');
  const { ref, inside } = kept;
  return { ref, inside: { ...inside, name, type } };
}
