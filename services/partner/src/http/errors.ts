/** From a refusal to an HTTP answer: one table, one shape. */

import type { Log } from '@eenmaal/host';
import { EenmaalError, ERRORS, type ErrorCode } from '@eenmaal/model';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { z } from 'zod';

/** What a refusal's code becomes; what is not named follows from the ledger's state: 409. */
const STATUS: Partial<Record<ErrorCode, number>> = {
  malformed: 400,
  'unknown-suite': 400,
  'wrong-dossier': 400,
  'attachment-missing': 400,
  unauthorised: 401,
  'no-basis': 403,
  'no-authority': 403,
  'unknown-dossier': 404,
  'unknown-compartment': 404,
  'unknown-envelope': 404,
  erased: 410,
  'too-large': 413,
  'identifier-in-consult': 422,
  'must-be-told': 422,
  'not-readable': 422,
  'secret-mismatch': 422,
  'signature-invalid': 422,
  'rate-limited': 429,
  internal: 500,
  'attachment-damaged': 502,
  'ledger-damaged': 502,
  'second-writer': 503,
  'ledger-unreachable': 503,
  'channel-unknown': 503,
  'split-view': 503,
  'quorum-stale': 503,
  'key-unregistered': 503,
  'key-retired': 503,
  'storage-full': 507,
};

/** `detail`: which part of the input is wrong; never content, and never who refused. */
export const ErrorShape = z.object({ code: z.string(), message: z.string(), detail: z.string().optional() });

/** Codes whose detail is about the caller's own input, or names the law. */
const TELLS: readonly ErrorCode[] = [
  'malformed',
  'too-large',
  'attachment-missing',
  'identifier-in-consult',
  'erased',
  'retention',
];

export function errorHandler(log: Log) {
  return (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const known = toEenmaalError(error);
    const status = STATUS[known.code] ?? 409;
    const { method, routeOptions } = request;
    if (status >= 500) log.warn({ method, route: routeOptions.url, error }, 'refused');
    if (status === 401) void reply.header('www-authenticate', 'Bearer');
    const detail = TELLS.includes(known.code) && known.detail ? { detail: known.detail } : {};
    return reply.code(status).send({ code: known.code, message: ERRORS[known.code], ...detail });
  };
}

/** What Fastify refuses by itself gets our codes too. */
function toEenmaalError(error: unknown): EenmaalError {
  if (error instanceof EenmaalError) return error;
  if (hasZodFastifySchemaValidationErrors(error)) return new EenmaalError('malformed', whereWrong(error.validation));
  const { statusCode, code } = error as Partial<FastifyError>;
  if (statusCode === 413) return new EenmaalError('too-large', 'body');
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500)
    return new EenmaalError('malformed', typeof code === 'string' ? code : 'request');
  return new EenmaalError('internal', undefined, { cause: error });
}

type Issue = { instancePath?: string; keyword?: string; params?: { keys?: readonly string[] } };

/** Names the place and, of unknown keys, the key; never a value. */
function whereWrong([issue]: readonly Issue[]): string {
  const keys = issue?.params?.keys;
  const place = issue?.instancePath?.split('/').filter(Boolean).join('.') || 'input';
  return `${place}: ${issue?.keyword ?? 'invalid'}${keys ? ` ${keys.join(', ')}` : ''}`;
}
