import { z } from 'zod';
import {
  connectorViewSchema,
  deleteConnectorSchema,
  diffQuerySchema,
  PAGE_ITEMS_MAX,
  publishedSchema,
  rollBackSchema,
  setCredentialSchema,
  testConnectionSchema,
  testResultSchema,
  versionConflictSchema,
  versionDiffSchema,
  versionListSchema,
} from '../imports/schemas.ts';

const params = z.object({ connector: z.string().max(40).describe('Its slug, as list_connectors shows it.') });
const action = 'connectors.manage';

export const GET_CONNECTOR = {
  id: 'get_connector',
  summary: 'Look at a connector',
  description:
    'Where its calls go, what it shows the API behind it, who manages it, and what deleting it would end.',
  action,
  params,
  answer: connectorViewSchema,
} as const;

export const SET_CREDENTIAL = {
  id: 'set_connector_credential',
  summary: "Replace a connector's credential",
  description:
    'What the API behind it is shown from now on, on calls of everybody. A secret is never answered.',
  action,
  isDangerous: true,
  params,
  body: setCredentialSchema,
  answer: connectorViewSchema,
} as const;

export const TEST_CONNECTOR = {
  id: 'test_connector_connection',
  summary: "Test a connector's connection",
  description: 'Calls one operation that only reads, with the credential, and answers its status alone.',
  action,
  params,
  body: testConnectionSchema,
  answer: testResultSchema,
} as const;

export const DELETE_CONNECTOR = {
  id: 'delete_connector',
  summary: 'Delete a connector',
  description:
    'Its tools are gone for everybody at once, with its rules, its versions and its credential; accounts that people connected there are given back.',
  action,
  isDangerous: true,
  params,
  body: deleteConnectorSchema,
  answer: z.object({ deleted: z.literal(true) }),
  conflict: versionConflictSchema,
} as const;

export const LIST_VERSIONS = {
  id: 'list_connector_versions',
  summary: "List a connector's versions",
  description: 'Everything that it was published as, the latest first.',
  action,
  params,
  query: z.object({
    cursor: z.string().max(20).optional(),
    limit: z.coerce.number().int().min(1).max(PAGE_ITEMS_MAX).default(PAGE_ITEMS_MAX),
  }),
  answer: versionListSchema,
} as const;

export const DIFF_VERSIONS = {
  id: 'diff_connector_versions',
  summary: 'Compare two versions of a connector',
  description: 'Which tools came, went and changed from one to the other.',
  action,
  params,
  query: diffQuerySchema.extend({
    from: z.coerce.number().int().min(1).max(1_000_000_000),
    to: z.coerce.number().int().min(1).max(1_000_000_000),
  }),
  answer: versionDiffSchema,
} as const;

export const ROLL_BACK = {
  id: 'roll_back_connector',
  summary: 'Roll a connector back',
  description:
    'Publishes an earlier version once more, for everybody at once. Names that tools have had since are still accepted. Refused with 409 if somebody has published since.',
  action,
  isDangerous: true,
  params,
  body: rollBackSchema,
  answer: publishedSchema,
  conflict: versionConflictSchema,
} as const;
