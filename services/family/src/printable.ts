/**
 * What others wrote, on a family's screen: names, labels, texts. A character that moves the cursor, wipes a line or turns its
 * order round could show other readers than there are; it is shown as a mark.
 */

/** Control characters but newline and tab, and those that change the direction of what follows. */
const ACTING = /(?![\n\t])[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu;

export const printable = (text: string): string => text.replace(ACTING, '\ufffd');

/** For what stands in a line of ours: it cannot begin one of its own. */
export const oneLine = (text: string): string => printable(text).replace(/\s+/gu, ' ');
