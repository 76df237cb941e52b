/** Ring 1: the only room that imports libsodium-wrappers and jose. Published constructions only. */
export * from './bytes.ts';
export * from './hash.ts';
export * from './identity.ts';
export * from './jwk.ts';
export * from './seal.ts';
export * from './sign.ts';
