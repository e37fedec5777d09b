/** The words of Settings, Audit log. */
export const auditRetentionText = {
  tab: 'Audit log',
  title: 'How long the audit log is kept',
  lead: 'What is older is deleted for good. The chain that shows whether anybody changed the log holds without it.',
  loading: 'Loading how long the log is kept',
  saved: 'Saved.',
  oldest: 'The oldest entry is from ',
  none: 'There is no entry yet.',
  legend: 'Keep entries for',
  choices: [
    { days: null, name: 'Ever', why: 'Nothing is deleted. The usual choice.' },
    { days: 2555, name: '7 years', why: 'What many countries ask of business records.' },
    { days: 730, name: '2 years', why: '' },
    { days: 365, name: '1 year', why: '' },
    { days: 180, name: '180 days', why: '' },
    { days: 90, name: '90 days', why: '' },
    { days: 30, name: '30 days', why: 'The shortest.' },
  ],
  save: 'Save',
  saving: 'Saving…',
  now: (name: string) => `It is “${name}” now.`,
  question: {
    title: 'Delete old entries of the audit log?',
    effect: (kept: string) =>
      `Entries that are older than ${kept} are deleted within a day, and later ones within a day of being that old. Nothing brings them back: download the log first if you may need it.`,
    stays: 'That they were deleted, how many and by whose setting stays in the log.',
    keep: 'Keep all',
    act: 'Delete old entries',
    acting: 'Saving…',
  },
} as const;
