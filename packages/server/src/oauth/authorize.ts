import { Hono, type Context } from 'hono';
import { askedAtPath, type AttemptTrace } from '../audit/attempts/trace.ts';
import type { Audit } from '../audit/audit.ts';
import type { Approvals } from '../grants/approvals.ts';
import type { Client, Clients } from '../grants/clients.ts';
import { destinationOf } from '../grants/destination.ts';
import { responseUrl } from '../grants/response-url.ts';
import type { RequestId } from '../kernel/ids.ts';
import { parseResourceUrl } from '../kernel/resource.ts';
import { ok } from '../kernel/result.ts';
import { hashSecret } from '../kernel/secret.ts';
import type { AskedLimit } from '../limits/headers.ts';
import type { AuthorizeError, Checked } from './checks/authorize-error.ts';
import { checkDpopKey } from './checks/dpop-key.ts';
import { checkPkce } from './checks/pkce.ts';
import { checkPrompt } from './checks/prompt.ts';
import { checkRequestObject } from './checks/request-object.ts';
import { checkResource, type AuthorizedResource, type ResourceDeps } from './checks/resource.ts';
import { checkResponseType } from './checks/response-type.ts';
import { readMaxAccess } from './checks/scope.ts';
import { checkState } from './checks/state.ts';
import type { GateCookie } from './cookie.ts';
import type { OAuthEnv } from './env.ts';
import type { Handoff } from './handoff.ts';
import { originOf } from './origin-of.ts';
import { readParameters, type Parameters } from './parameters.ts';
import { sayLimit } from '../limits/say-limit.ts';
import { isRegisteredRedirectUri } from '../kernel/redirect-uri.ts';

/** An error that a person reads, with the code for whoever helps them. `back`, if there is one, is a link that tells the client; it is never followed for them. */
export interface ErrorPage {
  title: string;
  message: string;
  code: string;
  back?: { href: string; destination: string };
}

export interface AuthorizeDeps extends ResourceDeps {
  clients: Clients;
  /** The client whose id is the URL of its metadata document, as that document says; undefined: not usable. */
  resolveDocument: (url: string, requestId: RequestId) => Promise<Client | undefined>;
  approvals: Approvals;
  toWeb: Handoff;
  gateCookie: GateCookie;
  webBaseUrl: string;
  audit: Audit;
  trace: AttemptTrace;
  /** Each visit stores a row, so one address gets so many. */
  limitAuthorizations: (address: string) => Promise<AskedLimit>;
  renderError: (context: Context<OAuthEnv>, page: ErrorPage) => Response | Promise<Response>;
}

interface CheckedRequest {
  challenge: string;
  dpopJkt: string | null;
  resource: AuthorizedResource;
  state: string | null;
}

