/** The words around every page. */
export const shellText = {
  loading: 'Loading',
  skip: 'Skip to the page',
  brand: 'Latchkey: your organisations',
  wordmark: 'Latchkey',
  navigation: 'Organisation',
  pages: 'All pages',
  groups: {
    use: 'Use',
    tools: 'Tools',
    people: 'People and apps',
    watch: 'Watch',
    organisation: 'Organisation',
  },
  places: {
    home: 'Home',
    connect: 'Connect',
    connections: 'Connections',
    keys: 'API keys',
    connectors: 'Connectors',
    playground: 'Playground',
    members: 'Members',
    agents: 'Agents',
    apps: 'Apps',
    companySignIn: 'Company sign-in',
    identityProviders: 'Identity providers',
    usage: 'Usage',
    audit: 'Audit log',
    settings: 'Settings',
  },

  account: 'Account',
  yourAccount: 'Your account',
  signOut: 'Sign out',

  switcher: 'Organisation',
  find: 'Find an organisation',
  noneFound: 'None of yours is called that.',

  elsewhere: 'Go to your organisations',
  notFound: 'Not found',
  notYours: (org: string) => `You are not in “${org}”`,
  notYoursWhy:
    'No organisation of that name is among yours. If it should be, ask one of its owners or admins to add you.',
  noSuchPage: 'There is no such page',
  noSuchPageWhy: 'The address may be mistyped, or the page may have moved.',
} as const;
