import { isObject, own, ownText } from '../json.ts';
import { fail, ok } from '../result.ts';
import type { Result } from '../result.ts';
import type { OperationFault } from './ir.ts';
import type { Notes } from './notes.ts';
import type { Place, Resolver } from './resolve.ts';

/** The URLs of a `servers` list with the defaults of their variables; undefined if there is no such list. */
export function readServers(owner: Place, resolver: Resolver, notes: Notes): string[] | undefined {
  const list = resolver.step(owner, 'servers');
  if (!list) return undefined;
  if (!Array.isArray(list.node)) {
    notes.warn('VALUE_IGNORED', list.at, 'Servers are a list; this value was ignored.');
    return undefined;
  }
  return (list.node as readonly unknown[]).flatMap((server) => {
    const url = isObject(server) ? ownText(server, 'url') : undefined;
    if (!isObject(server) || url === undefined) return [];
    const variables = own(server, 'variables');
    return [
      url.trim().replace(/\{([^{}]*)\}/g, (whole, name: string) => {
        const variable = isObject(variables) ? own(variables, name) : undefined;
        const preset = isObject(variable) ? own(variable, 'default') : undefined;
        return typeof preset === 'string' || typeof preset === 'number' ? String(preset) : whole;
      }),
    ];
  });
}

/**
 * An operation's own server counts only if it differs from the document's, and then only if the operator allows its
 * host. A relative one has the host of the connector: it stays relative to the connector's base URL.
 */
export function chooseServer(
  owners: readonly Place[],
  resolver: Resolver,
  documentServers: readonly string[],
  allowedHosts: readonly string[],
  notes: Notes,
): Result<string | undefined, OperationFault> {
  for (const owner of owners) {
    const [server] = readServers(owner, resolver, notes) ?? [];
    if (server === undefined) continue;
    if (server === documentServers[0]) return ok(undefined);
    const refuse = (message: string): Result<never, OperationFault> =>
      fail({ code: 'SERVER_NOT_ALLOWED', pointer: `${owner.at}/servers`, message });
    if (RELATIVE.test(server)) return ok(server.replace(/\/+$/, '') || '/');
    const url = URL.canParse(server) ? new URL(server) : undefined;
    if (url === undefined || !/^https?:$/.test(url.protocol) || /[{}]/.test(server)) {
      return refuse(
        'The server of the operation is no http or https URL, or has variables without a default.',
      );
    }
    if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
      return refuse('The server of the operation has a user, a query or a fragment, which no server has.');
    }
    if (allowedHosts.includes(url.host)) return ok(server);
    return refuse(
      'The operation has a server of its own, which is not among the hosts that the operator allows.',
    );
  }
  return ok(undefined);
}

/** A path from the root of the host, and nothing that could be read as another host. */
const RELATIVE = /^\/(?:[\w.~!$&'()*+,;=:@%-]+(?:\/|$))*$/;
