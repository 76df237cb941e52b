/** Ring 1: the consent rule. `decide.ts` is the file that matters. */
export * from './accept.ts';
export * from './accept-acts.ts';
export { RETENTION_RULE } from './accept-erase.ts';
export * from './authority.ts';
export * from './civil-time.ts';
export * from './clocks.ts';
export * from './consents.ts';
export * from './decide.ts';
export * from './directory.ts';
export * from './explain.ts';
export * from './fold.ts';
export { isSameSide } from './knowledge.ts';
export * from './law.ts';
export * from './notices.ts';
export { Numbers } from './numbers.ts';
export * from './paged-state.ts';
export {
  countsIn,
  dropParts,
  MAIN,
  namesIn,
  type Part,
  PER_DOSSIER,
  pack,
  partsOf,
  putPart,
  slotOfStatement,
} from './parts.ts';
export * from './prohibitions.ts';
export * from './readers.ts';
export { Remembered } from './remembered.ts';
export * from './state.ts';
export * from './unnamed.ts';
export * from './visible.ts';
