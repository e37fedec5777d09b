const counted = (count: number, one: string, more: string) => (count === 1 ? `1 ${one}` : `${count} ${more}`);

/** The words of the page of API keys. */
export const keysText = {
  title: 'API keys',
  lead: 'Everything that can call the tools of this organisation, made by hand or by approving an app.',
  leadOwn: 'What calls the tools of this organisation for you, made by hand or by approving an app.',
  create: 'Create key',
  createTitle: 'Create a key',
  viewer: 'Your role is Viewer, which can only hold read-only keys.',
  revoked: (name: string) => `“${name}” is revoked. It stopped working at once.`,
  loading: 'Loading the keys',
  caption: 'API keys',
  columns: ['Key', 'Held by', 'Access', 'Last used', 'Expires', 'Status'],
  empty: 'No keys yet. Approving an app such as Claude makes one; for a script, create one here.',
  noneFound: 'No such keys.',
  clear: 'Show all that work',

  which: 'Which keys',
  shows: { active: 'Active', unused: 'Unused', expired: 'Expired', revoked: 'Revoked', all: 'All' },
  /** Beside a list of what is over. */
  overFor: 'Keys that are over stay here for 90 days. The audit log remembers them for longer.',
  unusedNote: 'Keys that work and were not used for over 90 days. End those that nobody misses.',
  whose: 'Whose keys',
  everybodys: 'Everybody’s',
  mine: 'Mine',
  find: 'Find a key',
  findPlaceholder: 'Name, holder, app or destination',
  sort: 'Order',
  sorts: { created: 'Newest first', used: 'Last used first', name: 'By name' },
  shownOf: (shown: number, all: number) =>
    shown === all ? counted(all, 'key', 'keys') : `${shown} of ${all} keys`,

  created: 'created ',
  nobody: 'Nobody',
  never: 'Never',
  over: '–',
  mintedAs: (role: string) => `made as ${role}`,
  revoke: 'Revoke',
  byHand: 'made by hand',
  forAgent: 'made for this agent',
  aConnection: 'a connection',
  connectionOf: 'connection of ',
  connectionTo: ' to ',
  status: { active: 'Active', expired: 'Expired', revoked: 'Revoked' },
  unusedFor: 'unused for over 90 days',
} as const;
