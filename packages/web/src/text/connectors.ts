/** The words of the pages of connectors, of their tools and of their versions. */
export const connectorsText = {
  title: 'Connectors',
  lead: 'Where the tools come from: an API, or an MCP server.',
  loading: 'the connectors',
  find: 'Find a connector',
  findPlaceholder: 'Find by name',
  import: 'Import',
  emptyManager: 'No connectors yet. Import an API description, or connect an MCP server.',
  empty: 'No connectors yet. An owner or admin of the organisation can import one.',
  columns: ['Connector', 'Kind', 'Tools', 'Status'],
  kinds: { openapi: 'API', mcp: 'MCP server' },
  shared: 'Shared by all organisations',
  on: 'On',
  off: 'Off',
  noneFound: 'No connector has that in its name.',
  shownOf: (shown: number, all: number) => `The first ${shown} of ${all}.`,
  waiting: (tools: number) => (tools === 1 ? '1 tool waits' : `${tools} tools wait`),
} as const;

/** The words of the page of a connector's tools. */
export const toolsText = {
  title: (connector: string) => `Tools of ${connector}`,
  titleBefore: 'Tools of ',
  lead: 'Who is offered which tool, with which access, and what a person has to agree to first. It holds at once, everywhere.',
  allConnectors: 'All connectors',
  loading: 'Loading the tools',
  find: 'Find a tool',
  findPlaceholder: 'Find by name or description',
  which: 'Which tools',
  views: { all: 'All', read: 'Read-only', write: 'Full access', waiting: 'Waiting', off: 'Off' },
  ruleForAll: 'Rule for all tools',
  allItsTools: 'all its tools',
  none: 'This connector has no tools yet.',
  noneFound: 'No tool has that in its name or description.',
  noneOf: {
    all: 'Every tool waits to be let in.',
    read: 'No tool is read-only.',
    write: 'No tool needs full access.',
    waiting: 'No tool waits.',
    off: 'No tool is off.',
  },
  showAll: 'Show all tools',
  shown: (tools: number) => (tools === 1 ? '1 tool' : `${tools} tools`),
  caption: 'Tools',
  columns: ['Tool', 'Access', 'Offered to', 'Confirmation', 'Calls, 7 days'],
  off: 'Off',
  everybody: 'Everybody',
  noConfirmation: 'None',
  described: 'Described here',
  errors: (share: string) => `${share} failed`,
  credits: (count: number) => (count === 1 ? '1 credit a call' : `${count} credits a call`),
  someCredits: 'Costs credits',
  tryIt: 'Try',
  tryItOf: (title: string) => ` ${title} in the playground`,
  change: 'Change',
  changeOf: (title: string) => ` what becomes of ${title}`,
  approved: (names: readonly string[]) =>
    names.length === 1 ? `“${names[0] ?? ''}” may be used now.` : `${names.length} tools may be used now.`,
  saved: (title: string) => `Saved. It holds for ${title} from now on.`,
  waitingTitle: (tools: number) => (tools === 1 ? 'One new tool waits' : `${tools} new tools wait`),
  waitingLead: (tools: number) =>
    `${tools === 1 ? 'It' : 'Each'} came with an update of the connector and can change something. Nobody is offered it yet.`,
  waitingMore: (shown: number, all: number) =>
    `The first ${shown} of ${all}. The field above finds the others.`,
  approveAll: (all: boolean) => (all ? 'Let all be used' : 'Let those found be used'),
  approve: 'Let it be used',
} as const;

const some = (count: number, one: string, more: string): string => `${count} ${count === 1 ? one : more}`;

/** The words of what is said of a tool, beside who is offered it. */
export const descriptionText = {
  label: 'What models read of it',
  hint: 'It takes the place of what the API says, for every app, at once. Leave it empty for the API’s own words:',
  undo: 'Use the API’s own words',
} as const;

