/** An erasure killed where it matters most; erasure-crash.long.test.ts kills it at every step. */
import { erasureCrashes } from './erasure-crash.ts';

erasureCrashes(['erasure appended', 'two vault keys in a file beside their place', 'half of the slots sealed again']);
