import { z } from 'zod';

const documentSchema = z.object({
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.object({
        operationId: z.string(),
        summary: z.string(),
        description: z.string(),
        security: z.array(z.record(z.string(), z.unknown())).default([]),
      }),
    ),
  ),
});

const LEAD = `# The portal's API

Every operation of \`/portal/v1\`, from the OpenAPI document that a running Latchkey serves at \`/portal/v1/openapi.json\`, where parameters, bodies and answers are described. [How it is called, and what a key may](management-api.md). [Errors](errors.md).

**Key**: an API key of the organisation opens it, as far as its role and access reach. **Dashboard**: only a person who is signed in there. **Anybody**: nobody has to be signed in.

This page is written by \`npm run docs:reference\`.`;

/** docs/portal-api.md: one line for each operation, by what it is about. */
export function renderPortalApi(document: unknown): string {
  const { paths } = documentSchema.parse(document);
  const groups = new Map<string, string[]>();
  for (const [path, item] of Object.entries(paths)) {
    for (const [method, operation] of Object.entries(item)) {
      const group = groupOf(path);
      const line = `- \`${method.toUpperCase()} ${path}\` (\`${operation.operationId}\`, ${callersOf(operation.security)}): ${operation.summary}.`;
      groups.set(group, [...(groups.get(group) ?? []), line]);
    }
  }
  const sections = [...groups].map(([group, lines]) => `## ${group}\n\n${lines.join('\n')}`);
  return `${[LEAD, ...sections].join('\n\n')}\n`;
}

function groupOf(path: string): string {
  if (path === '/openapi.json') return 'This document';
  const [, first = '', , third] = path.split('/');
  const noun = first === 'organisations' ? (third ?? 'organisation') : first;
  return noun.charAt(0).toUpperCase() + noun.slice(1).replaceAll('-', ' ');
}

function callersOf(security: readonly Readonly<Record<string, unknown>>[]): string {
  if (security.length === 0) return 'anybody';
  return security.some((way) => 'key' in way) ? 'key' : 'dashboard';
}
