/**
 * Two readings of one format, written apart: the page and packages/ledger must accept and refuse the same, with the same
 * code, in logs made at random and in everything that can be done to a proof on its way. A failing seed is printed.
 */
import { utf8, verifyBytes } from '@eenmaal/crypto';
import {
  formatProofFile,
  hashLeaf,
  judgeCheckpoint,
  LedgerError,
  makeLeaf,
  meetsQuorum,
  parsePolicy,
  parseProofFile,
  parseVkey,
  verifyConsistency,
  verifyInclusion,
  verifyProofFile,
} from '@eenmaal/ledger';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import {
  bytesOf,
  compareWith,
  log,
  policyText,
  type Receipt,
  receiptOf,
  signedAt,
  signerOf,
  treeWith,
  witnesses,
} from './make.ts';
import { core, refusal } from './page-core.ts';

const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);
const RUNS = { seed, numRuns: process.env.EENMAAL_LONG ? 1000 : 40 };
const counts = { accepted: 0, refused: 0, codes: new Map<string, number>() };
afterAll(() => {
  const codes = [...counts.codes].map(([code, count]) => `${code} ${count}`).join(', ');
  console.info(
    `receipt page and ledger agree: ${counts.accepted} accepted, ${counts.refused} refused, seed ${seed} (${codes})`,
  );
});

/** Runs both readings; they must give the same answer. Returns the code, or 'accepted'. */
function agree(page: () => unknown, ledger: () => unknown): string {
  const ours = refusal(page);
  let theirs: string | undefined;
  try {
    ledger();
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error;
    theirs = error.code;
  }
  expect(ours).toBe(theirs);
  counts[ours === undefined ? 'accepted' : 'refused']++;
  if (ours !== undefined) counts.codes.set(ours, (counts.codes.get(ours) ?? 0) + 1);
  return ours ?? 'accepted';
}

const keys = { log: log.key, witnesses: witnesses.map(({ key }) => key) };
const pageKeys = core.parsePolicy(utf8(policyText(2)));
const agreeOnFile = (file: Uint8Array, leaf: Uint8Array): string =>
  agree(
    () => {
      const { index, proof, checkpoint: note } = core.parseProofFile(file);
      const checkpoint = core.openCheckpoint(note, pageKeys.logs, pageKeys.witnesses);
      core.checkInclusion(core.leafHash(leaf), index, checkpoint.size, checkpoint.root, proof);
    },
    () => verifyProofFile(file, leaf, keys, verifyBytes),
  );

const flipped = (bytes: Uint8Array, bit: number): Uint8Array => {
  const copy = bytes.slice();
  const at = (bit >> 3) % copy.length;
  copy[at] = (copy[at] as number) ^ (1 << (bit & 7));
  return copy;
};

/** A log of some size, a place in it, and who cosigned. */
const sizes = fc.integer({ min: 1, max: 130 }).chain((size) => fc.tuple(fc.constant(size), fc.nat(size - 1)));
const cosigned = fc.array(fc.option(fc.nat(10_000)), { minLength: 3, maxLength: 3 });
const logs = fc.tuple(sizes, cosigned, fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.string());

function proofFile([[size, index], after, salt, event]: [[number, number], (number | null)[], Uint8Array, string]) {
  const leaf = makeLeaf(1 + (index % 9), salt, utf8(event.toWellFormed()));
  const tree = treeWith(leaf, index, size);
  const proof = tree.inclusionProof(index, size);
  return { size, index, leaf, tree, proof, checkpoint: signedAt(tree, size, after) };
}
type Made = ReturnType<typeof proofFile>;
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
/** The lines of a proof file, changed. */
const lines = (made: Made, change: (lines: string[]) => string[]): Uint8Array =>
  utf8(change(text(formatProofFile(made)).split('\n')).join('\n'));

