/** The one logger: JSON lines, and nothing that could be content, a key or a token survives redaction, at any level. */
import { type DestinationStream, type Logger, pino } from 'pino';

/** Field names that are never written, wherever they stand (three levels deep). */
const SECRET = [
  'authorization',
  'secret',
  'seed',
  'key',
  'keys',
  'token',
  'text',
  'title',
  'content',
  'body',
  'label',
  'name',
  'author',
];
const paths = SECRET.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]);

/** @param destination for tests; standard error unless told, because standard output belongs to the program */
export function createLogger(
  name: string,
  level: string,
  destination: DestinationStream = pino.destination(2),
): Logger {
  return pino({ base: { service: name }, level, redact: { paths, censor: '[left out]' } }, destination);
}
