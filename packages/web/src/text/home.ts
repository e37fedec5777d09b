/** The words of the home page. */
export const homeText = {
  title: 'Home',
  connectTo: 'Connect Claude to ',
  lead: 'One URL for everybody. Each person signs in and chooses how much Claude may do for them.',
  loading: 'Loading the connector',

  begin: 'First steps',
  stepDone: 'Done: ',
  steps: {
    tools: {
      title: 'Publish an API',
      manager: 'Import an API description, or connect an MCP server.',
      other: 'An owner or admin of the organisation does this.',
      link: 'Import',
    },
    connected: {
      title: 'Connect an app',
      text: 'Claude, for example: it takes the URL above.',
      link: 'Connect',
    },
    called: { title: 'Call a tool', text: 'Ask the app for something that a tool can do. It shows up here.' },
  },

  today: 'The last 24 hours',
  todayOwn: 'Your last 24 hours',
  calls: 'Calls',
  errors: 'Not done',
  slow: '95 of 100 took at most',
  none: 'No calls yet today.',
  all: 'All usage',

  care: 'Needs care',
  careNothing: 'Nothing needs care at this moment.',
  unused: (keys: number, days: number) =>
    keys === 1
      ? `One key has not been used for ${days} days. Better end it.`
      : `${keys} keys have not been used for ${days} days. Better end them.`,
  unusedLink: 'See the keys',
  expiring: (connections: number, days: number) =>
    connections === 1
      ? `One connection ends within ${days} days. Connect anew to go on.`
      : `${connections} connections end within ${days} days. Connect anew to go on.`,
  expiringLink: 'See the connections',
  failing: (failed: string, calls: string) => ` fails: ${failed} of ${calls} calls in the last 24 hours.`,
  failingLink: 'See the usage',
  /** After the name of a webhook. */
  webhookOff: ': nothing arrived at this webhook, so Latchkey stopped sending.',
  webhookFailing: ': nothing arrives at this webhook.',
  webhookLink: 'See the webhooks',
} as const;

/** Of the card with the connector URL. */
export const connectorCardText = {
  title: 'Connector URL',
  what: 'the connector URL',
  add: 'Add to Claude',
  opens: ' (opens claude.ai)',
  whyNot: {
    'this-computer':
      'claude.ai cannot reach this address: it is on this computer. Claude Code and other apps on this computer can.',
    'private-network':
      'claude.ai cannot reach this address: it is in a private network. Apps inside that network can.',
    'not-https':
      'claude.ai connects to https addresses alone, and this one is http. Ask whoever runs Latchkey to put it behind https.',
  },
} as const;

/** Of the three steps. */
export const stepsText = {
  title: 'Connect in three steps',
  steps: [
    { act: 'Copy the URL.', more: ' It holds no secret: whoever has it must still sign in.' },
    {
      act: 'Add it to Claude',
      more: ' under Settings, Connectors, Add custom connector. On a Team or Enterprise plan an owner of that plan adds it first.',
    },
    {
      act: 'Sign in and choose',
      more: ' Read-only or Full access. The connection is then listed under API keys, where you can end it.',
    },
  ],
} as const;

/** Of what each choice at consent reaches. */
export const toolCountsText = {
  title: 'What it can do',
  none: 'Nothing yet: no API is published in this organisation. You can connect already; the tools appear as soon as there are some.',
  looking: (tools: number) => (tools === 1 ? ' tool that looks things up' : ' tools that look things up'),
  changing: (tools: number, changing: number) =>
    `${tools === 1 ? ' tool' : ' tools'}, ${changing} of which can change things`,
  searched: 'These are too many to list at once, so apps search among them. ',
  toolsets: (count: number) => `URLs for a part of the tools (${count})`,
  viewer: 'Your role is Viewer, so you can choose Read-only alone. An owner or admin can change it.',
  readOnlyHere:
    'This organisation gives Read-only alone. An owner or admin can change that in Settings, Security.',
} as const;

/** Of the clients that are not claude.ai. */
export const otherClientsText = {
  title: 'Other clients',
  connect: {
    link: 'Connect',
    after: ' has the steps for each app, and shows where it stops if one does not arrive.',
  },
  claudeCode: 'Claude Code',
  claudeCodeWhat: 'the command for Claude Code',
  afterwards: {
    before: 'Then type ',
    command: '/mcp',
    after: ' in Claude Code and choose Authenticate: the browser opens to sign in.',
  },
  programs: 'Anything that starts a program (mcp-remote)',
  programsWhat: 'the mcp-remote command',
  put: {
    before: 'Put ',
    link: 'an API key',
    between: ' in place of ',
    after: '. For something that runs without you, an admin makes an agent with a key of its own.',
  },
} as const;
