import type { Hono } from 'hono';
import { z } from 'zod';
import { LOWEST_ROLE } from '../../people/policy.ts';
import { callersOf, descriptionOf, writes, type Callers, type RouteDescription } from '../describe-route.ts';
import { ERROR_RESPONSES, errorSchema, SECURITY_SCHEMES, securityFor } from './common.ts';

type Json = Record<string, unknown>;

export interface DescribedRoute {
  /** Lower case. */
  readonly method: string;
  /** As OpenAPI writes it: `/organisations/{org}/keys`. */
  readonly path: string;
  /** Absent: nobody has described it. */
  readonly description: RouteDescription | undefined;
}

/** What the app answers, in the order it was mounted. Middleware is none of it. */
export function routesOf(app: Pick<Hono, 'routes'>): DescribedRoute[] {
  const found = new Map<string, DescribedRoute>();
  for (const { handler, method, path } of app.routes) {
    if (method === 'ALL') continue;
    const route = {
      method: method.toLowerCase(),
      path: path.replaceAll(/:([A-Za-z]+)(?:\{[^}]*\})?/g, '{$1}'),
    };
    const place = `${route.method} ${route.path}`;
    const description = descriptionOf(handler) ?? found.get(place)?.description;
    found.set(place, { ...route, description });
  }
  return [...found.values()];
}

/** The OpenAPI 3.1 document of the routes that are described. `baseUrl` is where the app is mounted. */
export function createDocument(app: Pick<Hono, 'routes'>, baseUrl: string): Json {
  return documentOf(routesOf(app), baseUrl);
}

/**
 * The same for a model that acts for somebody: of the caller's own organisation alone, which no argument names. What is
 * the dashboard's alone is not in it, nor what is dangerous, nor files.
 */
export function createToolDocument(app: Pick<Hono, 'routes'>, baseUrl: string): Json {
  const fit = routesOf(app).filter(
    ({ description, method, path }) =>
      description !== undefined &&
      path.startsWith(ORGANISATION) &&
      ['person', 'anyone'].includes(callersOf(description, method)) &&
      description.isDangerous !== true &&
      description.answerType === undefined,
  );
  return documentOf(
    fit.map((route) => ({ ...route, path: route.path.replace(ORGANISATION, OWN_ORGANISATION) })),
    baseUrl,
  );
}

const ORGANISATION = '/organisations/{org}';
const OWN_ORGANISATION = '/organisations/-';

function documentOf(routes: readonly DescribedRoute[], baseUrl: string): Json {
  const paths: Record<string, Json> = {};
  for (const { description, method, path } of routes) {
    if (description === undefined) continue;
    paths[path] = { ...paths[path], [method]: operation(path, method, description) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Latchkey',
      version: '1',
      description:
        'Manages an organisation: its keys, connections, members, connectors and settings. The dashboard uses the same API.',
    },
    servers: [{ url: baseUrl }],
    paths,
    components: { schemas: { Error: schemaOf(errorSchema, 'output') }, securitySchemes: SECURITY_SCHEMES },
  };
}

function operation(path: string, method: string, description: RouteDescription): Json {
  const {
    action,
    answer,
    answerType = 'application/json',
    conflict,
    body,
    id,
    isDangerous,
    query,
    status = 200,
    summary,
  } = description;
  const callers = callersOf(description, method);
  const isWrite = writes(description, method);
  return {
    operationId: id,
    summary,
    description: [description.description, roleSentence(action), WHO[callers]].filter(Boolean).join(' '),
    tags: [tagOf(path)],
    security: securityFor(callers),
    ...(isDangerous === true && { 'x-latchkey-dangerous': true }),
    'x-latchkey-access': isWrite ? 'full' : 'read',
    parameters: [...parametersIn(path, description.params), ...queryParameters(query)],
    ...(body !== undefined && {
      requestBody: { required: true, content: { 'application/json': { schema: schemaOf(body, 'input') } } },
    }),
    responses: {
      [status]: {
        description: 'Done.',
        content: { [answerType]: { schema: schemaOf(answer, 'output') } },
      },
      ...(conflict !== undefined && {
        409: {
          description: 'Something has changed meanwhile; nothing was done.',
          content: { 'application/json': { schema: schemaOf(conflict, 'output') } },
        },
      }),
      ...ERROR_RESPONSES,
    },
  };
}

const WHO: Readonly<Record<Callers, string>> = {
  session: 'In the dashboard alone: no key may.',
  person: '',
  anyone: '',
  stranger: '',
};

function roleSentence(action: RouteDescription['action']): string {
  if (action === undefined) return '';
  const lowest = LOWEST_ROLE[action];
  return lowest === 'viewer'
    ? ''
    : `Needs the role ${lowest}${lowest === 'owner' ? '' : ' or a higher one'}.`;
}

/** `/organisations/{org}/keys/{key}`: keys. */
function tagOf(path: string): string {
  const [, first = '', , under] = path.split('/');
  return first === 'organisations' ? (under ?? 'organisation') : first;
}

const ORG_SCHEMA = {
  type: 'string',
  description: "The organisation's slug; with a key also -, for the key's own organisation.",
};

function parametersIn(path: string, params: z.ZodType | undefined): Json[] {
  const known = params === undefined ? {} : propertiesOf(params);
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => {
    const { description, ...schema } = name === 'org' ? ORG_SCHEMA : (known[name] ?? { type: 'string' });
    return { name, in: 'path', required: true, ...(description !== undefined && { description }), schema };
  });
}

function queryParameters(query: z.ZodType | undefined): Json[] {
  if (query === undefined) return [];
  const { required = [] } = schemaOf(query, 'input') as { required?: string[] };
  return Object.entries(propertiesOf(query)).map(([name, { description, ...schema }]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    ...(description !== undefined && { description }),
    schema,
  }));
}

function propertiesOf(schema: z.ZodType): Record<string, Json> {
  return (schemaOf(schema, 'input') as { properties?: Record<string, Json> }).properties ?? {};
}

/** `input`: as it may be sent. `output`: as it is answered, and with nothing more. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...json } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    override: withoutTimePattern,
  });
  return json;
}

/** What the format says already, in a pattern that no reader takes. */
function withoutTimePattern({ jsonSchema }: { jsonSchema: { format?: string; pattern?: string } }): void {
  if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
}
