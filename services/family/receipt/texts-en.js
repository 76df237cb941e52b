/** Every sentence the page makes in English. The same names stand in texts-nl.js. */

/** A name without its kind; long codes keep their beginning, so that two can be told apart. */
function whoEnglish(party) {
  const [kind, name = '', code = ''] = party.split('/');
  if (kind === 'person') return `a family member (code ${name.slice(0, 6)})`;
  if (kind === 'partner') return `organisation ${name}`;
  if (kind === 'seat') return `a professional of organisation ${name} (code ${code.slice(0, 6)})`;
  if (kind === 'officer') return `privacy officer ${name}`;
  return party === 'steward' ? 'the region’s steward' : `somebody (${party})`;
}
const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
const counted = (count) => (count === 1 ? '1 message' : `${count} messages`);

const readBeforeEnglish = 'That nobody read before that time. What was read stays read.';
const otherCopiesEnglish = 'That there is no copy left anywhere else.';
const contentTrueEnglish = 'That the content of the message is true.';

const KINDS_EN = {
  grant: {
    name: 'This consent',
    says: (act, day) => [
      `${capital(whoEnglish(act.by))} says yes to organisation ${act.partner}.`,
      `What for: ${act.purposes.join(', ')}.`,
      `The consent runs from ${day(act.from)} to ${day(act.until)}.`,
      act.history ? 'Also for what was told before.' : 'Not for what was told before.',
    ],
    open: ['That this consent still holds. It may have been withdrawn later.', 'That anybody read anything after it.'],
  },
  withdraw: {
    name: 'This withdrawal',
    says: (act) => [`${capital(whoEnglish(act.by))} ends the consent for organisation ${act.partner}.`],
    open: [readBeforeEnglish, 'That the organisation throws away what it had read.'],
  },
  refuse: {
    name: 'This refusal',
    says: (act) => [`${capital(whoEnglish(act.by))} says no to organisation ${act.partner}.`],
    open: [readBeforeEnglish, 'That the law does not allow reading all the same.'],
  },
  disclose: {
    name: 'This sharing without consent',
    says: (act) => [
      `${capital(whoEnglish(act.by))} shares ${counted(act.items.length)} with ${whoEnglish(act.to)}.`,
      `What for: ${act.purpose}. Rule in the law: ${act.rule}.`,
    ],
    open: [
      'That the sharing was allowed. A court can judge that.',
      contentTrueEnglish,
      'That nothing more was shared.',
    ],
  },
  erase: {
    name: 'This order to erase',
    says: (act) => [
      `${capital(whoEnglish(act.by))} has ${act.whole ? 'the whole dossier' : counted(act.items.length)} erased.`,
      `Reason: rule ${act.ground}.`,
    ],
    open: [
      'That the erasing was done. That stands at another place in the ledger.',
      otherCopiesEnglish,
      readBeforeEnglish,
    ],
  },
  erasure: {
    name: 'This erasure',
    says: (act) => [
      `The key of one message is destroyed. It stood at place ${act.message.index}.`,
      `Reason: rule ${act.ground}.`,
    ],
    open: [otherCopiesEnglish, readBeforeEnglish, 'That the erasing was allowed.'],
  },
  'dossier-erasure': {
    name: 'This erasure of a dossier',
    says: (act) => [`The keys of ${act.entries.length} places are destroyed.`, `Reason: rule ${act.ground}.`],
    open: [otherCopiesEnglish, readBeforeEnglish, 'That the erasing was allowed.'],
  },
  opening: {
    name: 'This opening of a message',
    says: (act) => [`${capital(whoEnglish(act.reader))} got the key of one message.`, `What for: ${act.purpose}.`],
    open: ['That a human being really read the message.', contentTrueEnglish, 'That nobody else read it.'],
  },
  delivery: {
    name: 'This delivery',
    says: (act) => [`${capital(whoEnglish(act.reader))} got one message, still closed.`],
    open: ['That the message was opened or read.', contentTrueEnglish],
  },
  refusal: {
    name: 'This stopped request',
    says: (act) => [
      `${capital(whoEnglish(act.party))} wanted to ${act.act === 'open' ? 'open' : 'send'} a message.`,
      'The ledger stopped that.',
    ],
    open: ['That it did not succeed later.', 'That nobody heard of it in another way.'],
  },
  message: {
    name: 'This message',
    says: (act) => [`${capital(whoEnglish(act.sender))} sent a message. What for: ${act.purpose}.`],
    open: [contentTrueEnglish, 'What the message says. This receipt does not show it.', 'That anybody read it.'],
  },
  statement: {
    name: 'This statement',
    says: (act) => [`${capital(whoEnglish(act.by))} had something recorded. Kind: ${act.kind}.`],
    open: ['That the statement is true.', 'That it still holds.'],
  },
  writer: {
    name: 'This start of the ledger',
    says: () => ['A program began to write in the ledger.'],
    open: ['That this program did everything right.'],
  },
};