/** What may happen to a proof file; `n` chooses where. */
const CHANGES: Record<string, (made: Made, n: number) => { file: Uint8Array; leaf?: Uint8Array }> = {
  nothing: (made) => ({ file: formatProofFile(made) }),
  'a flipped bit': (made, n) => ({ file: flipped(formatProofFile(made), n) }),
  'a flipped bit in the leaf': (made, n) => ({ file: formatProofFile(made), leaf: flipped(made.leaf, n) }),
  'another salt': (made, n) => ({
    file: formatProofFile(made),
    leaf: makeLeaf(1, new Uint8Array(32).fill(n), utf8('')),
  }),
  'another index': (made, n) => ({ file: formatProofFile({ ...made, index: n % (made.size + 2) }) }),
  'two hashes swapped': (made, n) => {
    const proof = [...made.proof];
    const [i, j] = [n % (proof.length || 1), (n >> 8) % (proof.length || 1)];
    [proof[i], proof[j]] = [proof[j] as Uint8Array, proof[i] as Uint8Array];
    return { file: formatProofFile({ ...made, proof: proof.filter(Boolean) }) };
  },
  'a hash less': (made, n) => ({ file: formatProofFile({ ...made, proof: made.proof.toSpliced(n % 8, 1) }) }),
  'a hash more': (made, n) => ({
    file: formatProofFile({ ...made, proof: [...made.proof, new Uint8Array(32).fill(n)] }),
  }),
  'many hashes': (made, n) => ({
    file: formatProofFile({ ...made, proof: Array(n % 65).fill(made.leaf.slice(0, 32)) }),
  }),
  'cut off': (made, n) => ({ file: formatProofFile(made).slice(0, n % formatProofFile(made).length) }),
  'a line twice': (made, n) => ({
    file: lines(made, (all) => all.toSpliced(n % all.length, 0, all[n % all.length] as string)),
  }),
  'a line less': (made, n) => ({ file: lines(made, (all) => all.toSpliced(n % all.length, 1)) }),
  'two lines swapped': (made, n) => ({
    file: lines(made, (all) => {
      const [i, j] = [n % all.length, (n >> 8) % all.length];
      return all.with(i, all[j] as string).with(j, all[i] as string);
    }),
  }),
  'an extra line': (made, n) => ({ file: formatProofFile({ ...made, extra: new Uint8Array(n % 50) }) }),
  'a wrong number': (made, n) => ({
    file: lines(made, (all) =>
      all.map((line) => line.replace(/^(index )?([0-9]+)$/, `$1${['0', '-', ' ', '+', '1'][n % 5]}$2`)),
    ),
  }),
  'the checkpoint of another size': (made, n) => {
    const size = n % (made.size + 1);
    return { file: formatProofFile({ ...made, checkpoint: signedAt(made.tree, size) }) };
  },
  'a signature by another': (made, n) => {
    const note = text(made.checkpoint).replace(
      /\n\n\u2014 (\S+)/,
      (_, name) => `\n\n\u2014 ${n % 2 ? 'x.example' : `${name}x`}`,
    );
    return { file: formatProofFile({ ...made, checkpoint: utf8(note) }) };
  },
};

describe('proof files of random logs', () => {
  it.each(Object.entries(CHANGES))('%s', (name, change) => {
    const answers = new Set<string>();
    const property = fc.property(logs, fc.nat(), (log, n) => {
      const made = proofFile(log);
      const { file, leaf = made.leaf } = change(made, n);
      answers.add(agreeOnFile(file, leaf));
    });
    fc.assert(property, { seed, numRuns: Math.ceil(RUNS.numRuns / 5) });
    expect(answers.has('accepted') || name !== 'nothing').toBe(true);
    if (name === 'nothing') expect([...answers]).toEqual(['accepted']);
  });
});

