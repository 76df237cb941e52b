/** For the local starter and the tests; everybody else uses main.ts. */
export { type Service, serveWitness } from './serve.ts';
export type { Settings } from './settings.ts';
