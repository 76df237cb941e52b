/** An organisation's own software, as far as the story needs one: calls the partner service's HTTP API like any other. */
import { EenmaalError, type ErrorCode, type Id, type MessageKind, type PublicKeys, type Purpose } from '@eenmaal/model';
import type { LocalPartner } from './region.ts';

export type ApiItem = {
  id: Id;
  dossier: Id;
  compartment: Id;
  sender: string;
  kind: MessageKind;
  status: 'waiting' | 'opened' | 'closed' | 'sent';
};
export type ApiContent = {
  item: ApiItem;
  title: string;
  text: string;
  attachments: { id: Id; name: string; bytes: number }[];
};

type Both = { nl: string; en: string };
export type ApiAdvice = {
  explanation: { professional: Both };
  bases: { rule: string; article: string; records: string[]; secondPerson: boolean; professional: Both }[];
};
export type ApiActs = { disclosures: { act: Id; endorsed: boolean; objected: boolean; ended: boolean }[] };

export function partnerApi({ url, token, name }: LocalPartner) {
  const headers = { authorization: `Bearer ${token}` };
  async function ask(method: 'GET' | 'POST', path: string, body?: unknown): Promise<Response> {
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: body === undefined ? headers : { ...headers, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (answer.ok) return answer;
    const { code = 'internal', message = '' } = (await answer.json().catch(() => ({}))) as {
      code?: ErrorCode;
      message?: string;
    };
    throw new EenmaalError(code, `${name}: ${message}`);
  }
  const json = async <T>(method: 'GET' | 'POST', path: string, body?: unknown): Promise<T> =>
    (await (await ask(method, path, body)).json()) as T;
  return {
    openDossier: () => json<{ dossier: Id }>('POST', '/v1/dossiers'),
    attestPerson: (dossier: Id, person: unknown) =>
      json<{ person: Id }>('POST', `/v1/dossiers/${dossier}/persons`, person),
    attestCustody: (dossier: Id, custody: { child: Id; holders: Id[] }) =>
      json('POST', `/v1/dossiers/${dossier}/custody`, custody),
    items: async (dossier: Id, status?: ApiItem['status']): Promise<ApiItem[]> =>
      (
        await json<{ items: ApiItem[] }>(
          'GET',
          `/v1/items?dossier=${dossier}&limit=200${status ? `&status=${status}` : ''}`,
        )
      ).items,
    open: (item: Id, purpose: Purpose) => json<ApiContent>('POST', `/v1/items/${item}/open`, { purpose }),
    /** What was opened before: the ledger decides again. */
    content: (item: Id) => json<ApiContent>('GET', `/v1/items/${item}/content`),
    /** Bytes of an attachment, counted and thrown away. */
    async download(item: Id, attachment: Id): Promise<number> {
      let bytes = 0;
      const { body } = await ask('GET', `/v1/items/${item}/attachments/${attachment}`);
      for await (const piece of body ?? []) bytes += piece.length;
      return bytes;
    },
    send: (message: {
      dossier: Id;
      compartment: Id;
      kind: MessageKind;
      purpose: Purpose;
      title: string;
      text: string;
    }) => json<{ item: Id }>('POST', '/v1/messages', message),
    mayIShare: (question: { compartment: Id; partner: string; purpose: Purpose; rule?: string }) =>
      json<ApiAdvice>('POST', '/v1/may-i-share', question),
    /** Of a written weighing: its salted hash for the ledger; the text stays with the organisation. */
    record: (text: string) => json<{ record: string; salt: string }>('POST', '/v1/records', { text }),
    giveSeat: (dossier: Id, seat: { role: string; from: string; until: string; keys: PublicKeys }) =>
      json<{ seat: string }>('POST', `/v1/dossiers/${dossier}/seats`, seat),
    disclose: (dossier: Id, act: object) => json<{ act: Id }>('POST', `/v1/dossiers/${dossier}/disclosures`, act),
    weigh: (dossier: Id, act: object) => json<{ act: Id }>('POST', `/v1/dossiers/${dossier}/weighings`, act),
    acts: (dossier: Id) => json<ApiActs>('GET', `/v1/dossiers/${dossier}/acts`),
    notices: (dossier: Id) =>
      json<{ notices: { code: string; about: string; text: Both | null }[] }>('GET', `/v1/dossiers/${dossier}/notices`),
  };
}
export type PartnerApi = ReturnType<typeof partnerApi>;
