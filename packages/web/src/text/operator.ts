/** The words of the pages for who looks after the whole installation. */
export const operatorText = {
  name: 'Operator',
  about: 'This installation',
  pages: 'Operator',
  places: {
    organisations: 'Organisations',
    keys: 'Signing keys',
    health: 'Health',
    modes: 'How it was started',
    log: 'Log',
  },
  loading: 'Loading',
} as const;

export const installedText = {
  title: 'Organisations',
  lead: 'Everyone who uses this installation. You see names and counts; what is inside an organisation is its own.',
  loading: 'Loading the organisations',
  caption: 'Organisations',
  columns: ['Organisation', 'People', 'Connectors', 'Connections', 'Calls, 24 h', 'Created', 'State'],
  create: 'Create organisation',
  find: 'Find an organisation',
  findPlaceholder: 'Name or address',
  which: 'Which organisations',
  all: 'All',
  states: { active: 'Active', suspended: 'Suspended', deleted: 'Deleted' },
  deletedNote: 'By its owners; about to be gone.',
  shownOf: (shown: number, total: number) =>
    shown === total
      ? `${total} ${total === 1 ? 'organisation' : 'organisations'}.`
      : `The first ${shown} of ${total}.`,
  empty: 'There is no organisation yet.',
  noneFound: 'No organisation fits.',
  showAll: 'Show all',
  more: 'Show more',
  loadingMore: 'Loading…',
  suspend: 'Suspend',
  resume: 'Resume',
  ownerLink: 'New link',
  ownerLinkFor: (name: string) => ` for ${name}`,
  noOwner: 'Nobody has joined yet',
  suspended: ' is suspended. Nothing works in it until you resume it.',
  resumed: ' works again. Its people have to connect their apps again.',
} as const;

export const newOrganisationText = {
  title: 'Create an organisation',
  lead: 'You do not become part of it. You get a link for whoever is to own it.',
  nameLabel: 'Name',
  slugLabel: 'Address',
  slugHint: 'It stands in the URL that its people paste: /mcp/',
  act: 'Create',
  acting: 'Creating…',
  madeTitle: 'The organisation is there',
  linkTitle: 'A new link for the first owner',
  made: 'Hand this link to whoever is to own it. It works once, and is shown only now; no mail is sent.',
  again: 'The link before stopped working. Hand this one to whoever is to own it; it is shown only now.',
  what: 'the link',
  until: 'Good until ',
  done: 'Done',
} as const;

export const suspendText = {
  suspend: {
    ask: 'Suspend',
    acting: 'Suspending…',
    keep: 'Keep it working',
    act: 'Suspend organisation',
    effect: 'From the next click and the next call on, nothing works in it, on every node:',
    points: [
      'Its people see that it is suspended, and nothing else of it.',
      'Calls under way break off. Keys are refused.',
      'Apps are disconnected, and have to be connected again once it is resumed.',
    ],
    after: 'Nothing in it is deleted.',
  },
  resume: {
    ask: 'Resume',
    acting: 'Resuming…',
    keep: 'Keep it suspended',
    act: 'Resume organisation',
    effect: 'Its people get in again, and keys that were made by hand work at once.',
    points: [],
    after: 'Apps have to be connected again.',
  },
} as const;

export const ownerLinkText = {
  before: 'Make another link for “',
  after: '”?',
  effect: 'Nobody has joined it yet. Every link into it from before stops working.',
  keep: 'Keep the link',
  act: 'Make a link',
  acting: 'Making it…',
} as const;

export const signingKeysText = {
  title: 'Signing keys',
  lead: 'Access tokens are signed with these. Changing the key signs nobody out: what the one before signed stays good.',
  loading: 'the signing keys',
  caption: 'Signing keys, newest first',
  columns: ['Key', 'Made', 'Signs', 'Checks signatures', 'State'],
  states: { next: 'Published, signs soon', active: 'Signs', retired: 'Checks only' },
  begins: 'begins ',
  began: 'began ',
  ended: 'ended ',
  ends: 'ends ',
  always: 'until another takes its place',
  empty: 'There is no signing key yet. Latchkey makes the first one when it starts.',
  rotate: 'Change the key',
  rotateTitle: 'Change the signing key?',
  rotateEffect:
    'A new key is published now and signs in ten minutes, when everyone who checks our tokens has it. Nobody notices.',
  nowLabel: 'At once, without the ten minutes',
  nowHint:
    'Only if the key may be in wrong hands. Who keeps our keys for five minutes may refuse new tokens meanwhile.',
  keep: 'Keep the key',
  act: 'Change the key',
  acting: 'Changing it…',
  published: 'A new key is published. It signs in ten minutes.',
  active: 'A new key signs from now on.',
} as const;

