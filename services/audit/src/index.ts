/** For the local starter and the tests; everybody else uses main.ts. */
export { evidenceIn, evidenceReport, replayAll, report, type Verified, verify } from './officer.ts';
