import { Hono } from 'hono';
import { z } from 'zod';
import {
  ADDRESSES_MAX,
  SESSION_HOURS,
  type OrganisationSecurity,
  type SecurityFault,
  type SecuritySettings,
} from '../../grants/organisation-security.ts';
import { AppError } from '../../kernel/errors.ts';
import type { OrganisationId } from '../../kernel/ids.ts';
import type { CurrentUser } from '../../people/people.ts';
import { describeRoute } from '../describe-route.ts';
import type { OrganisationEnv } from '../env.ts';
import { access } from '../shapes.ts';

const ADDRESS_CHARACTERS_MAX = 64;

const settingsSchema = z.strictObject({
  second_factor_required: z
    .boolean()
    .describe(
      'Whether people without an authenticator app or a passkey are kept out. Company sign-in counts.',
    ),
  session_hours: z
    .literal(SESSION_HOURS)
    .describe('How long ago somebody may have signed in. After that they confirm that it is them.'),
  client_policy: z
    .enum(['any', 'known', 'approved'])
    .describe(
      'Which apps may be connected where no rule is about them. known: those that an admin approved, or that proved which host they belong to.',
    ),
  max_access: access.describe('More than this no connection and no key reaches, whatever it was given.'),
  addresses: z
    .array(z.string().max(ADDRESS_CHARACTERS_MAX))
    .max(ADDRESSES_MAX)
    .describe('Addresses and networks (CIDR) from which anything is answered. Empty: from everywhere.'),
  address_scope: z
    .enum(['own', 'all'])
    .describe('own: the list holds for the dashboard and keys. all: for connected apps as well.'),
  token_mode: z
    .enum(['token', 'key'])
    .describe('What apps that are connected from now on get: access tokens, or an API key.'),
});

const changeSchema = settingsSchema.extend({
  was: settingsSchema.describe('As it stood when the form was shown: what changed meanwhile is not undone.'),
});

const count = z.int().nonnegative();
const answer = z.object({
  ...settingsSchema.shape,
  effects: z
    .object({
      people: z.object({ all: count, without_second_factor: count }),
      connections: z.object({ all: count, full: count, unknown_apps: count, unapproved_apps: count }),
      keys: z.object({ all: count, full: count }),
    })
    .describe('Whom a change would concern, as it is now.'),
  you: z.object({
    address: z.string().nullable().describe('Where this request came from.'),
    may_require_second_factor: z.boolean(),
  }),
});

const GET = {
  id: 'get_security',
  summary: 'Get the security settings',
  description:
    'What the organisation asks of sign-ins, which apps may be connected, how far anything reaches, and from where it answers.',
  action: 'settings.manage',
  callers: 'session',
  answer,
} as const;

const CHANGE = {
  id: 'change_security',
  summary: 'Change the security settings',
  description:
    'Changes what the organisation asks of sign-ins, apps, access and addresses. It holds from the next request on; connections of apps that may no longer be connected end.',
  action: 'settings.manage',
  body: changeSchema,
  answer: answer.extend({ ended_connections: count }),
} as const;

export interface SecurityRoutesDeps {
  organisationSecurity: OrganisationSecurity;
}

/** `/portal/v1/organisations/{org}/settings/security`: what the organisation asks of whoever does anything in it. */
export function createSecurityRoutes({
  organisationSecurity: security,
}: SecurityRoutesDeps): Hono<OrganisationEnv> {
  const app = new Hono<OrganisationEnv>();

  async function present(
    orgId: OrganisationId,
    settings: SecuritySettings,
    user: CurrentUser,
  ): Promise<z.infer<typeof answer>> {
    const [{ connections, keys, people }, mayRequire] = await Promise.all([
      security.effects(orgId),
      security.mayRequireSecondFactor(orgId, user),
    ]);
    return {
      ...write(settings),
      effects: {
        people: { all: people.all, without_second_factor: people.withoutSecondFactor },
        connections: {
          all: connections.all,
          full: connections.full,
          unknown_apps: connections.unknownApps,
          unapproved_apps: connections.unapprovedApps,
        },
        keys,
      },
      you: { address: user.address ?? null, may_require_second_factor: mayRequire },
    };
  }

  app.get('/', describeRoute(GET), async (context) => {
    const { id } = context.get('organisation');
    const found = await security.of(id);
    if (found === undefined) throw new AppError('not_found', 'There is no such organisation.');
    return context.json(await present(id, found, context.get('user')));
  });

  app.put('/', describeRoute(CHANGE), async (context) => {
    const { was, ...becomes } = context.req.valid('json');
    const { id } = context.get('organisation');
    const user = context.get('user');
    const changed = await security.change({
      orgId: id,
      was: read(was),
      becomes: read(becomes),
      by: user,
      requestId: context.get('requestId'),
    });
    if (!changed.ok) throw toError(changed.error);
    const { ended, settings } = changed.value;
    return context.json({ ...(await present(id, settings, user)), ended_connections: ended });
  });

  return app;
}

function toError(fault: SecurityFault): AppError {
  switch (fault.reason) {
    case 'forbidden':
      return new AppError('forbidden', 'Only an admin changes the security settings.');
    case 'changed_meanwhile':
      return new AppError(
        'conflict',
        'Somebody else changed the security settings meanwhile. Nothing was saved: look at what they are now.',
      );
    case 'own_second_factor':
      return new AppError(
        'conflict',
        'Set up a second factor yourself first, and sign in with it: you would shut yourself out.',
      );
    case 'too_many_addresses':
      return new AppError('invalid_request', `A list has ${ADDRESSES_MAX} addresses and networks at most.`);
    case 'address_invalid':
      return new AppError('invalid_request', `${fault.text}.`);
    case 'locks_you_out':
      return new AppError(
        'conflict',
        fault.address === undefined
          ? 'Where you are cannot be told, so that this list would shut you out.'
          : `You are at ${fault.address}, which is not in the list: it would shut you out. Add your address first.`,
      );
  }
}

function read(body: z.infer<typeof settingsSchema>): SecuritySettings {
  return {
    secondFactorRequired: body.second_factor_required,
    sessionHours: body.session_hours,
    clientPolicy: body.client_policy,
    maxAccess: body.max_access,
    addresses: body.addresses,
    addressScope: body.address_scope,
    tokenMode: body.token_mode,
  };
}

function write(settings: SecuritySettings): z.infer<typeof settingsSchema> {
  return {
    second_factor_required: settings.secondFactorRequired,
    session_hours: settingsSchema.shape.session_hours.parse(settings.sessionHours),
    client_policy: settings.clientPolicy,
    max_access: settings.maxAccess,
    addresses: [...settings.addresses],
    address_scope: settings.addressScope,
    token_mode: settings.tokenMode,
  };
}
