/** Reads a machine's apt sources, in both forms they are written in, to learn which mirror it uses. */

export interface AptSource {
  uri: string;
  suite: string;
  components: string[];
  /** Path of the keyring its signatures are checked with, where the source names one. */
  signedBy?: string;
}

/** The one-line form: `deb [signed-by=/usr/share/keyrings/x.gpg] http://mirror/debian trixie main`. */
export function parseOneLine(text: string): AptSource[] {
  return text.split('\n').flatMap((line) => {
    const parts = /^\s*deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)((?:\s+[^#\s]\S*)*)/.exec(line);
    if (!parts) return [];
    const [, options = '', uri = '', suite = '', components = ''] = parts;
    return [source(uri, suite, words(components), /(?:^|\s)signed-by=(\S+)/i.exec(options)?.[1])];
  });
}

/** The deb822 form: stanzas of `URIs:`, `Suites:`, `Components:` and `Signed-By:`, apart by empty lines. */
export function parseDeb822(text: string): AptSource[] {
  const readable = text.replaceAll(/^#.*\n?/gm, '').replaceAll(/\n[ \t]+/g, ' ');
  return readable.split(/\n\s*\n/).flatMap((stanza) => {
    const field = (name: string) => new RegExp(`^${name}:(.*)$`, 'im').exec(stanza)?.[1]?.trim() ?? '';
    if (!words(field('Types')).includes('deb') || /^(no|false|0|off)$/i.test(field('Enabled'))) return [];
    const keyring = field('Signed-By');
    return words(field('URIs')).flatMap((uri) =>
      words(field('Suites')).map((suite) => source(uri, suite, words(field('Components')), keyring)),
    );
  });
}

/** The source a Debian machine takes its own packages from: that of its release, not of an added repository. */
export function chooseMirror(sources: AptSource[], codename: string): AptSource | undefined {
  const own = new Set([codename, 'oldstable', 'stable', 'testing', 'unstable', 'sid']);
  return sources.find(({ suite, components }) => own.has(suite) && components.includes('main'));
}

function source(uri: string, suite: string, components: string[], signedBy?: string): AptSource {
  // A key may also stand there in full; only a path can be handed on.
  return { uri, suite, components, ...(signedBy?.startsWith('/') && { signedBy: words(signedBy)[0] as string }) };
}

function words(text: string): string[] {
  return text.split(/[\s,]+/).filter(Boolean);
}