/** The authorization endpoint (RFC 6749 section 3.1). It decides nothing: it opens a transaction for a person. */
export function createAuthorize(deps: AuthorizeDeps): Hono<OAuthEnv> {
  const app = new Hono<OAuthEnv>();

  /** How a visit ended: with a transaction for a person, or why not. */
  function note(
    context: Context<OAuthEnv>,
    parameters: Parameters,
    ended: {
      client?: Client;
      redirectUri?: string;
      path?: string;
      transactionId?: string;
      fault?: string;
      detail?: string;
    },
  ): void {
    const { client, detail, fault, redirectUri, transactionId } = ended;
    const { connectorPaths, issuer } = deps;
    const path =
      ended.path ?? parseResourceUrl(parameters.get('resource') ?? '', issuer, connectorPaths)?.path;
    deps.trace.note({
      by: 'client',
      step: 'authorize',
      origin: originOf(deps.trace, context),
      at: askedAtPath(path, connectorPaths),
      clientId: client?.id,
      clientName: client?.name,
      destination: redirectUri === undefined ? undefined : destinationOf(redirectUri),
      transactionHash: transactionId === undefined ? undefined : hashSecret(transactionId),
      fault,
      detail,
    });
  }

  app.get('/', async (context) => {
    const asked = await deps.limitAuthorizations(context.get('address') ?? 'unknown');
    const { allowed, retryAfterSeconds } = asked.decision;
    if (!allowed) {
      sayLimit(context, asked);
      return showError(context, {
        code: 'rate_limited',
        title: 'Too many attempts',
        message: `Wait ${retryAfterSeconds} seconds, then start again from the app.`,
      });
    }
    const read = readParameters(new URL(context.req.url).searchParams);
    if (!read.ok) {
      return showError(context, {
        code: 'invalid_request',
        title: 'This link is broken',
        message: 'One of its parameters is repeated. Start again from the app.',
      });
    }
    const parameters = read.value;

    // Until client and redirect URI hold, nothing is sent anywhere (RFC 6749 section 4.1.2.1).
    const clientId = parameters.get('client_id') ?? '';
    const byDocument = clientId.startsWith('https://');
    const client = byDocument
      ? await deps.resolveDocument(clientId, context.get('requestId'))
      : await deps.clients.find(clientId);
    if (client === undefined && byDocument) {
      note(context, parameters, { fault: 'document_unusable', detail: hostOf(clientId) });
      // Never why: the answers would be a way to look around from here.
      return showError(context, {
        code: 'invalid_client',
        title: 'This app could not be identified',
        message:
          'The document that should say who it is, at the address that it gave as its id, is not usable. Try again in a minute; if it happens again, tell the makers of the app.',
      });
    }
    if (client === undefined) {
      note(context, parameters, { fault: 'unknown_client' });
      return showError(context, {
        code: 'invalid_client',
        title: 'This app is not known here',
        message:
          'Its registration is missing or has expired. Remove the connector in the app and add it again.',
      });
    }
    const redirectUri = redirectUriOf(parameters, client);
    if (redirectUri === undefined) {
      note(context, parameters, { client, fault: 'invalid_redirect_uri' });
      return showError(context, {
        code: 'invalid_redirect_uri',
        title: 'This app asked to be answered at an address that it never registered',
        message:
          'Nothing was sent there. Remove the connector in the app and add it again; if it happens again, do not trust the link.',
      });
    }
    const checked = await check(parameters, client);
    if (!checked.ok) {
      const { description, error } = checked.error;
      // Which of the checks it was is what its makers have to know.
      const fault = checkPkce(parameters).ok ? error : 'no_pkce';
      note(context, parameters, { client, redirectUri, fault, detail: description });
    }
    if (!checked.ok) return refuseRequest(context, parameters, redirectUri, client, checked.error);
    return open(context, parameters, client, redirectUri, checked.value);
  });

  async function check(parameters: Parameters, client: Client): Promise<Checked<CheckedRequest>> {
    const requestObject = checkRequestObject(parameters);
    if (!requestObject.ok) return requestObject;
    const responseType = checkResponseType(parameters);
    if (!responseType.ok) return responseType;
    const pkce = checkPkce(parameters);
    if (!pkce.ok) return pkce;
    const dpopJkt = checkDpopKey(parameters);
    if (!dpopJkt.ok) return dpopJkt;
    const state = checkState(parameters);
    if (!state.ok) return state;
    const resource = await checkResource(parameters, client.orgId, deps);
    if (!resource.ok) return resource;
    const prompt = checkPrompt(parameters);
    if (!prompt.ok) return prompt;
    return ok({
      challenge: pkce.value,
      dpopJkt: dpopJkt.value,
      resource: resource.value,
      state: state.value,
    });
  }

  /** Each visit of the same URL is a new transaction: people press Reconnect. */
  async function open(
    context: Context<OAuthEnv>,
    parameters: Parameters,
    client: Client,
    redirectUri: string,
    { challenge, dpopJkt, resource, state }: CheckedRequest,
  ): Promise<Response> {
    let gateBrowser = deps.gateCookie.read(context.req.raw.headers);
    if (gateBrowser === undefined) {
      const cookie = deps.gateCookie.create();
      gateBrowser = cookie.value;
      context.header('Set-Cookie', cookie.setCookie, { append: true });
    }
    const transactionId = await deps.approvals.open({
      clientId: client.id,
      redirectUri,
      maxAccess: readMaxAccess(parameters),
      resource: resource.path,
      resourceOrgId: resource.orgId,
      challenge,
      dpopJkt,
      state,
      gateBrowser,
    });
    note(context, parameters, { client, redirectUri, path: resource.path, transactionId });
    const ticket = await deps.toWeb.issue(transactionId);
    context.header('Cache-Control', 'no-store');
    context.header('Referrer-Policy', 'no-referrer');
    return context.redirect(`${deps.webBaseUrl}/oauth/consent?handoff=${ticket}`, 303);
  }

  function showError(context: Context<OAuthEnv>, page: ErrorPage) {
    context.status(page.code === 'rate_limited' ? 429 : 400);
    return deps.renderError(context, page);
  }

  /**
   * Later errors are sent on by themselves only where this browser's person has sent codes, and would again (RFC 9700
   * section 4.11.2). Whoever else made or approved the client, strangers would have a redirector of us.
   */
  async function refuseRequest(
    context: Context<OAuthEnv>,
    parameters: Parameters,
    redirectUri: string,
    client: Client,
    { error, description }: AuthorizeError,
  ) {
    deps.audit.recordFromAnybody(context.get('address') ?? 'unknown', {
      action: 'authorize.refused',
      actor: { kind: 'client', id: client.id },
      clientId: client.id,
      requestId: context.get('requestId'),
      outcome: 'refused',
      detail: { error },
    });
    const state = parameters.get('state');
    const href = responseUrl(redirectUri, {
      error,
      error_description: description,
      ...(state === undefined ? {} : { state }),
      iss: deps.issuer,
    });
    const gateBrowser = deps.gateCookie.read(context.req.raw.headers);
    const pair = { clientId: client.id, redirectUri };
    if (gateBrowser !== undefined && (await deps.approvals.isTrustedDestination({ gateBrowser, ...pair }))) {
      context.header('Cache-Control', 'no-store');
      context.header('Referrer-Policy', 'no-referrer');
      return context.redirect(href, 303);
    }
    return showError(context, {
      code: error,
      title: 'The app asked for something that is not possible here',
      message: `${error}: ${description}.`,
      back: { href, destination: destinationOf(redirectUri) },
    });
  }

  return app;
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : '';
}

/** A single registered URI may be left out (RFC 6749 section 3.1.2.3). */
function redirectUriOf(parameters: Parameters, client: Client): string | undefined {
  const given = parameters.get('redirect_uri');
  if (given === undefined) return client.redirectUris.length === 1 ? client.redirectUris[0] : undefined;
  return isRegisteredRedirectUri(given, client.redirectUris) ? given : undefined;
}
