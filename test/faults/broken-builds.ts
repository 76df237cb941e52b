/**
 * Builds that are broken on purpose, each without one check, so that the tests that guard it can be seen to fail. They are
 * made here, by putting something else in the place of a function while a test runs: no program can reach them.
 * Import this before anything of the project.
 */
import type { Commit } from '@eenmaal/ledger';
import { vi } from 'vitest';

/** What a build believes without looking. */
export type Belief =
  /** any bytes as a commit, whatever their digest */
  | 'digest'
  /** that each commit follows the one before it */
  | 'chain'
  /** that what does not open was erased */
  | 'sealing'
  /** that a tile of the log is the one that was written */
  | 'tiles'
  /** that a slot of the vault is the one it lies under, whenever it was sealed */
  | 'binding'
  /** that nothing ever was longer */
  | 'height'
  /** the time of a commit */
  | 'time'
  /** that a body is the one that was sent */
  | 'bodies'
  /** that one tree continues another */
  | 'proofs'
  /** every signature on a checkpoint */
  | 'signatures'
  /** that whoever signed had seen this very history */
  | 'seen'
  /** that whoever said something might */
  | 'statements'
  /** that whatever was erased, somebody decided so */
  | 'erasures'
  /** the same, in the ledger alone */
  | 'decided'
  /** that whatever was read had its basis */
  | 'bases';

const believed = new Set<Belief>();
/** Keys and slots a build that believes the vault tries: all there ever were. */
const vault = { keys: [] as Uint8Array[], slots: [] as string[] };
const believes = (belief: Belief): boolean => believed.has(belief);

export const allOfVault = (keys: readonly Uint8Array[], slots: readonly string[]): void => {
  Object.assign(vault, { keys: keys.map((key) => key.slice()), slots });
};

/** Runs with a build that believes this. */
export async function inBuild<T>(beliefs: readonly Belief[], run: () => Promise<T>): Promise<T> {
  for (const belief of beliefs) believed.add(belief);
  try {
    return await run();
  } finally {
    believed.clear();
  }
}

vi.mock('@eenmaal/ledger', async (original) => {
  const real = await original<typeof import('@eenmaal/ledger')>();
  const { hash256 } = await vi.importActual<typeof import('@eenmaal/crypto')>('@eenmaal/crypto');
  const redigested = (bytes: Uint8Array): Uint8Array => {
    const body = bytes.subarray(0, -32);
    return Uint8Array.from([...body, ...hash256(body)]);
  };
  const yes = (): true => true;
  return {
    ...real,
    decodeCommit: (bytes: Uint8Array): Commit => real.decodeCommit(believes('digest') ? redigested(bytes) : bytes),
    checkChain: (...given: Parameters<typeof real.checkChain>) => {
      if (!believes('chain')) real.checkChain(...given);
    },
    verifyConsistency: (claim: Parameters<typeof real.verifyConsistency>[0]) => {
      if (!believes('proofs')) real.verifyConsistency(claim);
    },
    openCheckpoint: (...[bytes, keys, verify]: Parameters<typeof real.openCheckpoint>) =>
      real.openCheckpoint(bytes, keys, believes('signatures') ? yes : verify),
    openSubmission: (...[request, logs, verify]: Parameters<typeof real.openSubmission>) =>
      real.openSubmission(request, logs, believes('signatures') ? yes : verify),
    judgeCheckpoint: (...[bytes, policy, verify, freshness]: Parameters<typeof real.judgeCheckpoint>) =>
      real.judgeCheckpoint(bytes, policy, believes('signatures') ? yes : verify, freshness),
  };
});

vi.mock('../../packages/ledger/src/tile-nodes.ts', async (original) => {
  type Read = {
    read(width: number, bytes: Uint8Array): unknown;
    verified(bytes: Uint8Array, root: Uint8Array): unknown;
  };
  const { TileNodes } = await original<{ TileNodes: Read }>();
  const { verified } = TileNodes;
  TileNodes.verified = (bytes, root) =>
    believes('tiles') ? TileNodes.read(bytes.length / 32, bytes) : verified(bytes, root);
  return { TileNodes };
});