export const healthText = {
  title: 'Health',
  lead: 'How this installation is doing, as the node that answered sees it.',
  loading: 'Looking at the installation',
  again: 'Look again',
  looking: 'Looking…',
  attention: 'Look at this',
  fine: 'Nothing needs you.',
  warnings: {
    no_https:
      'People reach Latchkey by http, which everybody on the way can read. Put it behind https, and set PUBLIC_MCP_BASE_URL and PUBLIC_WEB_BASE_URL.',
    changes_unheard:
      'A node does not hear what the others revoke. It asks the database about every call until it does: nothing is let in wrongly, but calls take longer.',
    secret_replaced:
      'LATCHKEY_SECRET was replaced, and this node still has the former one. Restart it with the new one.',
    migrations_missing: 'The database is older than this release. Run latchkey migrate, or restart.',
    migrations_ahead:
      'The database is newer than this release: another node runs a later one. Update this one.',
    disk_low: 'Less than 1 GB is free where the data is kept.',
    versions_differ: 'The nodes run different versions. Update those that are behind.',
    pool_exhausted: 'Requests wait for a connection to the database.',
  } as Readonly<Record<string, string>>,
  latchkey: 'Latchkey',
  version: 'Version',
  runtime: 'Runs on',
  uptime: 'Up for',
  connectors: 'Connectors',
  connectorsOf: (own: number, shared: number) => `${own} of organisations, ${shared} for all`,
  changes: 'Hears what others revoke',
  yes: 'Yes',
  no: 'No',
  database: 'Database',
  engine: 'PostgreSQL',
  where: 'Where',
  external: 'Elsewhere (DATABASE_URL)',
  embedded: 'Embedded, in the data directory',
  size: 'Size',
  answered: 'Answered in',
  milliseconds: (ms: number) => `${ms} ms`,
  pool: 'Connections',
  poolOf: (used: number, max: number, waiting: number) =>
    `${used} of ${max} in use${waiting === 0 ? '' : `, ${waiting} waiting`}`,
  migrations: 'Migrations',
  migrationsOf: (run: number, known: number) =>
    run === known ? `${run}, all of them` : `${run} of ${known}`,
  disk: 'Free on the disk',
  diskOf: (free: string, size: string) => `${free} of ${size}`,
  noDisk: 'It keeps nothing there',
  nodes: 'Nodes',
  nodesLead: 'The processes that serve this installation, of the last day.',
  nodesCaption: 'Nodes',
  nodeColumns: ['Host', 'Serves', 'Version', 'Up since', 'Seen', 'State'],
  halves: { gateway: 'The gateway', web: 'The pages', both: 'Everything' },
  thisNode: 'this one',
  nodeStates: { fine: 'Up', deaf: 'Hears no changes', gone: 'Not seen any more' },
} as const;

export const modesText = {
  title: 'How it was started',
  lead: 'What is on and what is off, and what decides it. It is changed where Latchkey is started, not here.',
  loading: 'how it was started',
  caption: 'What is on, and what decides it',
  columns: ['What', 'Now', 'Decided by'],
  on: 'On',
  off: 'Off',
  none: 'None',
  always: 'Always so',
  empty: 'Nothing is known.',
  names: {
    gateway: 'Gateway: the addresses that apps and programs call',
    web: 'Pages and dashboard',
    mcp_url: 'Where apps reach it',
    web_url: 'Where people reach it',
    connector_paths: 'Addresses that stand for every organisation',
    handoff_secret: 'Gateway and pages on two hosts: the secret between them',
    external_database: 'Database elsewhere instead of the embedded one',
    given_secret: 'Encryption secret given, not made here',
    declared_file: 'File that declares organisations and connectors',
    trusted_proxies: 'Proxies whose word on addresses counts',
    shared_egress: 'Networks from which many people come at once',
    private_networks: 'Private networks that connectors may reach',
    log_level: 'How much it logs',
    'grant:authorization_code': 'People connect apps',
    'grant:refresh_token': 'Connections renew themselves',
    'grant:client_credentials': 'Machines sign in by themselves',
    'grant:urn:ietf:params:oauth:grant-type:token-exchange': 'Apps pass access on to other apps',
    'grant:urn:ietf:params:oauth:grant-type:jwt-bearer': 'Identity providers vouch for people',
    client_auth: 'How apps prove who they are',
    dpop: 'Tokens bound to a key (DPoP)',
  } as Readonly<Record<string, string>>,
} as const;

export const operatorLogText = {
  title: 'Log',
  lead: 'What operators did, here and by commands on the server. What they did to an organisation stands in its own audit log, too.',
  loading: 'Loading the log',
  caption: 'What operators did, newest first',
  columns: ['Time', 'What', 'Who', 'To what'],
  empty: 'No operator has done anything yet.',
  more: 'Show older',
  loadingMore: 'Loading…',
  onServer: 'A command on the server',
  actions: {
    'organisation.created': 'Organisation created',
    'organisation.suspended': 'Organisation suspended',
    'organisation.resumed': 'Organisation resumed',
    'organisation.security_changed': 'Organisation opened to every address',
    'user.disabled': 'Person suspended',
    'user.enabled': 'Person resumed',
    'invitation.created': 'Invitation made',
    'member.two_factor_reset': 'Second step and passkeys of a member removed',
    'password.reset_link_created': 'Link to choose a password made',
    'signing_key.rotated': 'Signing key changed',
    'signing_key.dropped': 'Signing key dropped',
    'operator.added': 'Operator added',
    'operator.removed': 'Operator removed',
  } as Readonly<Record<string, string>>,
} as const;

/** For how long something has been so. */
export const durationText = {
  units: {
    day: (count: number) => (count === 1 ? '1 day' : `${count} days`),
    hour: (count: number) => (count === 1 ? '1 hour' : `${count} hours`),
    minute: (count: number) => (count === 1 ? '1 minute' : `${count} minutes`),
  },
  short: 'less than a minute',
} as const;
