/** What tests and the local starter may use of this service. */
export { type Enrolment, enrol } from './enrol.ts';
export { Partner } from './partner.ts';
export { type PartnerFile, parsePartnerFile, readPartnerFile } from './partner-file.ts';
export { type Service, serve } from './serve.ts';
export { hashOfToken, type Settings } from './settings.ts';
