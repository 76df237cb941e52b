import { EenmaalError } from '@eenmaal/model';
import { describe, expect, it } from 'vitest';
import { createLogger } from './log.ts';

function logged(fields: object): string {
  const lines: string[] = [];
  createLogger('partner org-a', 'trace', { write: (line) => void lines.push(line) }).trace(
    fields,
    'something happened',
  );
  return lines.join('');
}

describe('the log', () => {
  it('keeps of an error its code and where it arose, never its message', () => {
    const error = new EenmaalError('internal', 'place', { cause: new Error('canary in a message') });
    const line = logged({ error });
    expect(line).toContain('"code":"internal","detail":"place"');
    expect(line).toContain('log.test.ts');
    expect(line).not.toContain('canary');
    expect(logged({ err: 'canary' })).not.toContain('canary');
  });

  it('leaves out content by name, should anybody ever log it', () => {
    expect(logged({ title: 'canary', item: { text: 'canary' }, a: { b: { authorization: 'canary' } } })).not.toContain(
      'canary',
    );
  });
});
