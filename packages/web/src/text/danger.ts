const of = (count: number, one: string, many: string) => (count === 1 ? `1 ${one}` : `${count} ${many}`);

/** The words of the tab on which an organisation is deleted. */
export const dangerText = {
  tab: 'Danger',
  loading: 'Loading what would end',

  endTitle: 'Only end what is connected',
  endLead:
    'To stop every app at once and keep the organisation, sign everyone out. It is below the list of keys.',
  endAct: 'Go to API keys',

  title: 'Delete this organisation',
  lead: 'For good, and for everybody at once. Nobody can bring it back.',
  ends: 'This ends:',
  people: (count: number) =>
    count === 1 ? 'Your own access: nobody else is in it' : `The access of ${count} people, you among them`,
  connections: (count: number) =>
    count === 0
      ? 'No connections: there are none'
      : `${of(count, 'connection', 'connections')}, in the middle of what they do`,
  keys: (count: number) => (count === 0 ? 'No keys: there are none' : of(count, 'key', 'keys')),
  agents: (count: number) => of(count, 'agent', 'agents'),
  connectors: (count: number) =>
    `${of(count, 'connector', 'connectors')} with ${count === 1 ? 'its' : 'their'} tools and credentials`,
  address: (slug: string) => `The address “${slug}”: no other organisation ever gets it`,
  stays: (days: number) =>
    `The audit log stays with whoever runs this service, who can look into it. What else is left is deleted after ${days} days. Accounts of people stay: they only leave this organisation.`,
  act: 'Delete organisation',
  declared:
    'This organisation is declared in the configuration of whoever runs this service. They have to take it out there before it can be deleted.',

  before: 'Delete ',
  after: '?',
  effect: (people: number, connections: number, keys: number) => {
    const stopping = [
      ...(connections === 0 ? [] : [of(connections, 'connection', 'connections')]),
      ...(keys === 0 ? [] : [of(keys, 'key', 'keys')]),
    ].join(' and ');
    const access = people === 1 ? 'You lose access.' : `${people} people lose access.`;
    const stops =
      stopping === '' ? '' : ` ${stopping} ${connections + keys === 1 ? 'stops' : 'stop'} at once.`;
    return `${access}${stops} This cannot be undone.`;
  },
  keep: 'Keep organisation',
  acting: 'Deleting…',
  deleted: (name: string) => `${name} is deleted.`,
} as const;
