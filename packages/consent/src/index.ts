/** Ring 1: the consent rule. `decide.ts` is the file that matters. */
export * from './accept.ts';
export * from './decide.ts';
export * from './fold.ts';
export * from './law.ts';
export * from './readers.ts';
export * from './state.ts';
export * from './visible.ts';
