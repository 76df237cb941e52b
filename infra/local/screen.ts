/** What the terminal shows: headings, wrapped lines, tables with aligned columns. Colour only where somebody looks. */

import { stripVTControlCharacters } from 'node:util';

const colour = process.stdout.isTTY && !process.env.NO_COLOR;
const paint = (code: number) => (text: string) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);
export const bold = paint(1);
export const dim = paint(2);
export const green = paint(32);
export const red = paint(31);

const WIDTH = Math.min(process.stdout.columns || 100, 110);

export const print = (text = ''): void => void process.stdout.write(`${text}\n`);
export const heading = (text: string): void => print(`\n${bold(text)}`);

/** Wraps at the screen's width, each line indented. */
export function paragraph(text: string, indent = 2): void {
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line && indent + line.length + 1 + word.length > WIDTH) {
      print(' '.repeat(indent) + line);
      line = word;
    } else line = line ? `${line} ${word}` : word;
  }
  if (line) print(' '.repeat(indent) + line);
}

export type Cell = string | { text: string; mark: 'good' | 'bad' };
const textOf = (cell: Cell): string => (typeof cell === 'string' ? cell : cell.text);
/** As many characters as are seen: colour codes take no place. */
const widthOf = (cell: Cell): number => stripVTControlCharacters(textOf(cell)).length;
const painted = (cell: Cell, width: number): string => {
  const padded = textOf(cell) + ' '.repeat(Math.max(0, width - widthOf(cell)));
  if (typeof cell === 'string') return padded;
  return cell.mark === 'good' ? green(padded) : red(padded);
};

/** A table; the first row is its head. */
export function table(rows: readonly (readonly Cell[])[]): void {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => widthOf(row[column] ?? ''))));
  for (const [i, row] of rows.entries()) {
    const line = row
      .map((cell, column) => painted(cell, widths[column] ?? 0))
      .join('  ')
      .trimEnd();
    print(`  ${i === 0 ? dim(line) : line}`);
  }
}
