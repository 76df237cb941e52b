/** What can go wrong with a nats-server on this machine, as codes others can react to. */

export type LocalServerErrorCode = 'nats-server-not-found' | 'nats-server-failed' | 'port-taken';

export class LocalServerError extends Error {
  readonly code: LocalServerErrorCode;

  constructor(code: LocalServerErrorCode, message: string) {
    super(message);
    this.name = 'LocalServerError';
    this.code = code;
  }
}