vi.mock('@eenmaal/crypto', async (original) => {
  const real = await original<typeof import('@eenmaal/crypto')>();
  const anyOf = (sealed: Uint8Array): Uint8Array => {
    for (const key of vault.keys)
      for (const slot of vault.slots) {
        try {
          return real.openWithNonce(key, sealed, real.utf8(`eenmaal/v1/vault/${slot}`));
        } catch {
          // another
        }
      }
    throw new Error('a slot of no vault there ever was');
  };
  return {
    ...real,
    openWithNonce: (key: Uint8Array, sealed: Uint8Array, context: Uint8Array): Uint8Array =>
      believes('binding') && Buffer.from(context).toString('latin1').startsWith('eenmaal/v1/vault/')
        ? anyOf(sealed)
        : real.openWithNonce(key, sealed, context),
  };
});

vi.mock('@eenmaal/envelope', async (original) => {
  const real = await original<typeof import('@eenmaal/envelope')>();
  const nothing = { size: 0, root: '' };
  /** What was signed, but for how far its signer had seen the log. */
  const unseen = <T>(signed: T, name: string): T => (believes('seen') ? { ...signed, [name]: nothing } : signed);
  return {
    ...real,
    verifyEvent: (...given: Parameters<typeof real.verifyEvent>) => {
      const input = real.verifyEvent(...given);
      if (input.kind === 'statement') return { ...input, statement: unseen(input.statement, 'seen') };
      return input.kind === 'message' ? { ...input, header: unseen(input.header, 'ledger') } : input;
    },
    readObject: (typ: 'eenmaal-open+jws', jws: string) => {
      const read = real.readObject(typ, jws);
      return typ === 'eenmaal-open+jws' ? { ...read, payload: unseen(read.payload, 'seen') } : read;
    },
  };
});

vi.mock('@eenmaal/consent', async (original) => {
  const real = await original<typeof import('@eenmaal/consent')>();
  /** Names a decision for every erasure. */
  class Pages extends real.Pages {
    constructor(law: ConstructorParameters<typeof real.Pages>[0]) {
      super(law);
      const { erasures } = this.state;
      const get = erasures.get.bind(erasures);
      if (believes('erasures')) erasures.get = (id) => Object.assign([...(get(id) ?? [])], { includes: () => true });
    }
  }
  return {
    ...real,
    Pages,
    checkStatement: (...given: Parameters<typeof real.checkStatement>) =>
      believes('statements') ? null : real.checkStatement(...given),
    decide: (...given: Parameters<typeof real.decide>) =>
      believes('bases') ? { ...real.decide(...given), outcome: 'permit' } : real.decide(...given),
  };
});

vi.mock('../../services/ledger/src/entries.ts', async (original) => {
  const real = await original<Record<string, (...given: unknown[]) => unknown>>();
  return {
    ...real,
    openEntry: (...given: unknown[]) => {
      try {
        return real.openEntry?.(...given);
      } catch (error) {
        if (believes('sealing')) return null;
        throw error;
      }
    },
    atTime: (...given: unknown[]) => (believes('time') ? given[0] : real.atTime?.(...given)),
    isBodyOf: (...given: unknown[]) => believes('bodies') || real.isBodyOf?.(...given),
  };
});

vi.mock('../../services/ledger/src/erasures.ts', async (original) => {
  const real = await original<Record<string, (...given: unknown[]) => unknown>>();
  return {
    ...real,
    mustBeDecided: (...given: unknown[]) => {
      // where entries may be lost, moved or not open at all, so may be the statement that decided
      const without: Belief[] = ['decided', 'sealing', 'chain'];
      if (!without.some(believes)) real.mustBeDecided?.(...given);
    },
  };
});

vi.mock('../../services/ledger/src/beginning.ts', async (original) => {
  const real = await original<{ beginning(...given: unknown[]): Promise<{ erased: Map<number, unknown> }> }>();
  /** Names an erasure for everything. */
  class Covered extends Map<number, unknown> {
    override get = (index: number): unknown => super.get(index) ?? { by: 0, dossier: '', message: null };
    override has = (): boolean => true;
  }
  return {
    ...real,
    beginning: async (...given: unknown[]) => {
      const begun = await real.beginning(...given);
      return believes('sealing') ? { ...begun, erased: new Covered(begun.erased) } : begun;
    },
  };
});

vi.mock('../../packages/broker/src/height.ts', async (original) => {
  const real = await original<{ heightMark(...given: unknown[]): { read(): Promise<number> } }>();
  return {
    heightMark: (...given: unknown[]) => {
      const mark = real.heightMark(...given);
      return { ...mark, read: async () => (believes('height') ? 0 : mark.read()) };
    },
  };
});
