import type { Catalogue, ParameterBinding, PathSegment, Skip, SkipCode, Tool } from '@latchkey/tools';
import type { Access } from '../kernel/access.ts';
import { fitOf, moreSpecificFirst, parseTemplate, type PathTemplate } from './path-template.ts';
import { costOf } from './tool-cost.ts';

/** An operation of the API as the REST door sees it. */
export interface Route {
  readonly method: string;
  readonly template: PathTemplate;
  readonly access: Access;
  /** Names, in lower case, of the request headers that the operation declares. */
  readonly headers: readonly string[];
  /** The operation's own, allowed server. */
  readonly baseUrl: string | undefined;
  /** The document says that it takes no credential. */
  readonly anonymous: boolean;
  /** What its API says that a call costs. */
  readonly credits: number;
  /** The organisation keeps it from this caller: as good as not there, and what might be taken for it is not either. */
  readonly isWithheld: boolean;
}

export interface RouteMatch {
  readonly route: Route;
  /** What the call needs: never less than any operation that the upstream might take it for. */
  readonly access: Access;
  /** The same of what it costs. */
  readonly credits: number;
}

export interface Routes {
  /** The methods that there are at this path, if the one asked for is not among them. */
  find(method: string, path: readonly PathSegment[]): RouteMatch | { readonly allowed: readonly string[] };
}

const READ_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'QUERY']);

/**
 * Operations that are no tools because a tool's arguments cannot express them; whoever calls the API itself can. What
 * was left out on purpose, or cannot be reached as we reach it, stays out.
 */
const SERVED_ALTHOUGH_SKIPPED: ReadonlySet<SkipCode> = new Set<SkipCode>([
  'BODY_UNSUPPORTED',
  'PARAM_UNSUPPORTED',
  'TOO_LARGE',
  'REF_MISSING',
  'REF_EXTERNAL',
  'REF_CYCLE',
]);

export function createRoutes(catalogue: Catalogue, withheld: ReadonlySet<Tool | Skip> = new Set()): Routes {
  const byLength = new Map<number, Route[]>();
  for (const route of routesOf(catalogue, withheld)) {
    const { length } = route.template.segments;
    const others = byLength.get(length);
    if (others === undefined) byLength.set(length, [route]);
    else others.push(route);
  }
  for (const routes of byLength.values()) routes.sort((a, b) => moreSpecificFirst(a.template, b.template));

  return {
    find(method, path) {
      const fitting = (byLength.get(path.length) ?? []).flatMap((route) => {
        const fit = fitOf(route.template, path);
        return fit === undefined ? [] : [{ route, fit }];
      });
      const ofMethod = fitting.filter(({ route }) => route.method === method);
      const candidates =
        ofMethod.length === 0 && method === 'HEAD'
          ? fitting.filter(({ route }) => route.method === 'GET')
          : ofMethod;
      const chosen = candidates.find(({ fit }) => fit === 'exact');
      if (chosen === undefined) {
        const exact = fitting.filter(({ fit, route }) => fit === 'exact' && !route.isWithheld);
        return { allowed: [...new Set(exact.map(({ route }) => route.method))].sort() };
      }
      const rivals = candidates.filter(
        ({ route }) => moreSpecificFirst(route.template, chosen.route.template) <= 0,
      );
      if (rivals.some(({ route }) => route.isWithheld)) return { allowed: [] };
      return {
        route: chosen.route,
        access: rivals.some(({ route }) => route.access === 'full') ? 'full' : 'read',
        credits: rivals.reduce((most, { route }) => Math.max(most, route.credits), 0),
      };
    },
  };
}

/** What a call of an operation takes that is no tool. */
export function accessOfSkipped({ access, method }: Skip): Access {
  return access ?? (READ_METHODS.has(method.toUpperCase()) ? 'read' : 'full');
}

function routesOf(catalogue: Catalogue, withheld: ReadonlySet<Tool | Skip>): Route[] {
  const served = catalogue.skipped.filter(
    ({ code, method }) => SERVED_ALTHOUGH_SKIPPED.has(code) && method !== '*',
  );
  return [
    ...catalogue.tools.map((tool) => routeOfTool(tool, withheld.has(tool))),
    ...served.map((skip): Route => ({
      method: skip.method.toUpperCase(),
      template: parseTemplate(skip.path),
      access: accessOfSkipped(skip),
      headers: [],
      baseUrl: undefined,
      anonymous: false,
      credits: 0,
      isWithheld: withheld.has(skip),
    })),
  ];
}

function routeOfTool(tool: Tool, isWithheld: boolean): Route {
  const { access, binding } = tool;
  return {
    method: binding.method.toUpperCase(),
    template: parseTemplate(binding.path),
    access,
    headers: [...binding.parameters.filter(isHeader), ...(binding.constants ?? [])].map(({ name }) =>
      name.toLowerCase(),
    ),
    baseUrl: binding.baseUrl,
    anonymous: binding.anonymous === true,
    credits: costOf(tool),
    isWithheld,
  };
}

function isHeader(parameter: ParameterBinding): boolean {
  return parameter.in === 'header';
}
