import type { Role } from '../api/types.ts';

const counted = (count: number, one: string, more: string) => (count === 1 ? `1 ${one}` : `${count} ${more}`);
const connections = (count: number) => counted(count, 'connection', 'connections');
const keys = (count: number) => counted(count, 'key', 'keys');

/** The words of the page of the members. */
export const membersText = {
  title: 'Members',
  lead: 'People of this organisation. A role is the most that they, and whatever they connect, can do.',
  invite: 'Invite',
  loading: 'the members',
  find: 'Find a member',
  findPlaceholder: 'Find by name or address',
  which: 'Which members',
  everybody: 'Everybody',
  noneFound: 'No member has that in their name or address.',
  noneOfRole: 'No member has this role.',
  showAll: 'Show everybody',
  shownOf: (shown: number, all: number) =>
    shown === all ? counted(all, 'member', 'members') : `${shown} of ${all} members`,
  more: 'Show more',
  loadingMore: 'Loading…',
  columns: ['Member', 'Role', 'Sign-in', 'Last sign‑in', 'Connections'],
  you: ' (you)',
  joined: 'joined',
  declared: 'Declared by the operator',
  suspended: 'Stopped by the operator',
  twoFactor: 'Two-factor',
  noTwoFactor: 'No two-factor',
  company: 'Company account',
  notSignedIn: 'Signed out',
  keysToo: (count: number) => keys(count),
  changeRole: 'Role',
  changeRoleOf: (name: string) => ` of ${name}`,
  resetLink: 'Reset link',
  resetLinkFor: (name: string) => ` for ${name}`,
  remove: 'Remove',
  removeWhom: (name: string) => ` ${name}`,
  leave: 'Leave',
  roleChanged: (name: string, role: string) => `${name} is ${role} from now on.`,
  removed: (name: string) => `${name} is no longer a member. What they connected stopped at once.`,
} as const;

export const roleText = {
  title: 'Role of ',
  legend: 'Role',
  whatItMay: {
    owner: 'Everything, and who else is an owner.',
    admin: 'Members, agents, apps and connectors.',
    member: 'Connect apps and make keys, with full access too.',
    viewer: 'Connect apps and make keys, read-only.',
  } satisfies Record<Role, string>,
  effect: (connected: number, made: number) =>
    connected + made === 0
      ? 'It holds at once, and for whatever they connect later.'
      : `${[connected === 0 ? '' : connections(connected), made === 0 ? '' : keys(made)].filter(Boolean).join(' and ')} ${connected + made === 1 ? 'gets' : 'get'} the new role at once: with less, apps do less from the next call on.`,
  lastOwner: 'This is the last owner. An organisation keeps at least one: make somebody else an owner first.',
  act: 'Change role',
  acting: 'Changing…',
} as const;

export const removeText = {
  title: (name: string) => `Remove ${name}?`,
  before: 'Remove ',
  after: '?',
  leaveTitle: 'Leave this organisation?',
  keep: 'Keep member',
  stay: 'Stay',
  act: 'Remove member',
  leave: 'Leave',
  acting: 'Removing…',
  leaving: 'Leaving…',
  ends: 'This ends at once, in this organisation:',
  endsNothing: 'They have no connections and no keys here. Their account stays.',
  connections,
  keys: (count: number) => `${keys(count)} made by hand`,
  membership: 'the membership',
  stays: 'The account stays, and with it whatever it is in other organisations.',
  lastOwnerTitle: 'The last owner stays',
  close: 'Close',
} as const;

export const inviteText = {
  title: 'Invite somebody',
  role: 'Role',
  email: 'Email',
  emailHint: 'Optional. Only an account with this address can use the link then.',
  emailPlaceholder: 'anybody with the link',
  expires: 'Good for',
  lifetimes: [
    { days: 1, text: '1 day' },
    { days: 2, text: '2 days' },
    { days: 7, text: '7 days' },
    { days: 30, text: '30 days' },
  ],
  act: 'Make link',
  acting: 'Making…',
  madeTitle: 'Send this link',
  made: 'This is the only time that it is shown. No mail is sent: hand it over yourself. It lets one person in.',
  what: 'the link',
  until: 'It is good until it is used, and expires ',
  done: 'Done',
} as const;

