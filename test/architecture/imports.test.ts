/**
 * Who may look at whom. Imports point only to lower rings, in the manifests and in the files; services, being of one
 * ring, never see each other. Each rule is a function that is first tried on something wrong.
 */
import { join } from 'node:path/posix';
import { describe, expect, it } from 'vitest';
import { importsOf, isTest, packageOf, type Room, readRooms } from './sources.ts';

/** The ring table. A room that is not in it does not exist. Programs' common needs (host) and the
 * test kit build on the rest of ring 3; only tests use the latter. */
const RINGS: Record<string, number> = {
  'packages/model': 0,
  'packages/consent': 1,
  'packages/crypto': 1,
  'packages/envelope': 2,
  'packages/ledger': 2,
  'packages/broker': 3,
  'packages/client': 3,
  'packages/scenario': 3,
  'packages/ui': 3,
  'packages/host': 3.4,
  'packages/testkit': 3.5,
  'services/audit': 4,
  'services/family': 4,
  'services/ledger': 4,
  'services/partner': 4,
  'services/witness': 4,
  'infra/local': 5,
  test: 6,
};

/** Packages from outside that one room wraps for all others. */
const OWNERS: [outside: RegExp, room: string][] = [
  [/^(libsodium|jose$)/, 'packages/crypto'],
  [/^@nats-io\//, 'packages/broker'],
];

const ringOf = (dir: string) => RINGS[dir] ?? Number.NaN;

/** Why this room may not use that package; undefined when it may. */
function refusal(room: Room, used: string, rooms: Room[], inTest: boolean): string | undefined {
  const target = rooms.find(({ name }) => name === used);
  if (target === undefined) {
    if (used.startsWith('@eenmaal/')) return 'does not exist';
    const owner = OWNERS.find(([outside]) => outside.test(used))?.[1];
    const free = owner === undefined || owner === room.dir || room.dir === 'test';
    return free ? undefined : `is for ${owner} only`;
  }
  if (target.dir === room.dir) return 'is the room itself';
  if (target.dir === 'packages/testkit') return inTest || room.dir === 'test' ? undefined : 'is for tests only';
  return ringOf(target.dir) < ringOf(room.dir) ? undefined : `is not in a lower ring than ${room.dir}`;
}

function wrongManifests(rooms: Room[]): string[] {
  return rooms.flatMap((room) => [
    ...(Number.isNaN(ringOf(room.dir)) ? [`${room.dir} is not in the ring table`] : []),
    ...(room.files.length === 0 ? [`${room.dir} has no source files`] : []),
    ...room.dependencies.flatMap((used) => {
      const why = refusal(room, used, rooms, false);
      return why === undefined ? [] : [`${room.dir}/package.json: ${used} ${why}`];
    }),
  ]);
}

function wrongImports(rooms: Room[]): string[] {
  return rooms.flatMap((room) =>
    room.files.flatMap(({ path, text }) =>
      importsOf(text).flatMap((specifier) => {
        const used = packageOf(specifier);
        const why =
          used === undefined
            ? escapes(room.dir, path, specifier)
            : (refusal(room, used, rooms, isTest(path)) ?? undeclared(room, used, isTest(path)));
        return why === undefined ? [] : [`${path}: ${specifier} ${why}`];
      }),
    ),
  );
}

function escapes(dir: string, path: string, specifier: string): string | undefined {
  return join(path, '..', specifier).startsWith(`${dir}/`) ? undefined : 'leads out of the room';
}

/** Only of our own rooms; the linter checks packages from outside. */
function undeclared(room: Room, used: string, inTest: boolean): string | undefined {
  const fine = inTest || !used.startsWith('@eenmaal/') || room.dependencies.includes(used);
  return fine ? undefined : 'is not in its package.json';
}

describe('the rules themselves', () => {
  const room = (dir: string, dependencies: string[], ...texts: string[]): Room => {
    const name = `@eenmaal/${dir.replace('services/', 'service-').split('/').at(-1)}`;
    return { dir, name, dependencies, files: texts.map((text, index) => ({ path: `${dir}/src/${index}.ts`, text })) };
  };
  const model = room('packages/model', [], 'export const one = 1;');
  const audit = room('services/audit', [], '');

  it('finds every form of import', () => {
    const text = `import a from 'a';\nimport {\n  type B,\n  c,\n} from '@x/b/c';\nexport * from "./d.ts";
      import 'e';\nconst f = await import('f');\nimport type { G } from 'g';\nconst text = "no from 'h'";`;
    expect(importsOf(text).toSorted()).toEqual(['./d.ts', '@x/b/c', 'a', 'e', 'f', 'g']);
    expect(['@x/b/c', 'a/b', './d.ts', 'node:fs/promises'].map(packageOf)).toEqual(['@x/b', 'a', undefined, 'node:fs']);
  });

  it.each([
    ['a higher ring', [room('packages/model', ['@eenmaal/consent'], 'x'), room('packages/consent', [], 'x')]],
    ['the same ring', [room('packages/ledger', ['@eenmaal/envelope'], 'x'), room('packages/envelope', [], 'x')]],
    ['another service', [room('services/family', ['@eenmaal/service-audit'], 'x'), audit]],
    ['the test kit', [room('services/family', ['@eenmaal/testkit'], 'x'), room('packages/testkit', [], 'x')]],
    ['what another room wraps', [room('packages/client', ['jose'], 'x')]],
    ['a room that does not exist', [room('packages/client', ['@eenmaal/absent'], 'x')]],
    ['an unknown room', [room('packages/extra', [], 'x')]],
    ['no files', [room('packages/model', [])]],
  ])('refuse in a manifest: %s', (_, rooms) => expect(wrongManifests(rooms)).toHaveLength(1));

  it.each([
    ['a higher ring', [room('packages/model', [], "import '@eenmaal/consent';"), room('packages/consent', [], '')]],
    ['an undeclared room', [room('packages/consent', [], "import '@eenmaal/model';"), model]],
    ['another service', [room('services/family', [], "import '@eenmaal/service-audit';"), audit]],
    ['what another room wraps', [room('packages/envelope', [], "import sodium from 'libsodium-wrappers';")]],
    ['a way out', [room('packages/consent', [], "import { x } from '../../model/src/ids.ts';")]],
    ['the broker client', [room('services/ledger', ['x'], "import { connect } from '@nats-io/transport-node';")]],
  ])('refuse in a file: %s', (_, rooms) => expect(wrongImports(rooms)).toHaveLength(1));

  it('allow what is right', () => {
    const rooms = [
      model,
      room('packages/crypto', ['@eenmaal/model', 'jose'], "import '@eenmaal/model';\nimport 'jose';"),
    ];
    expect([...wrongManifests(rooms), ...wrongImports(rooms)]).toEqual([]);
  });
});

describe('the workspace', () => {
  const rooms = readRooms();

  it('has every room of rings 0 to 4 but the browser kit, which may come later', () => {
    const expected = Object.keys(RINGS).filter((dir) => dir !== 'packages/ui');
    expect(rooms.map(({ dir }) => dir)).toEqual(expect.arrayContaining(expected));
  });

  it('declares only dependencies on lower rings', () => expect(wrongManifests(rooms)).toEqual([]));

  it('imports only from lower rings', () => expect(wrongImports(rooms)).toEqual([]));
});
