import { Hono } from 'hono';
import { z } from 'zod';
import { describeRoute } from '../describe-route.ts';
import type { PortalEnv } from '../env.ts';
import { createDocument } from './document.ts';

const MAX_AGE_SECONDS = 300;

const GET = {
  id: 'get_api_description',
  summary: 'Get the description of this API',
  description: 'This OpenAPI document.',
  callers: 'stranger',
  answer: z.looseObject({ openapi: z.string() }),
} as const;

/** `/portal/v1/openapi.json`: what `portal` answers. It says nothing that is not in our source. */
export function serveDocument(portal: () => Pick<Hono, 'routes'>, baseUrl: string): Hono<PortalEnv> {
  let document: Record<string, unknown> | undefined;
  return new Hono<PortalEnv>().get('/', describeRoute(GET), (context) => {
    document ??= createDocument(portal(), baseUrl);
    return context.json(document, 200, { 'Cache-Control': `public, max-age=${MAX_AGE_SECONDS}` });
  });
}
