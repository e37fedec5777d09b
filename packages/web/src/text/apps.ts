import type { App, AppRule, AuthMethod, SeenApp } from '../api/apps.ts';
import type { SecuritySettings } from '../api/security.ts';

const counted = (count: number, one: string, more: string) => (count === 1 ? `1 ${one}` : `${count} ${more}`);
const people = (count: number) => (count === 1 ? 'one person' : `${count} people`);

/** The words of the page of apps. */
export const appsText = {
  title: 'Apps',
  lead: 'What may connect to this organisation, and what has.',
  clear: 'Show all',
  sort: 'Order',

  made: {
    title: 'Made here',
    lead: 'Apps and machines of your own, with a client id of this organisation alone.',
    create: 'Create app',
    loading: 'Loading the apps',
    caption: 'Apps made here',
    columns: ['App', 'Acts for', 'Proves itself by', 'Connections'],
    empty:
      'None yet. Claude and most others need none, because they register by themselves; create one for an app of your own, or for a machine.',
    noneFound: 'No app made here has that in its name or client id.',
    find: 'Find an app',
    findPlaceholder: 'Name or client id',
    sorts: { created: 'Newest first', name: 'By name' },
    shownOf: (shown: number, all: number) =>
      shown === all ? counted(all, 'app', 'apps') : `${shown} of ${all} apps`,
    created: 'created ',
    itself: 'Itself',
    agent: 'the agent ',
    caller: 'Whoever calls it',
    people: 'People',
    at: 'at ',
    trades: 'trades tokens',
    itsOwn: 'Its own',
    ended: 'Ended',
    noneOfItsOwn: 'None of its own',
    exchange: 'Token exchange',
    exchangeOf: (name: string) => ` of ${name}`,
    delete: 'Delete',
    isThere: (name: string) => `“${name}” is there.`,
    deleted: (name: string, ended: string) => `“${name}” is deleted. ${ended}`,
    mayTrade: (name: string) => `“${name}” may trade tokens from now on.`,
    mayNotTrade: (name: string) => `“${name}” may trade tokens no more.`,
  },

  seen: {
    title: 'Came by themselves',
    lead: 'Apps that registered by themselves and that somebody here connected, once at least. Their names are their own words.',
    loading: 'Loading what came by itself',
    caption: 'Apps that came by themselves',
    columns: ['App', 'Known by', 'Access goes to', 'Approvals', 'Connections'],
    empty: 'None yet. As soon as somebody connects Claude or another app, it is listed here.',
    noneFound: 'No app that came has that in its name, client id or addresses.',
    find: 'Find an app that came',
    findPlaceholder: 'Name, client id or address',
    sorts: { approved: 'Last approved first', name: 'By name' },
    shownOf: (shown: number, all: number) =>
      shown === all ? counted(all, 'app that came', 'apps that came') : `${shown} of ${all} apps that came`,
    tiers: {
      approved: () => 'Approved',
      identified: (host: string) => `Identified by ${host}`,
      self_named: () => 'Unidentified',
      blocked: () => 'Blocked',
    } satisfies Record<SeenApp['tier'], (host: string) => string>,
    registered: {
      document: 'says who it is at its own address',
      itself: 'registered here',
    } satisfies Record<SeenApp['registered_by'], string>,
    since: 'registered ',
    addresses: (count: number) => counted(count, 'address', 'addresses'),
    approvals: (count: number) => String(count),
    last: 'last ',
    approve: 'Approve',
    block: 'Block',
    unblock: 'See the rule',
    approved: (name: string) => `“${name}” is approved.`,
    approveTitle: 'Approve ',
    approveKeep: 'Leave it as it is',
    approveAct: 'Approve',
    approving: 'Approving…',
    approveEffect:
      'The consent page says from now on that an admin of this organisation approved it. Approve only what you know: the name is the app’s own word, its client id is not.',
  },

  rules: {
    title: 'Rules',
    lead: 'About apps that came by themselves. Which of them members may connect without a rule is in the security settings.',
    add: 'Add rule',
    loading: 'Loading the rules',
    caption: 'Rules about apps',
    columns: ['About', 'Rule', 'Since'],
    empty: 'No rules yet.',
    noneFound: 'No rule is about that.',
    find: 'Find a rule',
    findPlaceholder: 'Host, client id or name',
    shownOf: (shown: number, all: number) =>
      shown === all ? counted(all, 'rule', 'rules') : `${shown} of ${all} rules`,
    oneApp: 'one app',
    wholeHost: 'all apps of this host',
    states: { approved: 'Approved', blocked: 'Blocked' } satisfies Record<AppRule['rule'], string>,
    block: 'Block',
    remove: 'Remove rule',
    removeAbout: (subject: string) => ` about ${subject}`,
    leave: 'Leave it approved',
    isApproved: ' is approved.',
    isBlocked: ' is blocked. ',
    noRule: 'There is no rule about ',
    anyMore: ' any more. ',
  },

  connections: (connections: number, of: number) =>
    connections === 0 ? 'None' : `${counted(connections, 'connection', 'connections')} of ${people(of)}`,
  methods: {
    none: 'Nothing (public, PKCE)',
    client_secret_basic: 'Secret in the header',
    client_secret_post: 'Secret in the body',
    private_key_jwt: 'Signed assertion',
  } satisfies Record<AuthMethod, string>,
} as const;

