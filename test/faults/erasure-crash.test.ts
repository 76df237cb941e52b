/** An erasure killed where it matters most; erasure-crash.long.test.ts kills it at every step. */
import { erasureCrashes } from './erasure-crash.ts';

erasureCrashes(['erasure appended', 'half of the slots sealed again']);
