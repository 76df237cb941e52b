/** For the local starter and the tests; everybody else uses main.ts. */
export {
  evidenceIn,
  evidenceReport,
  replayAll,
  replaySince,
  report,
  startReport,
  type Verified,
  verify,
} from './officer.ts';