/** Of the question before an app is deleted. */
export const deleteAppText = {
  title: 'Delete ',
  keep: 'Keep app',
  act: 'Delete app',
  acting: 'Deleting…',
  never: 'Its client id is never valid again. This cannot be undone.',
  exchanged: ' Tokens that it traded others for stop, too.',
  nobody: 'Nobody is connected through it now, and nobody can connect it any more.',
  people: ({ connections, people: of, refresh_tokens: tokens }: App) =>
    `${
      tokens === 0
        ? `Ends ${counted(connections, 'connection', 'connections')} of ${people(of)} now`
        : `Revokes ${counted(tokens, 'refresh token', 'refresh tokens')} of ${people(of)} now, with ${counted(connections, 'connection', 'connections')}`
    }: access tokens and keys are refused from the next call on, what is under way breaks off, and nobody can connect it any more.`,
  machine: (exchanged: string) =>
    `The machine stops at once: its token is refused, and it gets no other.${exchanged} Its agent stays, with keys that were made for it.`,
  exchange: 'The tokens that it traded others for are refused from the next call on, and it gets no more.',
} as const;

/** Of the question before an app is blocked, or a rule goes. */
export const ruleText = {
  blockTitle: 'Block ',
  block: 'Block',
  blocking: 'Blocking…',
  blockApp: 'All connections of this app in this organisation end at once, and nobody can connect it here.',
  blockHost:
    'All connections in this organisation of apps of this host, and of apps whose access goes there, end at once, and nobody can connect one here.',
  notBack: 'Removing the rule later does not bring them back.',
  removeTitle: 'Remove the rule about ',
  keep: 'Keep rule',
  remove: 'Remove rule',
  removing: 'Removing…',
  removeBlocked:
    'Members can connect it again, as far as no other rule is against it. What ended with the block stays ended.',
  /** By which apps may be connected without a rule; undefined: that is not known yet. */
  removeApproved: (policy: SecuritySettings['client_policy'] | undefined) => {
    switch (policy) {
      case 'any':
        return 'The consent page no longer says that an admin approved it. Its connections stay.';
      case 'known':
        return 'Only apps that are approved or identified may be connected here. Connections that need this approval end at once: those of apps that nothing else approves or identifies. Approving it later does not bring them back.';
      case 'approved':
        return 'Only approved apps may be connected here. Connections that need this approval end at once: those of apps that no other rule approves. Approving it later does not bring them back.';
      case undefined:
        return 'The consent page no longer says that an admin approved it. Connections that need this approval end at once.';
      default:
        return policy satisfies never;
    }
  },
  addTitle: 'Add a rule',
  subject: 'Host or client id',
  subjectTitle: 'The name of a host, or a client id',
  subjectHint:
    'A host, such as claude.ai, is about all its apps. A client id is about one: it begins with cli_ or https://.',
  legend: 'Rule',
  approve: 'Approve',
  approveMore:
    'The consent page says that an admin approved it. A host approves only apps that prove to be of it.',
  blockMore: 'Its connections here end at once, and nobody can connect it.',
  replaces: (rule: string) => `There is a rule about it (${rule}), which this replaces.`,
  ask: 'Block…',
  saving: 'Saving…',
  back: 'Back',
} as const;

/** Of the question about token exchange. */
export const exchangeText = {
  allowTitle: (name: string) => `Let “${name}” trade tokens?`,
  stopTitle: (name: string) => `Stop “${name}” from trading tokens?`,
  leaveOff: 'Leave it off',
  keepOn: 'Keep it on',
  allow: 'Allow token exchange',
  allowing: 'Allowing…',
  withdraw: 'Withdraw token exchange',
  withdrawing: 'Withdrawing…',
  allowEffect:
    'It may then trade an access token of this organisation that it is given for one of its own, never good for more or for longer. The audit names it as who acts.',
  withdrawEffect:
    'The tokens that it traded others for are refused from the next call on, and it gets no more. Its other access stays.',
} as const;

/** Of the dialog that makes an app. */
export const newAppText = {
  title: 'Create an app',
  name: 'Name',
  nameTitle: 'A name to recognise the app by',
  actsFor: 'Acts for',
  kinds: {
    people: { name: 'People', more: 'Each signs in and approves it. It does what they may.' },
    machine: { name: 'Itself', more: 'A machine that nobody signs in to, with a role of its own.' },
    exchange: {
      name: 'Whoever calls it',
      more: 'A service that trades the tokens that it is given for narrower ones of its own (token exchange).',
    },
  },
  role: 'Role',
  viewer: 'Viewer',
  viewerMore: 'It looks things up, and changes nothing.',
  member: 'Member',
  memberMore: 'It may change things, too.',
  proves: 'Proves itself by',
  exchange: 'Token exchange',
  exchangeMore: 'It may also trade tokens of others for narrower ones of its own.',
  act: 'Create app',
  acting: 'Creating…',
  clientId: 'Client id',
  clientIdWhat: 'the client id',
  theRest: 'The app finds the rest at the connector URL by itself.',
  isThere: (name: string) => `“${name}” is there`,
  done: 'Done',
  secret: 'Client secret',
  secretWhat: 'the client secret',
  ifLost: 'delete the app and create another',
} as const;

/** Of the field of redirect URIs. */
export const redirectUrisText = {
  label: 'Redirect URIs',
  hint: (most: number) =>
    `Where people are sent back to, one a line, ${most} at most: https, or http on this computer.`,
  tooMany: (most: number) => `Give ${most} at most.`,
  noAddress: (line: string) => `“${line}” is no address.`,
  notHttps: (line: string) => `“${line}” must be https.`,
} as const;
