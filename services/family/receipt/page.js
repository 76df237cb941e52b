/** The page: takes the files, runs the check, and says in words what came of it. Everything it shows is text, never HTML. */
import { checkReceipt, compareReceipts, STEPS } from './receipt.js';
import { Refused, toHex } from './text.js';
import { EN } from './texts-en.js';
import { NL } from './texts-nl.js';

const TEXTS = { nl: NL, en: EN };
/** Seconds that the clocks of ledger and witnesses may be apart. */
const CLOCKS_APART = 60;
const byId = (id) => document.getElementById(id);
let language = 'nl';
/** The last outcome, to say it again in another language. */
let shown;

function element(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}
const item = (sign, text) => element('li', {}, element('span', { class: 'mark', 'aria-hidden': 'true' }, sign), text);
const marked = (sign, texts) => element('ul', { class: 'marked' }, ...texts.map((text) => item(sign, text)));
const heading = (text) => element('h3', {}, text);

/** Dutch time, whatever the clock of this computer is set to. */
function moment(at, texts) {
  const form = { dateStyle: 'long', timeStyle: 'short', timeZone: 'Europe/Amsterdam' };
  return new Intl.DateTimeFormat(texts.locale, form).format(at);
}

/** What is proved, sentence by sentence. */
function provedLines(proof, together, texts, day) {
  const { proved, kinds } = texts;
  const { kind, at, index, size, witnessedAt, signer, compared } = proof;
  return [
    proved.place(kinds[kind].name, index, size),
    proved.unchanged,
    proved.time(day(at)),
    ...(witnessedAt === null ? [] : [proved.latest(day(witnessedAt * 1000))]),
    ...(signer === 'checked' ? [proved.signer] : []),
    ...(compared ? [proved.grown(compared.size)] : []),
    ...(together === 'same' ? [proved.same] : []),
    ...(together === 'grown' ? [proved.together] : []),
  ];
}

/** What is not proved: as important as what is. */
function openLines({ kind, witnessedAt, signer }, together, { open, kinds }) {
  const bySigner = { checked: [open.owner], absent: [open.signer], none: [] };
  return [
    ...kinds[kind].open,
    ...bySigner[signer],
    open.clock,
    ...(witnessedAt === null ? [open.fork] : []),
    ...(together === 'unknown' ? [open.apart] : []),
    open.nothingElse,
  ];
}

/** Every check with its state as a word; after the one that failed nothing was looked at. */
function stepList(outcome, texts) {
  const { proof, code, step } = outcome;
  const failed = STEPS.indexOf(step);
  const stateOf = (name, i) => {
    if (code !== undefined) return i < failed ? 'good' : i === failed ? 'wrong' : 'left';
    if (name === 'witnesses' && proof.witnessedAt === null) return 'none';
    if (name === 'signer' && proof.signer !== 'checked') return proof.signer === 'absent' ? 'left' : 'none';
    if (name === 'history' && !proof.compared) return outcome.together === undefined ? 'none' : 'left';
    return 'good';
  };
  const lines = STEPS.map((name, i) => {
    const state = stateOf(name, i);
    return element(
      'li',
      {},
      `${texts.steps[name]}: `,
      element('strong', { class: `state-${state}` }, texts.states[state]),
    );
  });
  return element('ol', { class: 'checks' }, ...lines);
}

function factList(outcome, texts, day) {
  const { proof, code, step } = outcome;
  const { facts } = texts;
  const rows = [[facts.file, outcome.file]];
  if (code !== undefined) rows.push([facts.reason, `${code} (${step})`]);
  if (proof !== undefined) {
    rows.push([facts.origin, proof.origin], [facts.index, String(proof.index)], [facts.size, String(proof.size)]);
    for (const { name, key, time } of proof.witnesses)
      rows.push([facts.witness(name), `${key}: ${time === null ? facts.notConfirmed : texts.hour(day(time * 1000))}`]);
    rows.push([facts.root, toHex(proof.root)], [facts.leaf, proof.leaf], [facts.fileHash, proof.fileHash]);
    rows.push([facts.event, proof.event]);
  }
  rows.push([facts.trust, outcome.trust]);
  rows.push([facts.checked, `${texts.hour(day(outcome.checkedAt))}. ${texts.zone}`]);
  const cell = (value, i) => element(i === 0 ? 'dt' : 'dd', {}, i === 0 ? value : element('code', {}, value));
  return element('dl', {}, ...rows.flatMap((row) => row.map(cell)));
}