describe('proofs in random trees', () => {
  const tree = treeWith(makeLeaf(1, new Uint8Array(32), utf8('x')), 3, 300);
  const hash = fc.uint8Array({ minLength: 31, maxLength: 33 });
  /** What is changed of a proof: nothing, one hash, one left out, one put in. */
  const change = fc.tuple(fc.constantFrom('none', 'set', 'cut', 'add'), fc.nat(10), hash);
  const changed = (proof: Uint8Array[], [what, at, value]: [string, number, Uint8Array]): Uint8Array[] => {
    if (what === 'none') return proof;
    const i = at % (proof.length + 1);
    return proof.toSpliced(i, what === 'add' ? 0 : 1, ...(what === 'cut' ? [] : [value]));
  };

  it('of inclusion', () => {
    const property = fc.property(fc.nat(299), fc.nat(299), fc.nat(3), change, (a, b, off, how) => {
      const [index, size] = [Math.min(a, b), Math.max(a, b) + 1];
      const proof = changed(tree.inclusionProof(index, size), how);
      const claim = { index: index + (off === 0 ? 1 : 0), size: size + (off === 1 ? 1 : 0), root: tree.root(size) };
      const leafHash = tree.leafHash(index);
      agree(
        () => core.checkInclusion(leafHash, claim.index, claim.size, claim.root, proof),
        () => verifyInclusion({ ...claim, leafHash, proof }),
      );
    });
    fc.assert(property, { seed, numRuns: RUNS.numRuns * 4 });
  });

  it('of consistency', () => {
    const property = fc.property(fc.nat(300), fc.nat(300), fc.nat(5), change, (a, b, off, how) => {
      const [from, to] = [Math.min(a, b), Math.max(a, b)];
      const proof = changed(from === 0 || from === to ? [] : tree.consistencyProof(from, to), how);
      const claim = { from: from + (off === 0 ? 1 : 0), to: to + (off === 1 ? 1 : 0) };
      const [fromRoot, toRoot] = [tree.root(from), tree.root(to)];
      agree(
        () => core.checkConsistency(claim.from, fromRoot, claim.to, toRoot, proof),
        () => verifyConsistency({ ...claim, fromRoot, toRoot, proof }),
      );
    });
    fc.assert(property, { seed, numRuns: RUNS.numRuns * 4 });
  });

  it('of sizes no tree in memory has', () => {
    const big = fc.maxSafeNat();
    const proofs = fc.array(fc.uint8Array({ minLength: 32, maxLength: 32 }), { maxLength: 60 });
    const root = hashLeaf(utf8('root'));
    const property = fc.property(big, big, proofs, (a, b, proof) => {
      const [from, to] = [Math.min(a, b), Math.max(a, b)];
      agree(
        () => core.checkInclusion(root, from, to, root, proof),
        () => verifyInclusion({ leafHash: root, index: from, size: to, root, proof }),
      );
      agree(
        () => core.checkConsistency(from, root, to, root, proof),
        () => verifyConsistency({ from, fromRoot: root, to, toRoot: root, proof }),
      );
    });
    fc.assert(property, RUNS);
  });
});

describe('keys and policies', () => {
  it('of vkeys with any character changed', () => {
    const [one] = witnesses.map(({ key }) => `${key.name}+${key.keyId}+BBBB`) as [string];
    const vkeys = fc.constantFrom(
      one,
      policyText(0).split(/[ \n]/)[1] as string,
      policyText(1).split(/[ \n]/)[4] as string,
    );
    const property = fc.property(
      vkeys,
      fc.nat(),
      fc.string({ maxLength: 2, unit: 'binary' }),
      fc.nat(2),
      (vkey, at, put, cut) => {
        const text = vkey.slice(0, at % vkey.length) + put + vkey.slice((at % vkey.length) + cut);
        agree(
          () => core.parseVkey(text),
          () => parseVkey(text),
        );
      },
    );
    fc.assert(property, { seed, numRuns: RUNS.numRuns * 2 });
  });

  it('of policies with lines changed, and of which witnesses are enough', () => {
    const [, a, b, c] = policyText(2).split('\n') as [string, string, string, string];
    const head = policyText(0, []).split('\n')[0] as string;
    const words = [
      'group G any A B',
      'group G all A',
      'group H 2 G C B',
      'group H 1 G C',
      'quorum H',
      'quorum G',
      'quorum A',
    ];
    const odd = [
      '# note',
      '',
      '\t',
      'quorum none',
      'group G 3 A B',
      'witness none x',
      'log',
      'quorum',
      `${a} u v`,
      `${b} https://b`,
    ];
    const line = fc.constantFrom(a, b, c, head, ...words, ...odd);
    const policies = fc
      .array(line, { maxLength: 5 })
      .chain((more) =>
        fc
          .shuffledSubarray(more)
          .map((some) => [head, a, b, c, ...some, ...(some.length % 2 ? ['quorum A'] : [])].join('\n')),
      );
    const property = fc.property(policies, fc.subarray([0, 1, 2]), (policy, who) => {
      const answer = agree(
        () => core.parsePolicy(utf8(policy)),
        () => parsePolicy(utf8(policy)),
      );
      if (answer !== 'accepted') return;
      const [page, ledger] = [core.parsePolicy(utf8(policy)), parsePolicy(utf8(policy))];
      const names = who.map((i) => ledger.witnesses[i]?.name ?? '');
      const enough = core.reachesQuorum(
        page,
        who.map((i) => page.witnesses[i] as never),
      );
      expect(enough).toBe(meetsQuorum(ledger, names));
    });
    fc.assert(property, { seed, numRuns: RUNS.numRuns * 2 });
  });
});

