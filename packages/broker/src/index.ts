/** What the broker room offers the others. */

export { type ChannelOptions, type LedgerTransport, openChannel } from './channel.ts';
export { MAX_FRAME } from './channel-frames.ts';
export { type Caller, type ChannelServerOptions, serveChannels } from './channel-server.ts';
export { findNatsServer, type NatsServer } from './find-server.ts';
export type { LedgerStore, Stored } from './ledger-store.ts';
export { type LocalServer, type LocalServerOptions, type ServerPorts, startNatsServer } from './local-server.ts';
export { LocalServerError, type LocalServerErrorCode } from './local-server-error.ts';
export { type Exit, spawnTied, type TiedProcess } from './tied.ts';
