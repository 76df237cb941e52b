/** Ring 3: what every program needs of the machine it runs on. Not for browsers. */
export * from './files.ts';
export * from './http.ts';
export * from './keystore.ts';
export * from './law.ts';
export * from './log.ts';
export * from './native-signer.ts';
export * from './participant.ts';
export * from './sealed-records.ts';
export * from './seat.ts';
export * from './settings.ts';
export * from './split-view.ts';
export * from './trust.ts';
export * from './vault-key.ts';
