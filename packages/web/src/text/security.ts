const COUNT = new Intl.NumberFormat('en-GB');

/** `one` is said of one, `more` of any other number. */
const counted = (number: number, one: string, more: string) =>
  number === 1 ? `1 ${one}` : `${COUNT.format(number)} ${more}`;

const connections = (number: number) => counted(number, 'connection', 'connections');
const keys = (number: number) => counted(number, 'key', 'keys');

/** The words of Settings, Security. */
export const securityText = {
  tab: 'Security',
  loading: 'Loading the security settings',
  saved: 'Saved. It holds from now on, everywhere.',
  savedAndEnded: (ended: number) =>
    `Saved. It holds from now on, everywhere. ${ended === 1 ? '1 connection has ended.' : `${COUNT.format(ended)} connections have ended.`}`,
  meanwhile: (name: string) => `Somebody else chose “${name}” meanwhile.`,
  meanwhileAddresses: 'Somebody else changed this list meanwhile. It is now:',
  noAddresses: 'empty',

  secondFactor: {
    title: 'Second factor',
    lead: 'A code from an authenticator app, or a passkey. Whoever signs in through your company has shown there what your company asks for, and is not asked here.',
    options: [
      { value: false, name: 'Up to each person', why: 'Who has one is asked for it.' },
      {
        value: true,
        name: 'Required',
        why: 'Who has none can do nothing here but set one up. Who has one signs in with it.',
      },
    ],
    concerned: ({ all, without }: { all: number; without: number }) =>
      without === 0
        ? 'Everybody here has one, or comes through the company.'
        : `${COUNT.format(without)} of ${counted(all, 'person', 'people')} here ${without === 1 ? 'has' : 'have'} none yet.`,
    setUpFirst: 'Set one up yourself first, and sign in with it. Otherwise you would shut yourself out.',
    yourAccount: 'Your account',
  },
  session: {
    title: 'How long a sign-in lasts',
    lead: 'After that people confirm that it is them before they go on. Nothing they typed is lost. Apps and keys are not concerned.',
    options: [
      { value: 12, name: '12 hours', why: 'People confirm every working day.' },
      { value: 24, name: '1 day', why: '' },
      { value: 72, name: '3 days', why: '' },
      { value: 168, name: '7 days', why: 'As long as any sign-in lasts. The usual choice.' },
    ],
  },
  clients: {
    title: 'Which apps people may connect',
    lead: 'What an admin said of an app, under Apps, comes first: a blocked app is never connected, an approved one always may be.',
    options: [
      { value: 'any', name: 'Any app', why: 'The page that asks for access says how well an app is known.' },
      {
        value: 'known',
        name: 'Apps that are approved or identified',
        why: 'An admin approved them, or the host that they belong to says who they are.',
      },
      { value: 'approved', name: 'Approved apps only', why: 'An admin approved each of them.' },
    ],
  },
  access: {
    title: 'The most that people may give',
    lead: 'To apps and to keys. Read-only is what is suggested, whatever you choose here.',
    options: [
      {
        value: 'full',
        name: 'Full access',
        why: 'Also creates, changes and deletes. A viewer is still held to read-only.',
      },
      {
        value: 'read',
        name: 'Read-only',
        why: 'Looks things up and changes nothing. It holds for what there is already, too.',
      },
    ],
  },
  addresses: {
    title: 'From where it may be used',
    lead: 'An office, a VPN, a data centre. Left empty, it may be used from everywhere.',
    label: 'Addresses and networks',
    hint: 'One in a line, up to 100: 203.0.113.7, 203.0.113.0/24 or 2001:db8::/32.',
    youAre: 'You are at',
    add: 'Add my address',
    unknown: 'Where you are cannot be told, so that no list can be saved from here.',
    scope: 'What the list holds for',
    options: [
      {
        value: 'own',
        name: 'This dashboard and API keys',
        why: 'Apps that people connected are answered from everywhere.',
      },
      {
        value: 'all',
        name: 'Everything, connected apps as well',
        why: 'Hosted apps such as Claude or ChatGPT call from their maker’s addresses, not from yours: they stop working unless those are in the list, too.',
      },
    ],
  },
  tokens: {
    title: 'What apps get',
    lead: 'It holds for connections that are made from now on. Those that there are stay as they are.',
    options: [
      {
        value: 'token',
        name: 'A token that is renewed',
        why: 'Good for an hour, and only at the connector URL. The safer choice.',
      },
      {
        value: 'key',
        name: 'An API key',
        why: 'For apps that hand what they get to other programs: it also opens the REST API.',
      },
    ],
  },

  save: 'Save…',
  question: {
    title: 'Save these changes?',
    keep: 'Go back',
    act: 'Save',
    acting: 'Saving…',
    required: ({ without }: { without: number }) =>
      without === 0
        ? 'Everybody needs a second factor from now on. All here have one already, or come through the company.'
        : `Everybody needs a second factor from now on. ${counted(without, 'person has', 'people have')} none: they can do nothing here until they set one up. Apps they connected and keys they made go on working until those are ended or run out; you can end them under Connections and API keys.`,
    notRequired: 'Nobody needs a second factor any more.',
    session: (name: string) =>
      `Who signed in longer ago than ${name} confirms that it is them before they go on.`,
    clients: (name: string) => `From now on people connect: ${name.toLowerCase()}.`,
    clientsEnd: (ended: number) =>
      ended === 0
        ? 'No connection ends by it.'
        : `${connections(ended)} of apps that may not be connected any more ${ended === 1 ? 'ends' : 'end'} at once, for good.`,
    readOnly: (held: { connections: number; keys: number }) =>
      held.connections + held.keys === 0
        ? 'Nobody gets more than read-only access. Nothing has more today.'
        : `Nobody gets more than read-only access. ${connections(held.connections)} and ${keys(held.keys)} with full access are held to read-only at once. They are full again if you lift this.`,
    full: 'People may give full access again. What was held to read-only is full again: what was made with full access, and nothing else.',
    addressesAll: 'It is answered from these addresses alone: the dashboard, keys and connected apps.',
    addressesOwn:
      'The dashboard and keys are answered from these addresses alone. Connected apps are answered from everywhere.',
    addressesNone: 'It is answered from everywhere again.',
    hosted: (number: number) =>
      `Hosted apps such as Claude stop working unless their maker’s addresses are in the list. There ${number === 1 ? 'is' : 'are'} ${connections(number)} today.`,
    scope: 'There is no list of addresses, so that this holds once there is one.',
    tokens: (name: string) =>
      `Apps that are connected from now on get ${name.charAt(0).toLowerCase()}${name.slice(1)}. Those that there are stay as they are.`,
    recover: 'If you lose your way in, whoever runs Latchkey can empty the list.',
  },
} as const;
