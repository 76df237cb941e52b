/** For the local starter, which plays a family; everybody else uses main.ts. */
export { asFamily, explain, type Family, OPTIONS, run, type Values } from './commands.ts';
export { type FamilyMember, familyMember, type Member, type Part } from './family.ts';
export { fetchReceipt, makeReceipt, type ReceiptParts, type Source, trustText } from './receipt.ts';
export { day, type Language, TEXTS } from './texts.ts';
