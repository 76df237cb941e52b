/** What tests and the local starter may use of this service. */
export { type Enrolment, enrol } from './enrol.ts';
export { type PartnerFile, parsePartnerFile, readPartnerFile } from './partner-file.ts';
