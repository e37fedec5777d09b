import { Hono } from 'hono';
import { z } from 'zod';
import {
  DELETED_KEPT_DAYS,
  type DeletionFault,
  type OrganisationDeletion,
} from '../../grants/delete-organisation.ts';
import { AppError } from '../../kernel/errors.ts';
import { describeRoute } from '../describe-route.ts';
import type { OrganisationEnv } from '../env.ts';

const count = z.int().nonnegative();
const effect = z
  .object({
    people: count,
    connections: count.describe('Apps that people connected.'),
    keys: count.describe('Keys made by hand, for people and agents.'),
    agents: count,
    connectors: count.describe('Its own.'),
  })
  .describe('What ends with the organisation.');

const GET = {
  id: 'preview_organisation_deletion',
  summary: 'See what deleting the organisation would end',
  description: 'How many people, connections, keys, agents and connectors would end with the organisation.',
  action: 'organisation.delete',
  callers: 'person',
  answer: z.object({
    name: z.string(),
    is_declared: z.boolean().describe("The operator's file says that there is one: no page deletes it."),
    kept_days: count.describe('After so long what is left is deleted, but for the audit log.'),
    effect,
  }),
} as const;

const DELETE = {
  id: 'delete_organisation',
  summary: 'Delete the organisation',
  description:
    'For good. At once nobody gets in, and every connection and key ends. Its address never becomes another organisation’s, and its audit log stays with whoever runs the service.',
  action: 'organisation.delete',
  isDangerous: true,
  body: z.strictObject({ name: z.string().max(200).describe('The name of the organisation, typed again.') }),
  answer: z.object({ effect }),
} as const;

export interface DangerRoutesDeps {
  organisationDeletion: OrganisationDeletion;
}

/** `/portal/v1/organisations/{org}/settings/danger`: the end of an organisation. */
export function createDangerRoutes({ organisationDeletion }: DangerRoutesDeps): Hono<OrganisationEnv> {
  return new Hono<OrganisationEnv>()
    .get('/', describeRoute(GET), async (context) => {
      const found = await organisationDeletion.preview(context.get('organisation').id);
      if (found === undefined) throw new AppError('not_found', 'There is no such organisation.');
      return context.json({
        name: found.name,
        is_declared: found.isDeclared,
        kept_days: DELETED_KEPT_DAYS,
        effect: found.effect,
      });
    })
    .post('/delete', describeRoute(DELETE), async (context) => {
      const deleted = await organisationDeletion.delete({
        orgId: context.get('organisation').id,
        name: context.req.valid('json').name,
        by: context.get('user').userId,
        requestId: context.get('requestId'),
      });
      if (!deleted.ok) throw FAULTS[deleted.error];
      return context.json({ effect: deleted.value });
    });
}

const FAULTS: Readonly<Record<DeletionFault, AppError>> = {
  forbidden: new AppError('forbidden', 'Only an owner may delete the organisation.'),
  wrong_name: new AppError('invalid_request', 'That is not the name of the organisation.'),
  declared: new AppError(
    'forbidden',
    'This organisation is declared in the file of whoever runs this service, who has to take it out there first.',
  ),
};
