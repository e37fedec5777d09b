import { z } from 'zod';
import { AMR } from '../../people/amr.ts';
import { registrationSchema, signatureSchema } from '../../people/passkeys/responses.ts';
import { keyShape } from '../keys/present-key.ts';
import { listOf, nothing, pageOf, time } from '../shapes.ts';
import { wantedText } from '../wanted-text.ts';

// Everything here is somebody's own, and the dashboard's alone: no key opens it.

const CODE_CHARACTERS_MAX = 64;
const code = z.string().max(CODE_CHARACTERS_MAX).describe('Of the authenticator app, or a backup code.');
const passkeyId = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,1400}$/, 'There is no such passkey.')
  .describe('Its id, as get_account shows it.');
const name = z.string().max(1000);
/** What a browser takes as it is: see WebAuthn level 3 section 5.4 and 5.5. */
const browserOptions = z.looseObject({ challenge: z.string() });
const backupCodes = z.object({
  backup_codes: z.array(z.string()).describe('Each is good once. They are in this answer and nowhere else.'),
});

export const GET = {
  id: 'get_account',
  summary: 'Get your account',
  description: 'Your name, how you sign in, your passkeys and whether a second step is asked for.',
  callers: 'session',
  answer: z.object({
    user: z.object({ id: z.string(), email: z.string(), name: z.string() }),
    via_company: z
      .boolean()
      .describe('This session is by your company’s word, which says nothing about the account itself.'),
    has_password: z.boolean(),
    passkeys_available: z.boolean(),
    passkeys: z.array(
      z.object({
        id: z.string(),
        name: z.string(),
        created_at: time,
        last_used_at: time.nullable(),
        backed_up: z.boolean().describe('It is kept in more than one place.'),
      }),
    ),
    two_factor: z.object({
      enabled: z.boolean(),
      since: time.nullable(),
      backup_codes_left: z.number(),
      remembered_browsers: z.number(),
    }),
  }),
} as const;

export const RENAME = {
  id: 'rename_yourself',
  summary: 'Change your name',
  description: 'The name that others see.',
  callers: 'session',
  body: z.strictObject({ name }),
  answer: z.object({ name: z.string() }),
} as const;

export const CHANGE_PASSWORD = {
  id: 'change_password',
  summary: 'Change your password',
  description: 'Ends every other session of yours, and every browser is asked for the second step again.',
  callers: 'session',
  body: z.strictObject({ current: z.string(), next: z.string() }),
  answer: z.object({ ended_sessions: z.number() }),
} as const;

export const BEGIN_TWO_FACTOR = {
  id: 'begin_two_factor',
  summary: 'Begin to use an authenticator app',
  description: 'The secret for the app. It counts for nothing until confirm_two_factor.',
  callers: 'session',
  body: nothing,
  answer: z.object({ secret: z.string(), uri: z.string() }),
} as const;

export const CONFIRM_TWO_FACTOR = {
  id: 'confirm_two_factor',
  summary: 'Turn the second step on',
  description: 'With a code that the app shows. From then on a sign-in by password asks for one.',
  callers: 'session',
  body: z.strictObject({ code }),
  answer: backupCodes,
} as const;

export const DISABLE_TWO_FACTOR = {
  id: 'disable_two_factor',
  summary: 'Turn the second step off',
  description: 'With its backup codes and the browsers that were remembered.',
  callers: 'session',
  isDangerous: true,
  body: nothing,
  answer: z.object({ enabled: z.literal(false) }),
} as const;

export const REPLACE_BACKUP_CODES = {
  id: 'replace_backup_codes',
  summary: 'Get new backup codes',
  description: 'Those before stop working.',
  callers: 'session',
  body: nothing,
  answer: backupCodes,
} as const;

export const FORGET_BROWSERS = {
  id: 'forget_browsers',
  summary: 'Ask for the second step everywhere',
  description: 'Also in browsers that were not to be asked for a while.',
  callers: 'session',
  body: nothing,
  answer: z.object({ remembered_browsers: z.literal(0) }),
} as const;

