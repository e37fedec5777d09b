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
} as const;