/** The words about one connector. */
export const connectorText = {
  loading: 'Loading the connector',
  facts: { kind: 'Kind', baseUrl: 'Calls go to', credential: 'Proves itself by', version: 'Version' },
  update: 'Update',
  versions: 'Versions',
  credentialChange: 'Change credential',
  credentialOf: 'Credential of ',
  credentialEffect: 'It holds for the next call. What was set before is forgotten.',
  credentialSaved: 'The credential is saved. It holds from the next call on.',
  switchOff: 'Switch off',
  switchOn: 'Switch on',
  switching: 'One moment…',
  switchOffBefore: 'Switch off ',
  switchOnBefore: 'Switch on ',
  leaveOn: 'Leave it on',
  leaveOff: 'Leave it off',
  switchOffEffect: (tools: number) =>
    `${some(tools, 'tool is', 'tools are')} offered to nobody from now on, and calls are refused. Rules, credentials and connections stay; you can switch it on again.`,
  switchOnEffect: 'Its tools are offered again, by the rules that they have.',
  switchedOff: 'It is off. Nobody is offered its tools.',
  switchedOn: 'It is on again.',
  test: 'Test',
  testOf: 'Test ',
  testDone: 'Close',
  delete: 'Delete',
  deleting: 'Deleting…',
  deleteBefore: 'Delete ',
  keep: 'Keep connector',
  deleteEffect: (tools: number, connections: number, accounts: number) =>
    [
      `${some(tools, 'tool goes', 'tools go')} at once, with their rules, versions and the credential.`,
      connections === 0
        ? ''
        : `${some(connections, 'connection or key that is', 'connections or keys that are')} bound to its own address ${connections === 1 ? 'stops' : 'stop'} working.`,
      accounts === 0
        ? ''
        : `${some(accounts, 'person’s own account is', 'people’s own accounts are')} disconnected.`,
      'It cannot be undone.',
    ]
      .filter((sentence) => sentence !== '')
      .join(' '),
  deleted: (name: string) => `“${name}” is deleted.`,
  sharedUnchangeable:
    'This connector is shared by all organisations. Whoever runs this Latchkey changes it, in its configuration file.',
  declaredUnchangeable:
    'This connector stands in the configuration file of this Latchkey. Whoever runs it changes it there.',
} as const;

/** The words of the page of a connector’s versions. */
export const versionsText = {
  title: (connector: string) => `Versions of ${connector}`,
  titleBefore: 'Versions of ',
  lead: 'What was published and when. An earlier version can come back, as a new version of its own.',
  tools: 'Its tools',
  loading: 'Loading the versions',
  empty: 'No versions are kept of this connector yet: the next time that it is published makes the first.',
  caption: 'Versions',
  columns: ['Version', 'Published', 'Tools'],
  version: (number: number) => `Version ${number}`,
  current: 'In use',
  rolledBackTo: (number: number) => `Brought version ${number} back`,
  byOperator: 'by the configuration file',
  someone: 'somebody',
  toolsOfServer: 'as the server says',
  compare: 'What changed',
  compareOf: (from: number, to: number) => ` from version ${from} to ${to}`,
  diffTitle: (from: number, to: number) => `From version ${from} to version ${to}`,
  all: 'All versions',
  rollBack: 'Roll back',
  rollBackTo: (number: number) => ` to version ${number}`,
  rollingBack: 'Rolling back…',
  keep: (number: number) => `Keep version ${number}`,
  questionBefore: (number: number) => `Bring version ${number} back for `,
  effect:
    'Its tools are as they were then, at once and for every app that is connected. Rules, credentials and connections stay. Tools that can change something and were not there now wait to be let in.',
  counts: (come: number, go: number) =>
    `${come === 1 ? '1 tool comes' : `${come} tools come`} back, ${go === 1 ? '1 goes' : `${go} go`}.`,
  rolledBack: (number: number, version: number) => `Version ${number} is back, as version ${version}.`,
} as const;

/** Of the dialog that says what becomes of a tool, or of all of a connector. */
export const ruleDialogText = {
  title: 'What becomes of ',
  asConnector: 'As the connector says',
  asForAll: 'As for all its tools',
  use: 'Use',
  on: 'On',
  off: 'Off: nobody is offered it',
  access: 'Access that it takes',
  read: 'Read-only is enough',
  full: 'Full access',
  offeredTo: 'Offered to',
  confirmation: 'What a person has to agree to first',
  confirmationNone: 'Nothing',
  confirmationHint: (isForAll: boolean) =>
    `${isForAll ? 'Asked before each tool that can change something.' : 'Asked before each call.'} Such as: “This sends mail to customers.”`,
  act: 'Save',
  acting: 'Saving…',
} as const;
