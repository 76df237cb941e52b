/** An organisation's file (infra/partners/<id>.yaml): all this program knows of the organisation it runs for. */
import { readFile } from 'node:fs/promises';
import { EenmaalError, OrganisationId, Purpose, RoleId } from '@eenmaal/model';
import { isMap, LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';

const Line = z.string().min(1).max(200);

export const PartnerFile = z.strictObject({
  /** Never changes: it is in the ledger. */
  id: OrganisationId,
  /** As families see it. */
  name: z.string().min(1).max(100),
  task: Line,
  taskEn: Line,
  /** May open dossiers and say who somebody is and who has custody. */
  attests: z.boolean(),
  /** Its tasks in the chain, as the law files name them (packages/consent/law/roles.yaml). */
  roles: z.array(RoleId).min(1).max(8),
  /** What it may ask consent for. */
  purposes: z.array(Purpose).min(1),
  /** Of its HTTP API. */
  port: z.number().int().min(1).max(65_535),
  /** Who writes, unless a message says otherwise; travels inside the sealed content only. */
  professional: z.strictObject({
    name: z.string().min(1).max(100),
    role: z.string().min(1).max(100),
    register: z.string().min(1).max(50),
  }),
});
export type PartnerFile = z.infer<typeof PartnerFile>;

/** @throws `partner-file-invalid` naming file, line and key; never a value */
export async function readPartnerFile(path: string): Promise<PartnerFile> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new EenmaalError('partner-file-invalid', `${path} cannot be read`, { cause });
  }
  return parsePartnerFile(text, path);
}

/** The same for text that was read already; `name` is only for the message. */
export function parsePartnerFile(text: string, name: string): PartnerFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  const [problem] = document.errors;
  if (problem)
    throw new EenmaalError(
      'partner-file-invalid',
      `${name} line ${lines.linePos(problem.pos[0]).line}: ${problem.code}`,
    );
  const result = PartnerFile.safeParse(toValue(document, name));
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const path = issue && 'keys' in issue ? [...issue.path, issue.keys[0] ?? ''] : (issue?.path ?? []);
  const line = lineOf(document.contents, path, lines);
  const where = line === undefined ? name : `${name} line ${line}`;
  throw new EenmaalError('partner-file-invalid', `${where}: ${path.map(String).join('.') || 'file'}: ${issue?.code}`);
}

/** Without aliases, which could make a small file a huge value; nobody needs them in ten lines. */
function toValue(document: { toJS(options: { maxAliasCount: number }): unknown }, name: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 0 });
  } catch (cause) {
    throw new EenmaalError('partner-file-invalid', `${name}: aliases are not allowed`, { cause });
  }
}

/** Line of the innermost key on the way to `path` that the file has. */
function lineOf(node: unknown, path: readonly PropertyKey[], lines: LineCounter): number | undefined {
  let found: number | undefined;
  let here: unknown = node;
  for (const key of path) {
    const pair = isMap(here) ? here.items.find((item) => keyText(item.key) === String(key)) : undefined;
    const range = (pair?.key as { range?: readonly number[] } | undefined)?.range;
    if (!pair || range?.[0] === undefined) return found;
    found = lines.linePos(range[0]).line;
    here = pair.value;
  }
  return found;
}

const keyText = (key: unknown): string =>
  typeof key === 'object' && key !== null && 'value' in key ? String(key.value) : String(key);
