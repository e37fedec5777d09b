import type { Book } from '../book.ts';
import type { Answer, NoAnswer } from '../http/http.ts';
import { asString, asStrings, jsonObject, type JsonObject } from '../http/json.ts';
import { canonical, urlOf } from '../http/url.ts';
import { resourceMetadataUrls } from '../oauth/authorization-server.ts';
import { quoted } from '../text/clean.ts';
import { describe } from '../text/describe.ts';
import type { Walk } from '../walk.ts';
import { noSignIn, type Check } from './check.ts';

const SOURCE = 'RFC 9728 sections 3.1 to 3.3; Anthropic, connector documentation';
const CACHE_MAX_S = 300;

type Place = 'pointer' | 'inserted' | 'root';
const PLACES: Readonly<Record<Place, string>> = {
  pointer: 'where the 401 points to',
  inserted: 'at /.well-known/oauth-protected-resource/<path>',
  root: 'at /.well-known/oauth-protected-resource',
};

export const d07: Check = {
  id: 'D7',
  stage: 'Discovery',
  title: 'The metadata of the resource is where clients look, and names this URL',
  blocked: noSignIn,
  async run(walk, book) {
    const found = await fetchAll(walk, book);
    const best = found.get('pointer') ?? found.get('inserted') ?? found.get('root');
    if (best === undefined) {
      book.fail('none', {
        seen: 'no metadata of the resource at any of the places',
        why: 'The client cannot find out which authorization server to use.',
        userSees: walk.profile.words.authorization,
        fix: `Serve JSON at ${resourceMetadataUrls(walk.url).inserted}: {"resource": "${walk.typed}", "authorization_servers": ["https://…"]}`,
        source: SOURCE,
      });
      return;
    }
    walk.resourceMetadata = best.body;
    judgeResource(walk, book, best.body);
    judgeServers(walk, book, best.body);
    const age = Number(/max-age=(\d+)/.exec(best.answer.header('cache-control') ?? '')?.[1] ?? 0);
    if (age > CACHE_MAX_S) {
      book.warn('cached-long', {
        seen: `Cache-Control lets it be kept for ${age} seconds`,
        why: 'Claude keeps it for everybody: a mistake in it lasts as long after it is mended.',
        userSees: walk.profile.words.authorization,
        fix: `max-age=${CACHE_MAX_S} or less.`,
        source: 'Anthropic, connector documentation',
      });
    }
    book.pass(`resource ${quoted(asString(best.body['resource']))}`);
  },
};

interface Found {
  readonly answer: Answer;
  readonly body: JsonObject;
}

async function fetchAll(walk: Walk, book: Book): Promise<Map<Place, Found>> {
  const { inserted, root } = resourceMetadataUrls(walk.url);
  const urls: [Place, string | undefined][] = [
    ['pointer', walk.pointer],
    ['inserted', inserted],
    ['root', root],
  ];
  const found = new Map<Place, Found>();
  const seen = new Map<string, Found | undefined>();
  for (const [place, url] of urls) {
    if (url === undefined) continue;
    if (!seen.has(url)) {
      const answer = await walk.http.send({
        method: 'GET',
        url,
        headers: { accept: 'application/json', 'user-agent': walk.profile.userAgents.oauth },
      });
      seen.set(url, usable(answer));
      if (usable(answer) === undefined) missing(walk, book, place, answer);
    }
    const one = seen.get(url);
    if (one !== undefined) found.set(place, one);
  }
  return found;
}

function usable(answer: Answer | NoAnswer): Found | undefined {
  if (!answer.ok || answer.status !== 200) return undefined;
  const body = jsonObject(answer.body);
  return body === undefined ? undefined : { answer, body };
}

function missing(walk: Walk, book: Book, place: Place, answer: Answer | NoAnswer): void {
  const redirect = answer.ok && answer.status >= 300 && answer.status < 400;
  const broken = answer.ok && answer.status === 200;
  const rule = redirect ? 'redirected' : broken ? 'not-json' : `missing-${place}`;
  // Without a pointer the client looks at both; with one, some look at the others as well.
  book.add(place === 'pointer' ? 'fail' : 'warn', rule, {
    seen: `${PLACES[place]}: ${describe(answer)}`,
    why: broken
      ? 'It is a page for people, or broken JSON: a route that answers everything stands in the way.'
      : place === 'pointer'
        ? 'The client believes the pointer, and ends there.'
        : 'Clients look at this place as well, and some took a missing answer there for the end.',
    userSees: walk.profile.words.authorization,
    fix: 'Answer 200 with the JSON document there, without a redirect.',
    source: `videoq#774; claude-ai-mcp#690; ${SOURCE}`,
  });
}

function judgeResource(walk: Walk, book: Book, body: JsonObject): void {
  const resource = asString(body['resource']);
  const userSees = walk.profile.words.authorization;
  const fix = `"resource": "${walk.typed}", exactly as people type the URL.`;
  if (resource === undefined) {
    book.fail('no-resource', {
      seen: 'the metadata has no resource',
      why: 'It is required, and clients compare it with the URL that was typed.',
      userSees,
      fix,
      source: 'RFC 9728 section 2',
    });
  } else if (resource !== walk.typed && canonical(resource) === canonical(walk.typed)) {
    // Of an origin both spellings are the same URL, and libraries write the slash.
    if (walk.url.pathname === '/') return;
    book.warn('resource-spelled-otherwise', {
      seen: `resource is ${quoted(resource)}, typed was ${quoted(walk.typed)}`,
      why: 'Claude Code and Gemini CLI compare byte by byte.',
      userSees,
      fix,
      source: 'claude-code#76096; Gemini CLI, its source; RFC 9728 section 3.3',
    });
  } else if (resource !== walk.typed) {
    const parent =
      walk.typed.startsWith(resource.replace(/\/?$/, '/')) || urlOf(resource)?.href === `${walk.url.origin}/`;
    book.fail('resource-differs', {
      seen: `resource is ${quoted(resource)}, typed was ${quoted(walk.typed)}`,
      why: `The client refuses metadata of another resource, or asks for tokens that this one does not take${parent ? ' (the path is missing)' : ''}.`,
      userSees,
      fix,
      source: 'RFC 9728 section 3.3; claude-ai-mcp#690; mcp-auth-proxy#123',
    });
  }
}

function judgeServers(walk: Walk, book: Book, body: JsonObject): void {
  const servers = asStrings(body['authorization_servers']) ?? [];
  const [first] = servers;
  const url = urlOf(first);
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    book.fail(servers.length === 0 ? 'no-authorization-server' : 'authorization-server-not-a-url', {
      seen: `authorization_servers: ${servers.length === 0 ? 'none' : quoted(first)}`,
      why: 'The client cannot find out where to sign in; it takes the first entry alone.',
      userSees: walk.profile.words.authorization,
      fix: '"authorization_servers": ["<the issuer, an absolute https URL>"]',
      source: 'RFC 9728 section 2; Anthropic, connector documentation',
    });
  } else if (servers.length > 1) {
    book.note('several-servers', {
      seen: `${servers.length} authorization servers: Claude takes the first alone`,
    });
  }
}
