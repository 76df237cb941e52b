/** For the local starter, which plays a family; everybody else uses main.ts. */
export { type FamilyMember, familyMember, type Member, type Part } from './family.ts';
export { day, type Language, TEXTS } from './texts.ts';
