const COUNT = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 3 });
const count = (number: number) => COUNT.format(number);
const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', timeZone: 'UTC' });

const ofMost = (used: number, most: number | null) =>
  most === null ? count(used) : `${count(used)} of ${count(most)}`;

/** The words of what there may be in a month and at once: Settings, Limits and the page of usage. */
export const quotaText = {
  title: 'In a month, and at once',
  lead: 'A quota ends what a month may cost. A call counts when it is sent, whatever comes of it; what is refused, or never leaves, counts nothing. Once a quota is used up, calls are refused until the month is over.',
  loading: 'Loading the quota',
  calls: 'Calls in a month',
  callsHint: 'By apps, scripts and the playground; of all keys together.',
  credits: 'Credits in a month',
  creditsHint: 'What a call costs is what the document of its API says.',
  atOncePerKey: 'At once, with one key',
  atOncePerKeyHint: 'Calls that are under way at the same time.',
  atOnce: 'At once, all together',
  atOnceHint: 'Calls that are under way at the same time, of all keys.',
  noEnd: 'Leave it empty for no limit.',
  noEndPlaceholder: 'No limit',
  used: (used: number, most: number | null) =>
    most === null ? '' : `Used in this month: ${ofMost(used, most)}.`,
  anew: (endsAt: string) => `The next month begins on ${DAY.format(new Date(endsAt))}, at midnight UTC.`,
  nodes:
    'Where Latchkey runs on several computers, a quota holds for all of them together; calls at once are counted by each.',
  set: 'Set these',
  setting: 'Setting…',
  saved: 'Set. It holds from the next call on.',

  usage: 'This month',
  usageCalls: 'Calls',
  usageCredits: 'Credits',
  ofMost,
} as const;
