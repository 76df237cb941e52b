/** Ring 3: what a participant does. `participant.ts` is the file that matters. */
export * from './attachments.ts';
export * from './checkpoints.ts';
export type { Consultation } from './consulting.ts';
export type { Disclosing } from './disclosing.ts';
export type { ErasedPart, Erasing, ErasureProof } from './erasing.ts';
export {
  type EvidenceJudgement,
  evidenceOfEntry,
  judgeEvidence,
  type Proven,
  type SignedClaim,
} from './evidence.ts';
export * from './key-ring.ts';
export * from './mirror.ts';
export * from './participant.ts';
export type { Received, ReceivedPage } from './receiving.ts';
export { ANOTHER_HISTORY, type Difference, type ReplayResult, replay } from './replay.ts';
export * from './replay-on.ts';
export * from './transport.ts';
export * from './trust.ts';
export * from './turns.ts';
export * from './who-read.ts';
