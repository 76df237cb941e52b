/** An erasure for whose new keys there is no room on the disk: nothing is acknowledged, nothing served, until there is. */
import { tale } from '@eenmaal/testkit';
import { expect, it } from 'vitest';
import { codeOf, startWithFamily } from '../integration/support.ts';

it('stops the ledger, which says why, and is finished at the next start', async () => {
  const { chain, family } = await startWithFamily();
  try {
    const { mother, dossier, ids } = family;
    const place = await mother.openCompartment(dossier, [ids.mother], 'Gezondheid');
    const told = await mother.send(tale(dossier, place, 'Wordt gewist'));
    const { replace } = chain.vaultKeys;
    const full = () => Promise.reject(Object.assign(new Error('write'), { code: 'ENOSPC' }));
    Object.assign(chain.vaultKeys, { replace: full });
    expect(await codeOf(mother.erase(dossier, [told.envelope], { ground: 'ERAS' }))).toBe('storage-full');
    expect(chain.ledger.fatal).toMatchObject([{ code: 'storage-full' }]);
    Object.assign(chain.vaultKeys, { replace });
    await chain.restartLedger();
    expect(chain.ledger.journal.vault.keyOf(dossier, told.index)).toBeNull();
  } finally {
    await chain.stop();
  }
}, 60_000);
