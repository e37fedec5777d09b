import type { Role } from '../api/types.ts';

/** Of the page of one key. */
export const keyText = {
  loading: 'Loading the key',
  back: 'All keys',
  what: 'What it is',
  access: 'Access',
  holder: 'Held by',
  mintedAs: 'Role of its holder when it was made',
  mintedUnknown: 'Not kept',
  created: 'Created',
  expires: 'Expires',
  never: 'Never',
  used: 'Last used',
  begins: 'Begins with',
  noSecret: 'Has no secret of its own',
  limit: 'Calls a minute',
  noLimit: 'As many as the organisation allows',
  limitOf: (calls: number) => `${calls} at most`,
  status: 'Status',
  oldUntil: 'Old secret works until',

  chain: 'Where it comes from',
  chainLead: 'What led to this key, step by step.',
  how: {
    hand: (by: string | null, holder: string | null) =>
      by === null
        ? 'Made by hand.'
        : holder === null || holder === by
          ? `${by} made it by hand.`
          : `${by} made it for ${holder}.`,
    consent: (by: string | null) => `${by ?? 'Somebody'} approved it on the consent page.`,
    identity_provider: (by: string | null) =>
      `An identity provider connected it for ${by ?? 'somebody'}, without a consent page.`,
    machine: () => 'An admin made the app, which acts for itself.',
  },
  app: 'App',
  tiers: {
    approved: 'Approved by an admin here',
    identified: (host: string) => `Identified by ${host}`,
    self_named: 'Unidentified: the app chose its name itself',
    blocked: 'Blocked by an admin here',
  },
  destination: 'Access went to',
  url: 'For',
  everything: 'All tools of the organisation that its access allows',
  issuer: 'By the word of',
  addresses: 'Addresses',
  addressesNote: 'From which addresses a key is used is not kept.',

  usage: 'The last 30 days',
  noCalls: 'No calls in the last 30 days.',
  utc: 'Days begin as in UTC. The newest calls are counted within seconds.',
  asTable: 'The numbers of the chart',

  calls: 'Last calls',
  callsLead: 'The last fifty at most, the newest first. What was said in a call is never kept.',
  noneYet: 'Nothing was called with it yet.',
  callsCaption: 'Last calls',
  callColumns: ['Call', 'When', 'Result', 'Took'],
  kinds: {
    'tool.call': 'Tool',
    'api.call': 'Request',
    'file.download': 'File',
    'prompt.get': 'Prompt',
    'resource.read': 'Resource',
  } as Readonly<Record<string, string>>,
  otherKind: 'Call',
  results: { ok: 'Done', refused: 'Refused', failed: 'Failed' } as Readonly<Record<string, string>>,
  unknownResult: 'Not known',
  through: 'through ',
  milliseconds: (ms: number) => `${ms} ms`,
  notTimed: '–',
  older: 'There may be older ones.',
  olderInAudit: 'Older ones are in the audit log',
  noneNear: 'No call is among the organisation’s latest entries.',
} as const;

/** Of the dialog that gives a key another secret. */
export const rotateText = {
  open: 'Replace secret…',
  title: 'Replace the secret of ',
  lead: 'Name, access, limit and expiry stay as they are. Put the new secret where the old one is now.',
  overlap: 'The old secret',
  overlaps: {
    0: { name: 'Ends at once', more: 'Whatever still uses it stops. Right if it may have leaked.' },
    1: { name: 'Works for an hour more', more: 'Time to change it in one place.' },
    24: { name: 'Works for 24 hours more', more: 'Time to change it in many places.' },
  },
  still: 'A secret from before still works. It ends now, whatever you choose.',
  act: 'Replace secret',
  acting: 'Replacing…',
  copy: 'Copy the new secret',
  what: 'the new secret',
  ifLost: 'replace it again',
  ended: 'The old secret has ended.',
  until: 'The old secret works until ',
  done: (name: string) => `“${name}” has a new secret.`,
} as const;

export function mintedInWords(role: Role | null, names: Readonly<Record<Role, string>>): string {
  return role === null ? keyText.mintedUnknown : names[role];
}
