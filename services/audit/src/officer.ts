/**
 * The privacy officer: checks the ledger without trusting whoever runs it. `verify` takes the newest checkpoint with proof
 * that it continues the last one seen; `replay` decides everything again. Sees that things happened, never what was told.
 */
import { type Participant, type ReplayResult, replay, type Transport } from '@eenmaal/client';
import type { Position } from '@eenmaal/model';

export type Verified = { before: Position; now: Position; checkpoint: string };

/** @throws `split-view` when the ledger does not continue what this officer saw before */
export async function verify(participant: Participant): Promise<Verified> {
  const before = participant.checkpoints.position;
  const now = await participant.checkpoints.advance();
  return { before, now, checkpoint: participant.checkpoints.signed };
}

/** Replays the log up to the newest checkpoint. @throws `split-view` when the log has not the signed root */
export async function replayAll(
  participant: Participant,
  transport: Transport,
  progress?: (done: number, size: number) => void,
): Promise<ReplayResult> {
  const { now } = await verify(participant);
  return replay(transport, now, participant.region, participant.mirror.state.law, progress);
}

/** The result in sentences. */
export function report({ size, counts, differences }: ReplayResult, language: 'nl' | 'en'): string[] {
  const { statement, message, delivery, opening, refusal } = counts;
  const lines =
    language === 'nl'
      ? [
          `${size} regels opnieuw beoordeeld: ${statement} verklaringen, ${message} berichten, ${delivery} bezorgingen, ${opening} openingen, ${refusal} weigeringen.`,
          differences.length === 0
            ? 'Geen enkel verschil: elke bezorging en elke opening had toen een grond.'
            : `${differences.length} verschillen. Stop, bewaar dit, en zoek uit wat er is gebeurd:`,
        ]
      : [
          `${size} entries judged again: ${statement} statements, ${message} messages, ${delivery} deliveries, ${opening} openings, ${refusal} refusals.`,
          differences.length === 0
            ? 'No difference at all: every delivery and every opening had a basis then.'
            : `${differences.length} differences. Stop, keep this, and find out what happened:`,
        ];
  return [
    ...lines,
    ...differences.map(({ index, what }) => `  ${language === 'nl' ? 'regel' : 'entry'} ${index}: ${what}`),
  ];
}
