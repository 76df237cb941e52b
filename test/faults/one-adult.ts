/** The smallest family: one adult with a dossier and a compartment about herself, attested by the first guest. */
import { newId } from '@eenmaal/client';
import { newIdentity } from '@eenmaal/crypto';
import { systemRandom } from '@eenmaal/host';
import type { LocalRegion } from '@eenmaal/local/region';
import { person } from '@eenmaal/model';

export async function oneAdult(region: LocalRegion, attestorId: string) {
  const { participant: attestor } = await region.joinGuest(attestorId);
  await attestor.sync();
  const [dossier, id, identity] = [newId(systemRandom), newId(systemRandom), newIdentity(systemRandom)];
  const adult = { turns12: null, turns16: null, turns18: null };
  await attestor.state(
    { kind: 'dossier', dossier },
    { kind: 'person', dossier, person: id, keys: identity.public, ...adult },
  );
  const { participant: mother } = await region.joinAs(person(id), identity, region.familiesNkeySeed);
  await mother.sync();
  return { dossier, mother, place: await mother.openCompartment(dossier, [id], 'Gezondheid') };
}
