/**
 * The privacy officer: checks the ledger without trusting whoever runs it. `verify` takes the newest checkpoint with proof
 * that it continues the last one seen; `replay` decides everything again. Sees that things happened, never what was told.
 */
import { join } from 'node:path';
import {
  ANOTHER_HISTORY,
  type ContinuedReplay,
  type EvidenceJudgement,
  evidenceOfEntry,
  logKeyOf,
  type Participant,
  type ReplayResult,
  replay,
  replayOn,
  type Transport,
} from '@eenmaal/client';
import { programDigest, SealedRecords, systemRandom } from '@eenmaal/host';
import type { Evidence, Position } from '@eenmaal/model';

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

/** The same, going on where the last replay stopped; it is put away in the officer's folder, sealed with `key`. */
export async function replaySince(
  participant: Participant,
  transport: Transport,
  { dir, key }: { dir: string; key: Uint8Array },
  progress?: (done: number, size: number) => void,
): Promise<ContinuedReplay> {
  const { now: signed } = await verify(participant);
  const keeper = new SealedRecords(join(dir, 'replay.sealed'), key);
  const { region, mirror } = participant;
  const program = await programDigest();
  const options = { transport, signed, region, law: mirror.state.law, keeper, random: systemRandom, program };
  try {
    return await replayOn({ ...options, ...(progress && { progress }) });
  } finally {
    keeper.close();
  }
}

const ANEW = {
  nl: {
    damaged: 'beschadigd of niet van u',
    'other-region': 'van een ander logboek',
    'other-program': 'van een ander programma',
  },
  en: { damaged: 'damaged, or not yours', 'other-region': 'of another log', 'other-program': 'by another program' },
} as const;

/** Where it went on, or why it began anew. */
export function startReport({ from, anew }: ContinuedReplay, language: 'nl' | 'en'): string {
  const nl = language === 'nl';
  if (anew) {
    const why = ANEW[language][anew];
    return nl
      ? `Wat eerder was bewaard is ${why}: opnieuw begonnen bij regel 0.`
      : `What was kept before is ${why}: begun anew at entry 0.`;
  }
  return nl ? `Verder vanaf regel ${from}.` : `Went on from entry ${from}.`;
}

/** The result in sentences. */
export function report({ size, counts, erased, differences }: ReplayResult, language: 'nl' | 'en'): string[] {
  const { statement, message, delivery, opening, refusal } = counts;
  const lines =
    language === 'nl'
      ? [
          `${size} regels opnieuw beoordeeld: ${statement} verklaringen, ${message} berichten, ${delivery} bezorgingen, ${opening} openingen, ${refusal} weigeringen.${erased === 0 ? '' : ` Rechtmatig gewist: ${erased}.`}`,
          differences.length === 0
            ? 'Geen enkel verschil: elke bezorging en elke opening had toen een grond.'
            : `${differences.length === 1 ? '1 verschil' : `${differences.length} verschillen`}. Stop, bewaar dit, en zoek uit wat er is gebeurd:`,
        ]
      : [
          `${size} entries judged again: ${statement} statements, ${message} messages, ${delivery} deliveries, ${opening} openings, ${refusal} refusals.${erased === 0 ? '' : ` Lawfully erased: ${erased}.`}`,
          differences.length === 0
            ? 'No difference at all: every delivery and every opening had a basis then.'
            : `${differences.length === 1 ? '1 difference' : `${differences.length} differences`}. Stop, keep this, and find out what happened:`,
        ];
  return [
    ...lines,
    ...differences.map(({ index, what }) => `  ${language === 'nl' ? 'regel' : 'entry'} ${index}: ${what}`),
  ];
}

/** What the makers of these entries signed of another history, as far as it can be shown to others. */
export async function evidenceIn(
  { checkpoints, region }: Participant,
  transport: Transport,
  { differences }: ReplayResult,
): Promise<Evidence[]> {
  const newest = { signed: checkpoints.signed, size: checkpoints.position.size };
  const found: Evidence[] = [];
  for (const { index, what } of differences) {
    if (what !== ANOTHER_HISTORY) continue;
    const evidence = await evidenceOfEntry(transport, index, newest, logKeyOf(region));
    if (evidence) found.push(evidence);
  }
  return found;
}

const MADE = {
  nl: { envelope: 'een bericht', statement: 'een verklaring', opening: 'een verzoek om te openen' },
  en: { envelope: 'a message', statement: 'a statement', opening: 'a request to open' },
} as const;

/** What an evidence file proves, in sentences, and by whose signature. */
export function evidenceReport(judged: EvidenceJudgement, language: 'nl' | 'en'): string[] {
  const nl = language === 'nl';
  if (!judged.proves)
    return [nl ? `Dit bestand bewijst niets: ${judged.why}.` : `This file proves nothing: ${judged.why}.`];
  const { origin, size, roots, signer } = judged.proven;
  const both = [`  1: ${roots[0]}`, `  2: ${roots[1]}`];
  if (!signer)
    return nl
      ? [
          `Bewezen: het logboek ${origin} tekende twee geschiedenissen.`,
          `Beide wortels zijn van ${size} regels, en onder beide staat de handtekening van het logboek zelf:`,
          ...both,
          'Een eerlijk logboek kan dit niet tekenen. Bewaar dit bestand, en vergelijk wie welke geschiedenis zag.',
        ]
      : [
          `Proven: the log ${origin} signed two histories.`,
          `Both roots are of ${size} entries, and the log's own signature is under both:`,
          ...both,
          'An honest log cannot sign this. Keep this file, and compare who saw which history.',
        ];
  const made = MADE[language][signer.typ];
  return nl
    ? [
        `Bewezen: ${signer.party} en het logboek ${origin} spreken elkaar tegen over ${size} regels. Een van beide sprak niet de waarheid.`,
        `Wortel 1 staat in ${made}, getekend met de sleutel die regel ${signer.index} van het logboek van ${signer.party} noemt. Wortel 2 tekende het logboek:`,
        ...both,
        'Dit bestand zegt niet wie van de twee. Zoek een tweede getekend checkpoint van dezelfde grootte bij wie het bericht maakte.',
      ]
    : [
        `Proven: ${signer.party} and the log ${origin} contradict each other about ${size} entries. One of the two did not tell the truth.`,
        `Root 1 stands in ${made}, signed with the key that entry ${signer.index} of the log says is ${signer.party}'s. Root 2 was signed by the log:`,
        ...both,
        'This file does not say which of the two. Look for a second signed checkpoint of the same size with whoever made it.',
      ];
}
