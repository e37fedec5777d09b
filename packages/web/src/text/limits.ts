const COUNT = new Intl.NumberFormat('en-GB');
const count = (calls: number) => COUNT.format(calls);

/** As a sentence: an hour's calls, and what that makes in a minute. */
function busiest(who: string, calls: number): string {
  if (calls === 0) return `In the last 7 days ${who} made no call.`;
  const average = Math.round(calls / 60);
  const rate = average === 0 ? 'less than one a minute' : `about ${count(average)} a minute`;
  return `In the busiest hour of the last 7 days ${who} made ${count(calls)} ${calls === 1 ? 'call' : 'calls'}: ${rate}.`;
}

/** The words of Settings, Limits. */
export const limitsText = {
  tab: 'Limits',
  title: 'Calls in a minute',
  lead: 'A limit stops a program that has gone wild before it does harm. Everything that an app sends counts, such as asking for the tools. What is above the limit is refused, and the app is told when to try again.',
  loading: 'Loading the limits',
  saved: 'Saved. It holds from the next call on.',
  key: 'By each key',
  keyHint: 'An API key or a connection. A key may have a smaller limit of its own.',
  organisation: 'By the whole organisation',
  organisationHint: 'All keys and connections together.',
  most: (calls: number) => `Leave it empty for the most that there can be: ${count(calls)}.`,
  lowered: (calls: number) => `Whoever runs Latchkey allows ${count(calls)} now, so ${count(calls)} holds.`,
  busiestKey: (calls: number) => busiest('the busiest key', calls),
  busiestOrganisation: (calls: number) => busiest('all together', calls),
  meanwhile: (calls: number | null) =>
    calls === null ? 'Somebody else took this limit away.' : `Somebody else made it ${count(calls)}.`,
  nodes: 'Where Latchkey runs on several computers, each counts by itself.',
  save: 'Save',
  saving: 'Saving…',
} as const;
