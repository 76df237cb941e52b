/** Ring 3, tests only: a real region in one call, a family in it, seeded randomness, a clock that can be moved. */
export * from './chain.ts';
export * from './family.ts';
export * from './random.ts';