/** The verdict, its one sentence, and how many witnesses say so. */
function summary(outcome, texts, day) {
  const { proof, code, step } = outcome;
  if (code !== undefined) {
    const aboutHistory = step === 'history' && code.startsWith('proof-');
    const why = aboutHistory ? texts.historyWrong : texts.reasons[code];
    const lines = outcome.isOther
      ? [`${texts.facts.other}: ${why}`]
      : [why, step === 'keys' ? texts.notLooked : texts.notProved];
    return { name: 'refused', sign: '✕', lines };
  }
  const { kind, at, index, witnesses, witnessedAt } = proof;
  const said = texts.headline(texts.kinds[kind].name, day(at), index);
  if (witnessedAt === null) return { name: 'alone', sign: '!', lines: [said, texts.alone] };
  const confirmed = witnesses.filter(({ time }) => time !== null).length;
  return { name: 'proved', sign: '✓', lines: [said, texts.confirmed(confirmed, witnesses.length)] };
}

function show(outcome) {
  const texts = TEXTS[language];
  const day = (at) => moment(at, texts);
  const { name, sign, lines } = summary(outcome, texts, day);
  const { proof, together } = outcome;
  const paragraphs = (list) => list.map((text) => element('p', {}, text));
  const banner = element(
    'div',
    { class: `banner ${name}` },
    element('span', { class: 'sign', 'aria-hidden': 'true' }, sign),
    element('h2', { id: 'verdict' }, texts.verdict[name]),
    ...paragraphs(lines),
  );
  const print = element('button', { type: 'button', id: 'print' }, texts.print);
  print.addEventListener('click', () => window.print());
  const parts = [banner];
  if (proof !== undefined) {
    const late = proof.witnessedAt !== null && proof.at / 1000 > proof.witnessedAt + CLOCKS_APART;
    parts.push(element('div', { class: 'says' }, ...paragraphs(texts.kinds[proof.kind].says(proof.act, day))));
    if (late) parts.push(element('p', { class: 'problem' }, texts.clockWarning));
    parts.push(heading(texts.headings.proved), marked('✓', provedLines(proof, together, texts, day)));
    parts.push(heading(texts.headings.open), marked('–', openLines(proof, together, texts)));
  }
  parts.push(heading(texts.headings.steps), stepList(outcome, texts));
  parts.push(heading(texts.headings.facts), factList(outcome, texts, day), print);
  byId('result').replaceChildren(...parts);
  byId('result').hidden = false;
  byId('status').textContent = `${texts.verdict[name]}. ${lines.join(' ')}`;
}

/** What came of the check, for `show`. A refusal of the second file is told as one of the comparison. */
function check(file, trust, other) {
  const about = { file: file.name, trust, checkedAt: Date.now() };
  let proof;
  try {
    proof = checkReceipt(file.bytes, trust);
    if (other === undefined) return { ...about, proof };
    return { ...about, proof, together: compareReceipts(proof, checkReceipt(other.bytes, trust)) };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (proof === undefined) return { ...about, code: error.code, step: error.step };
    return { ...about, code: error.code, step: 'history', isOther: error.code !== 'split-view' };
  }
}

/** Says what is missing beside its field, and takes the keyboard there. */
function complain(field, text) {
  byId(`${field}-problem`).textContent = text;
  byId(field).setAttribute('aria-invalid', String(text !== ''));
  if (text !== '') byId(field).focus();
}

const bytesOf = async (file) => ({ name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) });

async function submit(event) {
  event.preventDefault();
  const texts = TEXTS[language];
  const [file] = byId('receipt').files;
  const [other] = byId('other').files;
  const trust = byId('trust').value.trim();
  complain('trust', trust === '' ? texts.noKeys : '');
  complain('receipt', file === undefined ? texts.noFile : '');
  if (file === undefined || trust === '') return;
  shown = check(await bytesOf(file), trust, other && (await bytesOf(other)));
  show(shown);
  byId('result').scrollIntoView({ block: 'start' });
}

function setLanguage(chosen) {
  language = chosen;
  document.documentElement.lang = chosen;
  document.title = `${TEXTS[chosen].title} – Eenmaal`;
  for (const button of document.querySelectorAll('[data-language]'))
    button.setAttribute('aria-pressed', String(button.dataset.language === chosen));
  for (const field of ['receipt', 'trust']) complain(field, '');
  if (shown !== undefined) show(shown);
}

function takeDrops(zone) {
  const over = (is) => (event) => {
    event.preventDefault();
    zone.classList.toggle('over', is);
  };
  zone.addEventListener('dragover', over(true));
  zone.addEventListener('dragleave', over(false));
  zone.addEventListener('drop', (event) => {
    over(false)(event);
    byId('receipt').files = event.dataTransfer.files;
  });
}

byId('form').addEventListener('submit', submit);
byId('trust-file').addEventListener('change', async ({ target }) => {
  if (target.files.length > 0) byId('trust').value = await target.files[0].text();
});
for (const button of document.querySelectorAll('[data-language]'))
  button.addEventListener('click', () => setLanguage(button.dataset.language));
takeDrops(byId('drop'));
