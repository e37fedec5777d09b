import type { CompileOptions, SecurityScheme } from '../catalogue/types.ts';
import { compareText, isObject, ownText } from '../json.ts';
import type { JsonObject } from '../json.ts';
import { fail, ok } from '../result.ts';
import type { Result } from '../result.ts';
import type { OperationFault } from './ir.ts';
import type { Notes } from './notes.ts';
import type { Place, Resolver } from './resolve.ts';

interface ChosenSecurity {
  readonly security: readonly string[];
  readonly scopes: readonly string[];
  readonly anonymous: boolean;
}

export interface SecurityReader {
  readonly schemes: readonly SecurityScheme[];
  /** Parameters that carry a credential, as `in name` with the name in lower case for headers. */
  readonly credentialParameters: ReadonlySet<string>;
  choose(operation: Place): Result<ChosenSecurity, OperationFault>;
}

const USUAL = new Set(['http', 'apiKey', 'oauth2', 'openIdConnect']);

/** Of HTTP: what has to be computed for each request, which a credential that is merely added cannot do. */
const COMPUTED = new Set([
  'digest',
  'dpop',
  'gnap',
  'hoba',
  'mutual',
  'negotiate',
  'privatetoken',
  'scram-sha-1',
  'scram-sha-256',
]);

/** Requirements are alternatives: the first that the operator's credential satisfies is taken. */
export function createSecurityReader(
  resolver: Resolver,
  { security: satisfied, credentials = [] }: CompileOptions,
  notes: Notes,
): SecurityReader {
  const schemes = readSchemes(resolver);
  const byName = new Map(schemes.map((scheme) => [scheme.name, scheme]));
  const satisfies = (name: string): boolean => {
    const scheme = byName.get(name);
    if (scheme === undefined) return satisfied?.includes(name) === true;
    const isSupported =
      USUAL.has(scheme.type) && !(scheme.type === 'http' && COMPUTED.has(scheme.scheme ?? ''));
    return isSupported && (satisfied === undefined || satisfied.includes(name));
  };

  const choose = (operation: Place): Result<ChosenSecurity, OperationFault> => {
    const stated = listAt(operation, resolver, notes) ?? listAt(resolver.root, resolver, notes);
    if (!stated) return ok({ security: [], scopes: [], anonymous: false });
    const alternatives = (stated.node as readonly unknown[]).filter(isObject);
    const [empty] = alternatives.filter((one) => Object.keys(one).length === 0);
    if (alternatives.length === 0) return ok({ security: [], scopes: [], anonymous: true });
    const chosen = alternatives.find((one) => {
      const names = Object.keys(one);
      return names.length > 0 && names.every(satisfies);
    });
    if (chosen) return ok({ security: Object.keys(chosen), scopes: scopesOf(chosen), anonymous: false });
    if (empty) return ok({ security: [], scopes: [], anonymous: true });
    return fail({
      code: 'AUTH_UNSUPPORTED',
      pointer: stated.at,
      message:
        'The credential of the connector satisfies none of the security requirements of this operation.',
    });
  };

  const credentialParameters = new Set([
    ...schemes.flatMap((scheme) =>
      scheme.in && scheme.parameterName ? [parameterKey(scheme.in, scheme.parameterName)] : [],
    ),
    ...credentials.map(({ in: place, name }) => parameterKey(place, name)),
  ]);
  return { schemes, credentialParameters, choose };
}

/** Header names are the same in any case; the others are not. */
export function parameterKey(place: string, name: string): string {
  return `${place} ${place === 'header' ? name.toLowerCase() : name}`;
}

function listAt(owner: Place, resolver: Resolver, notes: Notes): Place | undefined {
  const stated = resolver.step(owner, 'security');
  if (!stated || Array.isArray(stated.node)) return stated;
  notes.warn('VALUE_IGNORED', stated.at, 'Security requirements are a list; this value was ignored.');
  return undefined;
}

function scopesOf(requirement: JsonObject): string[] {
  return Object.values(requirement).flatMap((scopes: unknown) =>
    Array.isArray(scopes) ? scopes.filter((scope: unknown) => typeof scope === 'string') : [],
  );
}

function readSchemes(resolver: Resolver): SecurityScheme[] {
  const declared = declarations(resolver);
  const swagger = resolver.dialect === '2.0';
  if (!declared || !isObject(declared.node)) return [];
  return Object.keys(declared.node)
    .sort(compareText)
    .flatMap((name) => {
      const place = resolver.step(declared, name);
      const found = place && resolver.follow(place);
      if (!found?.ok || !isObject(found.value.node)) return [];
      const node = found.value.node;
      const parameterName = ownText(node, 'name');
      const where = ownText(node, 'in');
      const type = ownText(node, 'type') ?? 'unknown';
      const scheme = swagger && type === 'basic' ? 'basic' : ownText(node, 'scheme');
      return [
        {
          name,
          type: swagger && type === 'basic' ? 'http' : type,
          ...(type === 'apiKey' && where ? { in: where } : {}),
          ...(type === 'apiKey' && parameterName ? { parameterName } : {}),
          ...(scheme ? { scheme: scheme.toLowerCase() } : {}),
        },
      ];
    });
}

function declarations(resolver: Resolver): Place | undefined {
  if (resolver.dialect === '2.0') return resolver.step(resolver.root, 'securityDefinitions');
  const components = resolver.step(resolver.root, 'components');
  return components && resolver.step(components, 'securitySchemes');
}
