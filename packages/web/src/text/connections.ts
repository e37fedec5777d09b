/** The words of the page of connections. */
export const connectionsText = {
  title: 'Connections',
  lead: 'Apps that somebody in this organisation approved, and that can call its tools now.',
  leadOwn: 'Apps that you approved, and that can call tools for you now.',
  loading: 'Loading the connections',
  caption: 'Connections',
  columns: ['App', 'For', 'Access', 'Since', 'Last used'],
  connect: 'Connect an app',
  empty: 'Nothing is connected yet.',
  noneFound: 'No connection fits.',
  clear: 'Show all',

  whose: 'Whose connections',
  all: 'Everybody’s',
  mine: 'Mine',
  find: 'Find a connection',
  findPlaceholder: 'App, destination or person',
  sort: 'Order',
  sorts: { created: 'Newest first', used: 'Last used first' },
  shownOf: (shown: number, total: number) =>
    shown === total
      ? total === 1
        ? '1 connection'
        : `${total} connections`
      : `${shown} of ${total} connections`,
  more: 'Show more',
  loadingMore: 'Loading…',

  goesTo: 'goes to ',
  tiers: {
    approved: 'Approved by an admin',
    identified: (host: string) => `Identified by ${host}`,
    self_named: 'Unidentified: it chose this name itself',
    blocked: 'Blocked',
  },
  you: ' (you)',
  nobody: 'Nobody',
  by: {
    consent: '',
    identity_provider: 'by the word of an identity provider',
    agent: 'an agent, without a person',
  },
  part: 'at ',
  expires: 'ends ',
  never: 'Never',

  disconnect: 'Disconnect',
  readOnly: 'Make read-only',

  disconnectTitle: (name: string) => `Disconnect “${name}”?`,
  disconnectEffect: (name: string, holder: string) =>
    `${name} stops at once and cannot call anything for ${holder} any more. Its key and all of its tokens end with it. It asks to be connected again.`,
  cannotUndo: 'This cannot be undone, but the app can be connected anew.',
  keep: 'Keep connection',
  act: 'Disconnect',
  acting: 'Disconnecting…',
  disconnected: (name: string) => `“${name}” is disconnected. It stopped working at once.`,

  lowerTitle: (name: string) => `Make “${name}” read-only?`,
  lowerEffect: (name: string) =>
    `${name} goes on working, but from now on it can only look things up: every tool that changes something is refused, also in calls under way. Nobody has to sign in again.`,
  lowerBack: 'To give it full access again, it has to be connected again.',
  keepFull: 'Keep full access',
  lower: 'Make read-only',
  lowering: 'Changing…',
  lowered: (name: string) => `“${name}” is read-only from now on.`,
} as const;
