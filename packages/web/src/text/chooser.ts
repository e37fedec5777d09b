/** The words of the page on which somebody chooses an organisation. */
export const chooserText = {
  title: 'Your organisations',
  loading: 'Loading your organisations',
  noneBefore: 'You are in no organisation yet. Ask an owner or admin of one to add ',
  noneAfter: ', then load this page again.',
} as const;
