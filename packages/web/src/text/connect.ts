/** The words of the pages that connect apps. */
export const connectText = {
  title: 'Connect',
  lead: 'Choose an app, follow its steps, and watch it arrive. The URL holds no secret: whoever uses it signs in.',
  loading: 'Loading what can be connected',

  which: 'What it may see',
  whichHint: 'Each choice has a URL of its own. What an app may do is chosen when it signs in.',
  allTools: 'All tools',
  oneConnector: (name: string) => `Only ${name}`,
  oneToolset: (name: string) => `The toolset ${name}`,
  connectors: 'One connector',
  toolsets: 'A toolset',
  url: 'Connector URL',
  urlWhat: 'the connector URL',

  apps: 'Apps',
  limits: 'Good to know',
  cannotReach: {
    'this-computer': (app: string) =>
      `${app} cannot reach this address: it is on this computer. Apps that run on this computer, such as Claude Code, can.`,
    'private-network': (app: string) =>
      `${app} cannot reach this address: it is in a private network. Apps inside that network can.`,
    'not-https': (app: string) =>
      `${app} connects to https addresses alone, and this one is http. Ask whoever runs Latchkey to put it behind https.`,
  },

  withKey: 'An app that cannot sign in uses an API key.',
  makeKey: 'Make a key for this',
  makeKeyTitle: (app: string) => `Make a key for ${app}`,
  keyUsage: (placeholder: string) =>
    `Put it in place of ${placeholder}. It is listed under API keys, where you can end it.`,
  keyViewer: 'Your role is Viewer, which can only hold read-only keys.',

  seeConnections: 'Connections',
  seeConnectionsBefore: 'What is connected already, and how to end it: ',
} as const;

export const verifyText = {
  title: 'Watch it arrive',
  lead: 'Press Verify, then connect the app. Each step shows here as it happens, and if it stops, where and why.',
  leadOwn: 'You see an attempt once you have signed in to it; admins also see the steps before.',
  start: 'Verify',
  again: 'Verify again',
  stop: 'Stop',
  listening: 'Listening. Now connect the app.',
  left: (seconds: number) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')} left`,
  nothing: 'Nothing has arrived yet.',
  stopped: 'Not listening any more.',
  works: 'It works.',
  over: 'Nothing arrived in two minutes.',
  overAdvice:
    'Check that the URL in the app is the one above, letter by letter. An app that was connected before does not sign in again: Connections says when each was last used.',
  failed: 'Latchkey did not answer. It is asked again.',
  all: 'All attempts of the last 7 days',
} as const;

export const attemptsText = {
  title: 'Connection attempts',
  lead: 'How apps got on with connecting in the last 7 days: every step, where it stopped, and what would help.',
  leadOwn: 'How apps got on with connecting for you in the last 7 days. Admins see everybody’s.',
  loading: 'Loading the attempts',
  empty: 'Nobody has tried to connect an app in the last 7 days.',
  connect: 'Connect an app',
  noneFound: 'No attempt fits.',
  clear: 'Show all',
  views: 'Which attempts',
  show: { all: 'All', connected: 'Connected', stopped: 'Not connected' },
  find: 'Find an attempt',
  findPlaceholder: 'App, person or URL',
  older: 'Show older',
  olderLoading: 'Looking…',
  back: 'Back to Connect',

  unnamed: 'An app without a name',
  states: { connected: 'Connected', waiting: 'Under way', stopped: 'Stopped', note: 'Nothing to do' },
  whatToDo: 'What helps: ',
  steps: (count: number) => (count === 1 ? '1 step' : `${count} steps`),
  times: (count: number) => `${count} times`,
  ok: 'Done',
  failed: 'Failed',
  why: 'Reason: ',
  /** Where a detail is a word of ours. */
  details: { read: 'Read-only', full: 'Full access' } as Readonly<Record<string, string>>,
  facts: {
    url: 'URL',
    person: 'Signed in',
    key: 'With an API key',
    network: 'From',
    userAgent: 'Calls itself',
    destination: 'Access goes to',
  },
} as const;
