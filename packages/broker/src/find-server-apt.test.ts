import { describe, expect, it } from 'vitest';
import { chooseMirror, parseDeb822, parseOneLine } from './find-server-apt.ts';

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

describe('apt sources in the one-line form', () => {
  it('reads plain lines and lines with options', () => {
    const text = `
      # deb http://mirror.example/old bookworm main
      deb http://mirror.example/debian bookworm main contrib # our own
      deb [arch=amd64 signed-by=${KEYRING}] https://other.example/debian/ bookworm-updates main
      deb-src http://mirror.example/debian bookworm main
      deb http://flat.example/repo ./
    `;
    expect(parseOneLine(text)).toEqual([
      { uri: 'http://mirror.example/debian', suite: 'bookworm', components: ['main', 'contrib'] },
      { uri: 'https://other.example/debian/', suite: 'bookworm-updates', components: ['main'], signedBy: KEYRING },
      { uri: 'http://flat.example/repo', suite: './', components: [] },
    ]);
  });

  it('reads nothing from nothing', () => expect(parseOneLine('')).toEqual([]));
});

describe('apt sources in the deb822 form', () => {
  it('reads stanzas, with comments in them and values over several lines', () => {
    const text = `Types: deb
# http://snapshot.example/20250520
URIs: http://mirror.example/debian
Suites: trixie
 trixie-updates
Components: main
Signed-By: ${KEYRING}

Types: deb-src
URIs: http://mirror.example/debian
Suites: trixie
Components: main

Enabled: no
Types: deb
URIs: http://off.example/debian
Suites: trixie
Components: main
`;
    const common = { uri: 'http://mirror.example/debian', components: ['main'], signedBy: KEYRING };
    expect(parseDeb822(text)).toEqual([
      { ...common, suite: 'trixie' },
      { ...common, suite: 'trixie-updates' },
    ]);
  });

  it('leaves out a key that stands there in full', () => {
    const text =
      'Types: deb\nURIs: http://m.example\nSuites: sid\nComponents: main\nSigned-By:\n -----BEGIN PGP-----\n .\n abc\n';
    expect(parseDeb822(text)).toEqual([{ uri: 'http://m.example', suite: 'sid', components: ['main'] }]);
  });
});

describe('the mirror', () => {
  const source = (uri: string, suite: string, components = ['main']) => ({ uri, suite, components });

  it("is that of the machine's own release, not of an added repository", () => {
    const own = source('http://mirror.example/debian', 'bookworm');
    const sources = [source('http://vendor.example', 'nodistro'), source('http://s.example', 'bookworm-security'), own];
    expect(chooseMirror(sources, 'bookworm')).toBe(own);
  });

  it('may be named by its role', () => {
    const own = source('http://mirror.example/debian', 'stable');
    expect(chooseMirror([own], 'bookworm')).toBe(own);
  });

  it('is unknown where no source serves the release', () => {
    expect(chooseMirror([source('http://vendor.example', 'nodistro')], 'bookworm')).toBeUndefined();
    expect(chooseMirror([source('http://m.example', 'bookworm', ['contrib'])], 'bookworm')).toBeUndefined();
  });
});
