/** What the API takes and gives. Times are ISO 8601 in UTC; ids are as in the ledger. Unknown keys are refused. */
import { Content, Id, Mark, MessageKind, OrganisationId, Position, PublicKeys, Purpose } from '@eenmaal/model';
import { z } from 'zod';
import type { Item } from '../index-store.ts';
import type { CompartmentLine, ReaderLine } from '../overview.ts';
import type { Opened, Status } from '../partner.ts';

export const Time = z.iso.datetime();
const PartyName = z.string().describe('person/<id>, partner/<id>');
export const toTime = (at: number): string => new Date(at).toISOString();
export const timeOrNull = (at: number | null | undefined): string | null =>
  at === null || at === undefined ? null : toTime(at);

export const ItemStatus = z.enum(['waiting', 'opened', 'closed', 'sent']);

export const StatusShape = z.object({
  organisation: z.object({ id: OrganisationId, name: z.string(), attests: z.boolean(), purposes: z.array(Purpose) }),
  ledger: z.enum(['reachable', 'unreachable']),
  problem: z.string().nullable().describe('code of what keeps the index from being up to date'),
  position: Position.describe('how far the ledger was seen, proven to continue what was seen before'),
  upToDateAt: Time.nullable(),
});

export const ItemShape = z.object({
  id: Id,
  cursor: z.number().int().describe('for `after`; rises in the order in which items came here'),
  dossier: Id,
  compartment: Id,
  sender: PartyName,
  senderName: z.string().nullable().describe('of an organisation; the ledger holds no names of family members'),
  kind: MessageKind,
  at: Time.describe('delivered here, or sent'),
  index: z.number().int().describe('place of the message in the ledger'),
  status: ItemStatus.describe('closed: access ended before it was opened'),
  accessEnded: z.boolean().describe('there is no basis any more; what was opened before opens no more either'),
  openedAt: Time.nullable(),
  purpose: Purpose.nullable(),
});

const FileShape = z.object({ id: Id, name: z.string(), type: z.string(), bytes: z.number().int() });
export const ContentShape = z.object({
  item: ItemShape,
  title: z.string(),
  text: z.string(),
  author: Content.shape.author,
  inReplyTo: Id.nullable(),
  attachments: z.array(FileShape),
});

export const ReaderShape = z.object({
  party: PartyName,
  name: z.string().nullable(),
  history: z.boolean().describe('also what was written before'),
});
const Counts = z.record(ItemStatus, z.number().int());
export const DossierLineShape = z.object({ id: Id, compartments: z.number().int(), items: Counts });
export const DossierShape = z.object({
  id: Id,
  items: Counts,
  persons: z.array(
    z.object({
      id: Id,
      turns12: Time.nullable(),
      turns16: Time.nullable(),
      turns18: Time.nullable(),
      custody: z.array(z.string()).describe('persons; or partner/<id>, the institution that is guardian'),
    }),
  ),
  compartments: z.array(
    z.object({
      id: Id,
      label: z.string().nullable(),
      subjects: z.array(Id),
      readers: z.array(ReaderShape),
      access: z
        .object({ since: Time.nullable(), until: Time.nullable(), history: z.boolean(), purposes: z.array(Purpose) })
        .nullable()
        .describe('of this organisation'),
    }),
  ),
});

export const MessageShape = z.strictObject({
  dossier: Id,
  compartment: Id,
  kind: MessageKind.exclude(['fragment']).describe("telling fragments is the family's"),
  purpose: Purpose,
  title: Content.shape.title,
  text: Content.shape.text,
  inReplyTo: Id.optional(),
  marks: z
    .array(Mark)
    .max(3)
    .default([])
    .describe('it holds who reported, somebody outside the family, a secret address: only in an own file, then'),
  author: Content.shape.author.optional().describe("the organisation file's professional unless given"),
  attachments: z
    .array(z.strictObject({ upload: Id, name: z.string().min(1).max(200), type: z.string().max(100) }))
    .max(16)
    .default([])
    .describe('files uploaded before with POST /v1/uploads'),
});
export const SentShape = z.object({
  item: Id,
  at: Time,
  index: z.number().int(),
  kept: z.boolean().describe('false: the ledger has it, but it could not be written in our index'),
});
export const UploadShape = z.object({ upload: Id, bytes: z.number().int() });

const Boundary = z.union([Time, z.null()]);
export const PersonShape = z.strictObject({
  person: Id.optional().describe('made here unless given'),
  keys: PublicKeys.nullable().describe("from the person's own device; null: too young to act"),
  turns12: Boundary,
  turns16: Boundary,
  turns18: Boundary,
});

export const statusShape = ({ ledger, problem, position, upToDateAt }: Status) => ({
  ...{ ledger, problem, position },
  upToDateAt: timeOrNull(upToDateAt),
});

export function itemShape(item: Item, nameOf: (party: string) => string | null): z.infer<typeof ItemShape> {
  const { n, access, status, at, openedAt, ...rest } = item;
  return {
    ...rest,
    ...{ cursor: n, status, accessEnded: !access && status !== 'sent', senderName: nameOf(item.sender) },
    ...{ at: toTime(at), openedAt: timeOrNull(openedAt) },
  };
}

export function contentShape(
  { item, content }: Opened,
  nameOf: (party: string) => string | null,
): z.infer<typeof ContentShape> {
  const { title, text, author, inReplyTo = null, attachments } = content;
  // Without the attachments' keys: they stay here.
  const files = attachments.map(({ id, name, type, bytes }) => ({ id, name, type, bytes }));
  return { item: itemShape(item, nameOf), title, text, author, inReplyTo, attachments: files };
}

export const readerShape = ({ party, name, history }: ReaderLine) => ({ party, name, history });

export function compartmentShape({ id, label, subjects, readers, access }: CompartmentLine) {
  const { since, until, history, purposes } = access ?? { since: null, until: null, history: false, purposes: [] };
  return {
    ...{ id, label, subjects: [...subjects], readers: readers.map(readerShape) },
    access: access && { since: timeOrNull(since), until: timeOrNull(until), history, purposes },
  };
}
