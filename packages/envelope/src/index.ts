/** Ring 2: THE FORMAT of what travels and of the keys that open it. FORMAT.md describes every byte. */
export * from './attachment.ts';
export * from './chain.ts';
export * from './consult.ts';
export * from './message.ts';
export * from './padding.ts';
export * from './signed.ts';
export * from './verified.ts';
export * from './wrap.ts';