describe('checkpoints judged by a policy', () => {
  it('of random logs, policies and witnesses', () => {
    const policies = fc.tuple(fc.nat(3), fc.shuffledSubarray([0, 1, 2], { minLength: 0 }), fc.boolean());
    const property = fc.property(logs, policies, fc.option(fc.nat()), (log, [least, known, ours], bit) => {
      const { checkpoint } = proofFile(log);
      const note = bit === null ? checkpoint : flipped(checkpoint, bit);
      const some = known.map((i) => witnesses[i] as (typeof witnesses)[number]);
      const by = ours ? undefined : signerOf('ledger.example.nl/consent/1', 1, new Uint8Array(32).fill(5));
      const policy = utf8(policyText(Math.min(least, some.length), some, by));
      let page: unknown;
      let ledger: unknown;
      agree(
        () => {
          const trust = core.parsePolicy(policy);
          const { size, cosignatures } = core.openByPolicy(note, trust);
          const found = cosignatures.map(({ key }) => key);
          page = [size, core.reachesQuorum(trust, found), trust.witnesses.map((key) => found.includes(key))];
        },
        () => {
          const judged = judgeCheckpoint(note, parsePolicy(policy), verifyBytes);
          ledger = [judged.checkpoint.size, judged.trusted, judged.witnesses.map(({ state }) => state === 'counts')];
        },
      );
      expect(page).toEqual(ledger);
    });
    fc.assert(property, RUNS);
  });
});

describe('whole receipts', () => {
  const policy = policyText(2);
  const { receipt, tree } = receiptOf('withdraw', { index: 20, size: 33 });
  // every line counts: two witnesses of the two that are asked for, and none beside the log under the other checkpoint
  const whole: Receipt = { ...receipt, compare: compareWith(tree, 17, 33, []) };

  /** What packages/ledger says of the same file; undefined when it is no receipt at all. */
  function ledgerAccepts(file: Uint8Array): boolean {
    try {
      const { type, salt, event, proof } = JSON.parse(
        new TextDecoder('utf-8', { fatal: true }).decode(file),
      ) as Receipt;
      const leaf = makeLeaf(type, new Uint8Array(Buffer.from(salt, 'base64url')), utf8(event));
      verifyProofFile(utf8(proof), leaf, keys, verifyBytes);
      return judgeCheckpoint(parseProofFile(utf8(proof)).checkpoint, parsePolicy(utf8(policy)), verifyBytes).trusted;
    } catch {
      return false;
    }
  }

  it('are accepted by both when nothing was done to them', () => {
    expect(core.checkReceipt(bytesOf(whole), policy).kind).toBe('withdraw');
    expect(ledgerAccepts(bytesOf(whole))).toBe(true);
  });

  it('are refused with any bit flipped', () => {
    const bytes = bytesOf(whole);
    const all = bytes.length * 8;
    const wanted = process.env.EENMAAL_LONG ? 5000 : 300;
    const step = Math.floor(all / wanted);
    let pageOnly = 0;
    for (let bit = 0; bit < all; bit += step + (bit % 2)) {
      const wrong = flipped(bytes, bit);
      expect(
        refusal(() => core.checkReceipt(wrong, policy)),
        `bit ${bit}`,
      ).toBeDefined();
      if (ledgerAccepts(wrong)) pageOnly++;
    }
    // the ledger's own code looks at neither the key of the signer nor the other checkpoint
    console.info(`flipped bits only the page looks at: ${pageOnly}`);
  });

  it('are accepted by the page only when the ledger accepts them too', () => {
    const values = fc.oneof(fc.string(), fc.integer(), fc.constant(null), fc.constant(undefined));
    const names = fc.constantFrom('format', 'type', 'salt', 'event', 'proof', 'signer', 'compare', 'more');
    const property = fc.property(names, values, fc.nat(20), (name, value, cut) => {
      const known = (whole as Record<string, unknown>)[name];
      const put = typeof known === 'string' && typeof value === 'string' ? known.slice(0, -cut) + value : value;
      const file = utf8(JSON.stringify({ ...whole, [name]: put }));
      const ours = refusal(() => core.checkReceipt(file, policy));
      if (ours === undefined) expect(ledgerAccepts(file)).toBe(true);
    });
    fc.assert(property, RUNS);
  });
});