export const resetText = {
  title: 'Reset link for ',
  lead: 'With it, they choose a new password. Their old password works until then. Afterwards they are signed out everywhere; apps that they connected stay connected, and a second factor is still asked for.',
  careful: 'Whoever has the link can sign in as this person. Send it to nobody else.',
  act: 'Make link',
  acting: 'Making…',
  madeTitle: 'Send this link',
  made: 'This is the only time that it is shown. No mail is sent: hand it over yourself. It is good once.',
} as const;

export const twoFactorOffText = {
  lost: 'They have lost their authenticator app and their backup codes, or their passkeys, too?',
  open: 'Remove their second step and passkeys',
  title: (name: string) => `Remove the second step and passkeys of ${name}?`,
  effect:
    'From then on their password alone signs them in, until they set up a second step or a passkey again. Be sure that it is really them who asks: this is what somebody who found out their password would ask for.',
  keep: 'Keep them',
  act: 'Remove',
  acting: 'Removing…',
  done: 'Their second step is off, and their passkeys are removed.',
} as const;

export const invitationsText = {
  title: 'Open invitations',
  lead: 'Links that nobody has used yet. Each lets one person in.',
  loading: 'the invitations',
  columns: ['For', 'Role', 'Expires', 'Invited by'],
  anybody: 'Whoever has the link',
  operator: 'The operator',
  expired: 'Expired',
  renew: 'New link',
  renewFor: (whom: string) => ` for ${whom}`,
  withdraw: 'Withdraw',
  withdrawFor: (whom: string) => ` the invitation for ${whom}`,
  renewTitle: 'Make a new link?',
  renewLead: 'The link before stops working. The new one is good for as long as the first was.',
  withdrawTitle: 'Withdraw the invitation?',
  withdrawLead: (whom: string) => `The link for ${whom} stops working at once.`,
  keep: 'Keep invitation',
  act: 'Withdraw',
  acting: 'Withdrawing…',
  withdrawn: 'The invitation is withdrawn. Its link stopped working.',
  whoever: 'whoever has it',
} as const;

export const matrixText = {
  title: 'What each role may do',
  lead: 'A viewer’s connections and keys are always read-only.',
  loading: 'the roles',
  caption: 'What each role may do',
  action: 'Action',
  yes: 'Yes',
  no: 'No',
  /** By the name that the server’s policy has for it. */
  actions: {
    'connections.create.own': 'Connect apps',
    'connections.read.own': 'See own connections',
    'connections.revoke.own': 'End own connections',
    'connections.read.any': 'See everybody’s connections',
    'connections.revoke.any': 'End anybody’s connections',
    'keys.create.own': 'Make keys',
    'keys.read.own': 'See own keys',
    'keys.revoke.own': 'End own keys',
    'keys.read.any': 'See everybody’s keys',
    'keys.revoke.any': 'End anybody’s keys',
    'agents.read': 'See agents',
    'agents.manage': 'Manage agents',
    'clients.manage': 'Manage apps, and which are blocked',
    'identity_providers.manage': 'Manage identity providers',
    'connectors.read': 'See connectors and their tools',
    'connectors.manage': 'Manage connectors and tools',
    'members.read': 'See members',
    'members.manage': 'Invite and remove members, change roles',
    'owners.manage': 'Make and unmake owners',
    'usage.read': 'See own usage',
    'usage.read.any': 'See everybody’s usage',
    'audit.read': 'Read the audit log',
    'audit.retain': 'Say how long the audit log is kept',
    'settings.read': 'See settings',
    'settings.manage': 'Change settings',
    'organisation.rename': 'Change the organisation’s address',
    'organisation.delete': 'Delete the organisation',
  } as Readonly<Record<string, string>>,
} as const;
