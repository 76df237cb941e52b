/** What the broker room offers the others. */

export { type ChannelOptions, type LedgerTransport, openChannel } from './channel.ts';
export { MAX_FRAME } from './channel-frames.ts';
export { type Caller, type ChannelServerOptions, serveChannels } from './channel-server.ts';
export { connect } from './connect.ts';
export { findNatsServer, type NatsServer } from './find-server.ts';
export type { LedgerStore, Stored, VaultFence } from './ledger-store.ts';
export { type LocalServer, type LocalServerOptions, type ServerPorts, startNatsServer } from './local-server.ts';
export { LocalServerError, type LocalServerErrorCode } from './local-server-error.ts';
export { type Nkey, newNkey, nkeySigner } from './nkey.ts';
export {
  answerAlive,
  isServed,
  type ParticipantLink,
  participantLink,
  type RequestServer,
  serveRequests,
  wake,
} from './participant.ts';
export { serverConfig } from './server-config.ts';
export { openStreams } from './streams.ts';
export { accountOf, LEDGER_USER } from './subjects.ts';
export { type Exit, spawnTied, type TiedProcess } from './tied.ts';
