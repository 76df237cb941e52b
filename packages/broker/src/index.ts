/** What the broker room offers the others. */
export { findNatsServer, type NatsServer } from './find-server.ts';
export { type LocalServer, type LocalServerOptions, type ServerPorts, startNatsServer } from './local-server.ts';
export { LocalServerError, type LocalServerErrorCode } from './local-server-error.ts';
export { type Exit, spawnTied, type TiedProcess } from './tied.ts';