const DAMAGED_EN = 'This file is no receipt, or it is damaged. Ask for the file again.';
const TRUST_EN = 'The keys are not right. See whether you pasted all of them. Otherwise ask for them again.';
const OTHER_LOG_EN = 'This receipt is not signed by the ledger you trust. See whether you have the right keys.';
const NOT_THERE_EN =
  'This event does not stand at this place in the ledger. Somebody changed something, or the file is damaged.';
const STRANGE_EN = 'What stands here is no event as the ledger makes them. Do not trust this file.';
const SIGNER_EN = 'The signature under this event is wrong. Do not trust this file.';

export const EN = {
  locale: 'en-GB',
  title: 'Check a receipt',
  kinds: KINDS_EN,
  verdict: { proved: 'Proved', alone: 'Proved, but without witnesses', refused: 'Not proved' },
  headline: (name, at, index) => `${name} has stood at place ${index} in the ledger since ${at}.`,
  confirmed: (count, all) => `${count} of ${all} ${all === 1 ? 'witness has' : 'witnesses have'} confirmed that.`,
  alone: 'Only the ledger itself signed this. You did not ask for witnesses.',
  notProved: 'This way the file proves nothing.',
  notLooked: 'The receipt itself was not looked at yet.',
  proved: {
    place: (name, index, size) => `${name} stands in the ledger, at place ${index}. It had ${size} places then.`,
    unchanged: 'Nothing in this event was changed since, not a letter.',
    time: (at) => `The ledger wrote beside it: ${at}.`,
    latest: (at) => `This stood there on ${at} at the latest. The witnesses you trust say so.`,
    signer: 'Somebody signed this with the key that is in the receipt.',
    grown: (size) => `The ledger with ${size} places and this ledger are one history.`,
    same: 'The other receipt comes from exactly the same ledger.',
    together: 'The other receipt and this receipt are of one history.',
  },
  open: {
    nothingElse: 'That there is nothing else. A receipt is about one place in the ledger.',
    clock: 'That it was exactly then. The time comes from the ledger’s clock.',
    fork: 'That everybody sees the same ledger. That takes witnesses.',
    owner: 'Whose key that is. That stands at another place in the ledger.',
    signer: 'Who signed this. The key is not in this receipt.',
    apart: 'That the other receipt belongs to the same history. The proof of that is in neither.',
  },
  clockWarning: 'Note: the ledger gives a later time than the witnesses. The ledger’s clock was wrong.',
  steps: {
    file: 'The file is a receipt',
    keys: 'The keys can be read',
    event: 'The event can be read',
    signatures: 'The signatures of ledger and witnesses are right',
    place: 'The event stands at this place',
    witnesses: 'There are enough witnesses',
    signer: 'The signature under the event is right',
    history: 'It is one history',
  },
  states: { good: 'right', wrong: 'wrong', left: 'not looked at', none: 'not needed' },
  facts: {
    file: 'File',
    fileHash: 'SHA-256 of the file',
    checked: 'Checked on',
    origin: 'Ledger',
    index: 'Place (counting begins at 0)',
    size: 'Places in the ledger',
    root: 'Root (SHA-256)',
    leaf: 'Leaf',
    witness: (name) => `Witness ${name}`,
    notConfirmed: 'not confirmed',
    event: 'Event, as recorded',
    reason: 'Reason',
    other: 'In the other receipt',
    trust: 'Keys you gave',
  },
  hour: (at) => at,
  reasons: {
    'receipt-format': DAMAGED_EN,
    'leaf-format': DAMAGED_EN,
    'hash-format': DAMAGED_EN,
    'proof-file-format': DAMAGED_EN,
    'note-format': DAMAGED_EN,
    'note-too-large': DAMAGED_EN,
    'checkpoint-format': DAMAGED_EN,
    'event-format': STRANGE_EN,
    'event-type': STRANGE_EN,
    'policy-format': TRUST_EN,
    'policy-name': TRUST_EN,
    'policy-key': TRUST_EN,
    'policy-quorum': TRUST_EN,
    'vkey-format': TRUST_EN,
    'vkey-type': TRUST_EN,
    'vkey-key-id': TRUST_EN,
    'note-ambiguous-key': TRUST_EN,
    'note-unsigned': OTHER_LOG_EN,
    'checkpoint-unsigned': OTHER_LOG_EN,
    'checkpoint-origin': OTHER_LOG_EN,
    'note-bad-signature': 'A signature of the ledger or of a witness is wrong. Do not trust this file.',
    'proof-index': NOT_THERE_EN,
    'proof-length': NOT_THERE_EN,
    'proof-mismatch': NOT_THERE_EN,
    'quorum-missing': 'The ledger signed, but too few witnesses confirmed it. Ask for a new receipt later.',
    'signer-mismatch': SIGNER_EN,
    'signature-invalid': SIGNER_EN,
    'split-view': 'The ledger signed two different histories. Keep both files. Show them to a privacy officer.',
  },
  historyWrong: 'The two ledgers do not seem one history. Keep the files. Ask for a new receipt.',
  zone: 'All times are Dutch time.',
  headings: { proved: 'This is proved', open: 'This is not proved', steps: 'What was checked', facts: 'Details' },
  print: 'Print',
  noFile: 'Choose a receipt first.',
  noKeys: 'Paste the keys of whom you trust first.',
};
