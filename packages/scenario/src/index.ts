/** Ring 3: consent scenarios as files. `format.ts` is the file that matters. */
export * from './fault.ts';
export * from './format.ts';
export * from './play.ts';
export * from './pure.ts';
export * from './read.ts';
export * from './world.ts';