export const BEGIN_PASSKEY = {
  id: 'begin_passkey',
  summary: 'Begin to make a passkey',
  description: 'What the browser needs to make one.',
  callers: 'session',
  body: nothing,
  answer: browserOptions,
} as const;

export const ADD_PASSKEY = {
  id: 'add_passkey',
  summary: 'Add a passkey',
  description: 'What the browser made, and what to call it.',
  callers: 'session',
  body: z.strictObject({ name, response: registrationSchema }),
  answer: z.object({ id: z.string(), name: z.string() }),
  status: 201,
} as const;

export const RENAME_PASSKEY = {
  id: 'rename_passkey',
  summary: 'Rename a passkey',
  description: 'Changes what it is called, and nothing else.',
  callers: 'session',
  params: z.object({ passkey: passkeyId }),
  body: z.strictObject({ name }),
  answer: z.object({ id: z.string() }),
} as const;

export const REMOVE_PASSKEY = {
  id: 'remove_passkey',
  summary: 'Remove a passkey',
  description: 'It opens nothing from then on.',
  callers: 'session',
  isDangerous: true,
  params: z.object({ passkey: passkeyId }),
  body: nothing,
  answer: z.object({ id: z.string() }),
} as const;

export const LIST_SESSIONS = {
  id: 'list_sessions',
  summary: 'List your sessions',
  description: 'The browsers in which you are signed in, the newest first.',
  callers: 'session',
  answer: listOf(
    z.object({
      id: z.string(),
      browser: z.string().describe('What it says of itself.'),
      by: z.array(z.enum(AMR)).describe('How you showed who you are.'),
      created_at: time,
      expires_at: time,
      is_this: z.boolean(),
    }),
  ),
} as const;

export const END_SESSION = {
  id: 'end_session',
  summary: 'End a session',
  description: 'Signs that browser out at once.',
  callers: 'session',
  params: z.object({
    session: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'There is no such session.'),
  }),
  body: nothing,
  answer: z.object({ id: z.string() }),
} as const;

export const END_OTHERS = {
  id: 'end_other_sessions',
  summary: 'End all other sessions',
  description: 'Signs every browser out but this one.',
  callers: 'session',
  isDangerous: true,
  body: nothing,
  answer: z.object({ ended_sessions: z.number() }),
} as const;

export const LIST_CONNECTIONS = {
  id: 'list_own_connections',
  summary: 'List your connections',
  description:
    'The apps that you connected and that still work, in each of your organisations, the newest first.',
  callers: 'session',
  query: z.object({
    q: wantedText('What the app is called, where it is, or the organisation.'),
    cursor: z.string().max(2000).optional().describe('next_cursor of the page before.'),
  }),
  answer: pageOf(
    z.object({ organisation: z.object({ slug: z.string(), name: z.string() }), connection: keyShape }),
  ).extend({ total: z.int().nonnegative() }),
} as const;

export const CONFIRM_METHODS = {
  id: 'get_confirm_methods',
  summary: 'Get how to confirm that it is you',
  description: 'None of them: you sign in elsewhere, and do so again.',
  callers: 'session',
  answer: z.object({ password: z.boolean(), code: z.boolean(), passkey: z.boolean() }),
} as const;

export const CONFIRM_OPTIONS = {
  id: 'begin_confirm_by_passkey',
  summary: 'Begin to confirm by a passkey',
  description: 'What the browser needs to ask for one.',
  callers: 'session',
  body: nothing,
  answer: browserOptions,
} as const;

export const CONFIRM = {
  id: 'confirm_sign_in',
  summary: 'Confirm that it is you',
  description: 'From then on, for ten minutes, this session may do what takes a recent sign-in.',
  callers: 'session',
  body: z.union([
    z.strictObject({ password: z.string() }),
    z.strictObject({ code }),
    z.strictObject({ passkey: signatureSchema }),
  ]),
  answer: z.object({ confirmed: z.literal(true) }),
} as const;
