import { STEPS } from './erasing-ledger.ts';
import { erasureCrashes } from './erasure-crash.ts';

erasureCrashes(STEPS);
