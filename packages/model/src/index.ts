/** Ring 0: the words everything else is said in. No logic beyond checking shapes. */
export * from './acts.ts';
export * from './api.ts';
export * from './envelope.ts';
export * from './errors.ts';
export * from './events.ts';
export * from './evidence.ts';
export * from './ids.ts';
export * from './notices.ts';
export * from './reasons.ts';
export * from './signed-by.ts';
export * from './statements.ts';
