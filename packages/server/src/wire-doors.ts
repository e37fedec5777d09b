import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { AppOptions } from './app-options.ts';
import type { Doors } from './front/front.ts';
import type { Gateway } from './gateway/gateway.ts';
import { originForm } from './kernel/origin-form.ts';
import { refusesHost } from './kernel/valid-host.ts';
import type { AnyAnswer } from './kernel/whole-exchange.ts';
import { isAppendedMetadata } from './oauth/discovery.ts';

/** Where a request goes: the data plane, the token endpoint, or the pages. */
export function wireDoors({
  answerToken,
  connectorPaths,
  gateway,
  only,
  pages,
  telemetry,
  underWay,
}: Pick<AppOptions, 'connectorPaths' | 'only'> & {
  /** Undefined where there is no authorization server. */
  answerToken: RequestListener | undefined;
  gateway: Gateway;
  pages: (req: IncomingMessage, res: ServerResponse) => unknown;
  telemetry: {
    follow(res: AnyAnswer, path: string): void;
    take(req: IncomingMessage, res: ServerResponse, path: string): boolean;
  };
  underWay: { follow(res: ServerResponse): void };
}): Doors {
  function isForGateway(path: string, takes: (path: string) => boolean): boolean {
    return only !== 'web' && takes(path) && !isAppendedMetadata(path, connectorPaths);
  }

  return {
    takesWhole: (method, url) => isForGateway(pathOf(url), (path) => gateway.takesWhole(method, path)),

    handleWhole(req, res) {
      telemetry.follow(res, pathOf(req.url));
      gateway.handleWhole(req, res);
    },

    handle(req, res) {
      req.url = originForm(req.url ?? '/');
      const path = pathOf(req.url);
      if (telemetry.take(req, res, path)) return;
      if (isForGateway(path, gateway.handles)) return gateway.handle(req, res);
      underWay.follow(res);
      if (answerToken !== undefined && path === '/token' && req.method === 'POST') answerToken(req, res);
      else if (!refusesHost(req, res)) void pages(req, res);
    },
  };
}

function pathOf(url: string): string {
  const mark = url.indexOf('?');
  return mark < 0 ? url : url.slice(0, mark);
}
