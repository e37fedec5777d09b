import { z } from 'zod';
import { nothing } from '../shapes.ts';
import { pathId } from '../read-id.ts';
import {
  changeCredentialSchema,
  changeSettingsSchema,
  conflictSchema,
  createImportSchema,
  diffQuerySchema,
  diffSchema,
  importListSchema,
  importViewSchema,
  operationListSchema,
  operationQuerySchema,
  previewQuerySchema,
  previewSchema,
  problemListSchema,
  problemQuerySchema,
  publishedSchema,
  publishSchema,
  testConnectionSchema,
  testResultSchema,
} from './schemas.ts';

const params = z.object({ import: pathId('imp').describe('As list_imports shows it.') });
const action = 'connectors.manage';
const deleted = z.object({ deleted: z.literal(true) });

export const LIST_IMPORTS = {
  id: 'list_imports',
  summary: 'List imports',
  description: 'Documents and MCP servers that admins are importing and have not published yet.',
  action,
  answer: importListSchema,
} as const;

export const CREATE_IMPORT = {
  id: 'create_import',
  summary: 'Import a document or an MCP server',
  description:
    'Fetches an OpenAPI document from a public address, or asks an MCP server for its tools, and checks it. Nothing is published by that.',
  action,
  body: createImportSchema,
  answer: importViewSchema,
  status: 201,
} as const;

export const UPLOAD_IMPORT = {
  id: 'upload_import',
  summary: 'Upload a document',
  description:
    'The body is the document, or an archive of one in many files, as application/octet-stream; 32 MB at most. It is checked, and nothing is published by that.',
  action,
  query: z.object({
    file_name: z.string().max(200).optional(),
    connector: z.string().max(40).optional().describe('Slug of the connector that it is to replace.'),
  }),
  answer: importViewSchema,
  status: 201,
} as const;

export const GET_IMPORT = {
  id: 'get_import',
  summary: 'Look at an import',
  description: 'Where it stands, what was found, and what was decided about it.',
  action,
  params,
  answer: importViewSchema,
} as const;

export const CANCEL_IMPORT = {
  id: 'cancel_import',
  summary: 'Stop checking an import',
  description: 'Ends the fetching or checking that is under way.',
  action,
  params,
  body: nothing,
  answer: importViewSchema,
} as const;

export const DELETE_IMPORT = {
  id: 'delete_import',
  summary: 'Delete an import',
  description: 'Forgets the document and what was decided about it. What is published stays.',
  action,
  params,
  body: nothing,
  answer: deleted,
} as const;

export const REFETCH_IMPORT = {
  id: 'refetch_import',
  summary: 'Fetch an import once more',
  description: 'Makes another import of the same address with the same choices; this one stays as it is.',
  action,
  params,
  body: nothing,
  answer: importViewSchema,
  status: 201,
} as const;

export const CHANGE_SETTINGS = {
  id: 'change_import_settings',
  summary: 'Decide about an import',
  description:
    'Replaces all that is decided about it and checks it again. Refused with 409 if somebody has changed it since.',
  action,
  params,
  body: changeSettingsSchema,
  answer: importViewSchema,
  conflict: conflictSchema,
} as const;

export const CHANGE_CREDENTIAL = {
  id: 'change_import_credential',
  summary: "Set an import's credential",
  description:
    'What the API behind the import will be shown. A secret is never answered. Refused with 409 if somebody has changed the import since.',
  action,
  params,
  body: changeCredentialSchema,
  answer: importViewSchema,
  conflict: conflictSchema,
} as const;

export const LIST_OPERATIONS = {
  id: 'list_import_operations',
  summary: "List an import's operations",
  description:
    'Every operation of the document, as the tool that it becomes or with the reason why it becomes none.',
  action,
  params,
  query: operationQuerySchema,
  answer: operationListSchema,
} as const;

export const LIST_PROBLEMS = {
  id: 'list_import_problems',
  summary: "List an import's problems",
  description: 'What was left out, repaired or looks odd, the worst first, with the place in the document.',
  action,
  params,
  query: problemQuerySchema,
  answer: problemListSchema,
} as const;

export const PREVIEW_IMPORT = {
  id: 'preview_import',
  summary: 'Preview an import',
  description:
    'What apps would get if it were published now: the tools, their size, and how many each role sees.',
  action,
  params,
  query: previewQuerySchema,
  answer: previewSchema,
} as const;

export const DIFF_IMPORT = {
  id: 'diff_import',
  summary: 'Compare an import with what is published',
  description: 'Which tools come, go and change, and which new ones may write.',
  action,
  params,
  query: diffQuerySchema,
  answer: diffSchema,
} as const;

export const TEST_IMPORT = {
  id: 'test_import_connection',
  summary: "Test an import's connection",
  description: 'Calls one operation that only reads, with the credential, and answers its status alone.',
  action,
  params,
  body: testConnectionSchema,
  answer: testResultSchema,
} as const;

export const PUBLISH_IMPORT = {
  id: 'publish_import',
  summary: 'Publish an import',
  description:
    'Makes it the connector of its slug, for everybody at once. New tools that may write wait unless they are ticked. Refused with 409 and a new comparison if the import or the connector has changed since.',
  action,
  isDangerous: true,
  params,
  body: publishSchema,
  answer: publishedSchema,
  conflict: conflictSchema,
} as const;
