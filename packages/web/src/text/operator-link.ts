/** The way to the pages of operators: apart from their own words, because every page has it. */
export const operatorLinkText = {
  link: 'Operator pages',
  lead: 'You look after this installation of Latchkey.',
} as const;
