/** What tests and the local starter need of the ledger service; everything else talks to it over the broker. */
export type { WitnessOptions } from './beat.ts';
export { Index } from './index-of-entries.ts';
export { type Act, ANSWER_LEASE_MS, Journal } from './journal.ts';
export type { UnsafeSwitches } from './messages.ts';
export { type Published, Publisher, type PublisherOptions, type WitnessFailure } from './publish.ts';
export { type LedgerOptions, type LedgerService, startLedger } from './service.ts';
export { type Replayed, snapshotKeys, writeSnapshot } from './snapshot.ts';
export { TileFiles } from './tiles.ts';
export { Vault, type VaultKeys } from './vault.ts';
