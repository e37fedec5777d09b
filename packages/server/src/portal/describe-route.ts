import type { Context, MiddlewareHandler } from 'hono';
import { z } from 'zod';
import { AppError, toAppError } from '../kernel/errors.ts';
import type { Action } from '../people/policy.ts';
import type { OrganisationEnv, PortalEnv } from './env.ts';
import { requireRole } from './guards.ts';
import { refusalOf } from './management/admit.ts';
import { nothingHere } from './nothing-here.ts';
import { readBody } from './read-body.ts';
import { requireRecentSignIn } from './recent-sign-in.ts';

/**
 * Who may call a route: `session` a person in the dashboard alone, `person` one with a key of their own too, `anyone`
 * agents too, `stranger` whoever there is.
 */
export type Callers = 'session' | 'person' | 'anyone' | 'stranger';

/** What a route is: the same schemas check what comes in and make the API's document. */
export interface RouteDescription<
  Params extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
> {
  /** `verb_thing`, once in the API. It is the name of a tool: never rename a released one. */
  readonly id: string;
  /** A few words, as a heading. */
  readonly summary: string;
  /** For who has to choose among hundreds: what it is good for, and what it does to others. */
  readonly description: string;
  /** Absent: every member may, or the act itself judges. */
  readonly action?: Action;
  /** Default: `person` for what only reads, `session` for what changes something. */
  readonly callers?: Callers;
  /** Default: all but GET do. */
  readonly writes?: boolean;
  /** For good, or for many: a key may, if `callers` says so, but no tool of a model does it. */
  readonly isDangerous?: boolean;
  /** One that does not fit is as absent as what never was: 404 with the schema's message. */
  readonly params?: Params;
  readonly query?: Query;
  /** Absent: it is not read. */
  readonly body?: Body;
  readonly answer: z.ZodType;
  /** Of a 409 that says more than what every refusal says. */
  readonly conflict?: z.ZodType;
  /** Of what is no JSON, such as a file. */
  readonly answerType?: string;
  /** Default 200. */
  readonly status?: 200 | 201;
}

const DESCRIPTION = Symbol('description of a route');

type Out<Schema> = Schema extends z.ZodType ? z.output<Schema> : never;
type ValidatedBy<Params, Query, Body> = {
  in: { param: Out<Params>; query: Out<Query>; json: Out<Body> };
  out: { param: Out<Params>; query: Out<Query>; json: Out<Body> };
};

/**
 * The first handler of each route of the portal: refuses who may not, reads what came by its schemas (then
 * `context.req.valid('param' | 'query' | 'json')` has it), and carries the description to the API's document.
 */
export function describeRoute<Params extends z.ZodType, Query extends z.ZodType, Body extends z.ZodType>(
  description: RouteDescription<Params, Query, Body>,
): MiddlewareHandler<PortalEnv, string, ValidatedBy<Params, Query, Body>> {
  const { action, body, id, params, query } = description;

  function admit(context: Context<PortalEnv>): void {
    const { method } = context.req;
    const caller = context.get('caller');
    const refused =
      caller &&
      refusalOf(caller, context.get('actor'), {
        callers: callersOf(description, method),
        isDangerous: description.isDangerous === true,
        writes: writes(description, method),
      });
    if (refused !== undefined) throw refused;
    // Routes below an organisation alone have actions.
    if (action !== undefined)
      requireRole((context as unknown as Context<OrganisationEnv>).get('organisation').role, action);
    requireRecentSignIn(id, context);
  }

  async function read(context: Context<PortalEnv>): Promise<void> {
    const { req } = context;
    if (params !== undefined) req.addValidatedData('param', readParams(params, req.param()));
    if (query !== undefined) req.addValidatedData('query', readQuery(query, req.query()));
    if (body !== undefined) req.addValidatedData('json', (await readBody(context, body)) as object);
  }

  const handler: MiddlewareHandler<PortalEnv, string, ValidatedBy<Params, Query, Body>> = async (
    context,
    next,
  ) => {
    const caller = context.get('caller');
    const operation = { id, writes: writes(description, context.req.method) };
    try {
      admit(context);
      await read(context);
    } catch (error) {
      caller?.refused(operation, toAppError(error).code);
      throw error;
    }
    const end = await caller?.begin(operation);
    await next();
    end?.(context.res.status);
  };
  return Object.assign(handler, { [DESCRIPTION]: description });
}

/** What `describeRoute` was given, if it made this handler. */
export function descriptionOf(handler: object): RouteDescription | undefined {
  return (handler as { [DESCRIPTION]?: RouteDescription })[DESCRIPTION];
}

export function writes({ writes: told }: RouteDescription, method: string): boolean {
  return told ?? !['GET', 'HEAD'].includes(method.toUpperCase());
}

export function callersOf(description: RouteDescription, method: string): Callers {
  return description.callers ?? (writes(description, method) ? 'session' : 'person');
}

// No text of PostgreSQL holds a NUL: nothing is called so, and nothing that is looked for has one.
const NUL = '\0';

function readParams(schema: z.ZodType, given: Record<string, string>): object {
  const parsed = schema.safeParse(given);
  if (!parsed.success)
    throw new AppError('not_found', parsed.error.issues[0]?.message ?? 'There is nothing at this address.');
  if (Object.values(given).some((text) => text.includes(NUL))) throw nothingHere();
  return parsed.data as object;
}

function readQuery(schema: z.ZodType, given: Record<string, string>): object {
  const bad = Object.keys(given).find((name) => given[name]?.includes(NUL));
  if (bad !== undefined) throw new AppError('invalid_request', `${bad}: must not contain NUL`);
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data as object;
  const faults = parsed.error.issues.map(({ message, path }) => `${path.join('.') || 'query'}: ${message}`);
  throw new AppError('invalid_request', faults.join('; '));
}
