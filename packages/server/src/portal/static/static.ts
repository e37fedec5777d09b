import { Hono, type Context } from 'hono';
import { AppError, errorBody } from '../../kernel/errors.ts';
import { newId, type RequestId } from '../../kernel/ids.ts';
import { DASHBOARD_HEADERS } from './headers.ts';
import { loadBuild, type Build, type BuiltFile, type Encoding } from './load-build.ts';

interface StaticEnv {
  Variables: { requestId: RequestId };
}

const ROOT = '/app/';
const IMMUTABLE = 'public, max-age=31536000, immutable';
const NOT_BUILT =
  'The dashboard has not been built. Run `npm run build` in the checkout of Latchkey, then load this page again.\n';

/**
 * The dashboard's files: `/app/assets/*` as the build made them in `directory`, and its one page for every other path
 * below `/app`, because the page itself knows which addresses exist.
 */
export function createDashboardFiles({ directory }: { directory: string }): Hono<StaticEnv> {
  let loading: Promise<Build | undefined> | undefined;
  async function currentBuild(): Promise<Build | undefined> {
    const build = await (loading ??= loadBuild(directory));
    // Asked again at the next request: the build may be there by then.
    if (build === undefined) loading = undefined;
    return build;
  }

  const app = new Hono<StaticEnv>();
  app.on('GET', ['/app', '/app/*'], async (context) => {
    const build = await currentBuild();
    if (build === undefined) return answer(NOT_BUILT, 503, { 'Content-Type': 'text/plain; charset=utf-8' });
    // Whatever it spells, it is only looked up among the names that the build has.
    const name = context.req.path.slice(ROOT.length);
    if (!name.startsWith('assets/')) return send(context, build.get('index.html'), 'no-cache');
    return send(context, build.get(name), IMMUTABLE);
  });
  return app;
}

function send(context: Context<StaticEnv>, file: BuiltFile | undefined, cacheControl: string): Response {
  if (file === undefined) return notFound(context);
  const validators = { 'Cache-Control': cacheControl, ETag: file.etag, Vary: 'Accept-Encoding' };
  if (names(context.req.header('If-None-Match'), file.etag)) return answer(null, 304, validators);
  const encoding = encodingFor(file, context.req.header('Accept-Encoding'));
  const body = encoding === undefined ? file.body : (file.encoded.get(encoding) ?? file.body);
  return answer(body, 200, {
    ...validators,
    'Content-Type': file.contentType,
    'Content-Length': String(body.byteLength),
    ...(encoding === undefined ? {} : { 'Content-Encoding': encoding }),
  });
}

function notFound(context: Context<StaticEnv>): Response {
  const requestId: RequestId | undefined = context.get('requestId');
  const error = new AppError('not_found', 'There is no such file. If the page is old, load it again.');
  return answer(errorBody(error, requestId ?? newId('req')), 404, {
    'Content-Type': 'application/json',
    'Cache-Control': 'no-store',
  });
}

function answer(
  body: string | Uint8Array<ArrayBuffer> | null,
  status: 200 | 304 | 404 | 503,
  headers: Record<string, string>,
): Response {
  return new Response(body, {
    status,
    headers: { 'Cache-Control': 'no-store', ...DASHBOARD_HEADERS, ...headers },
  });
}

/** The smallest form that the browser says it takes; `br;q=0` is a refusal (RFC 9110 section 12.5.3). */
function encodingFor(file: BuiltFile, accepted = ''): Encoding | undefined {
  const taken = new Set<string>();
  for (const part of accepted.split(',')) {
    const [coding = '', ...parameters] = part.split(';').map((text) => text.trim().toLowerCase());
    if (!parameters.some((parameter) => /^q=0(?:\.0*)?$/.test(parameter))) taken.add(coding);
  }
  return (['br', 'gzip'] as const).find((encoding) => taken.has(encoding) && file.encoded.has(encoding));
}

/** If-None-Match, weak or strong, or `*` (RFC 9110 section 13.1.2). */
function names(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch.split(',').some((part) => {
    const tag = part.trim();
    return tag === '*' || tag.replace(/^W\//, '') === etag.replace(/^W\//, '');
  });
}
