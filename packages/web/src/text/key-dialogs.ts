import type { ApiKey } from '../api/types.ts';

/** Of the dialog that makes a key. */
export const newKeyText = {
  copy: 'Copy your new key',
  name: 'Name',
  nameTitle: 'A name to recognise the key by',
  nameHint: 'What will use it, so that you know later what stops when you revoke it.',
  access: 'Access',
  read: 'Read-only',
  readMore: 'Looks things up, changes nothing.',
  full: 'Full access',
  fullMore: 'Everything that your role allows, changes included.',
  readOnlyHere:
    'This organisation gives read-only access alone. An owner or admin can change that in Settings, Security.',
  expires: 'Expires after',
  days: (days: number) => `${days} days`,
  noExpiry: 'No expiry',
  limit: 'Calls a minute, at most (optional)',
  limitHint: (most: number | undefined) =>
    most === undefined
      ? 'Leave it empty for as many as the organisation allows a key.'
      : `Leave it empty for as many as the organisation allows a key: ${most}.`,
  act: 'Create key',
  acting: 'Creating…',
  once: (ifLost: string) =>
    `This is the only time that it is shown. Put it where your secrets live; if it is lost, ${ifLost}.`,
  what: 'the key',
  ifLost: 'revoke it and create another',
  saved: 'I have saved it',
} as const;

/** Of the question before a key ends. */
export const revokeText = {
  title: { before: 'Revoke “', after: '”?' },
  keep: 'Keep key',
  act: 'Revoke key',
  acting: 'Revoking…',
  cannotUndo: 'This cannot be undone.',
  begins: 'The key that begins with ',
  heldBy: ', held by ',
  theApp: 'The app',
  connection: (app: string) => `${app} stops at once and asks you to connect again.`,
  agent: (agent: string | null) =>
    agent === null
      ? 'The agent stops at once wherever it uses this key.'
      : `The agent ${agent} stops at once wherever it uses this key.`,
  hand: 'Whatever uses this key stops at once.',
  old: ' So does the secret before this one.',
} as const;

export function effectInWords({ client, holder, made_by }: ApiKey): string {
  switch (made_by) {
    case 'connection':
      return revokeText.connection(client?.name ?? revokeText.theApp);
    case 'agent':
      return revokeText.agent(holder);
    case 'hand':
      return revokeText.hand;
    default:
      return made_by satisfies never;
  }
}
