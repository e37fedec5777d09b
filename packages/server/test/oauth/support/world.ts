import { randomBytes } from 'node:crypto';
import type { Role } from '../../../src/kernel/access.ts';
import type { OrganisationId, UserId } from '../../../src/kernel/ids.ts';
import type { TokenMode } from '../../../src/store/schema.ts';
import { startDemo } from '../../support/app.ts';
import {
  authorizeUrl,
  newVerifier,
  postToken,
  REDIRECT_URI,
  register,
  type Tokens,
} from '../../support/oauth-client.ts';
import { createBrowser, returnUrl, type Browser } from './browser.ts';

const PASSWORD = 'correct horse battery';

export interface Organisation {
  orgId: OrganisationId;
  slug: string;
}

export interface Member {
  userId: UserId;
  email: string;
  browser: Browser;
  /** The slug of the organisation that this person approves for. */
  home: string;
}

export interface Connected {
  tokens: Tokens;
  clientId: string;
  code: string;
  verifier: string;
  grantId: string;
  /** The authorize URL that it began with. */
  href: string;
}

/** One running demo for a file, in which each test makes its own organisation, people and clients. */
export async function openWorld(options: Parameters<typeof startDemo>[0] = {}) {
  const demo = await startDemo(options);
  const { latchkey, url } = demo;
  let people = 0;
  const rows = async <Row extends Record<string, unknown>>(statement: string, values: unknown[] = []) =>
    (await latchkey.store.pool.query<Row>(statement, values)).rows;

  async function newOrganisation(tokenMode: TokenMode = 'token'): Promise<Organisation> {
    const slug = `org-${randomBytes(6).toString('hex')}`;
    const created = await latchkey.people.createOrganisation({ slug, name: `The ${slug}`, tokenMode });
    if (!created.ok) throw new Error(created.error.reason);
    return created.value;
  }

  /** Somebody new with a role in each organisation, signed in with a browser of their own. */
  async function newMember(...roles: [Organisation, Role][]): Promise<Member> {
    const email = `${randomBytes(6).toString('hex')}@people.test`;
    const created = await latchkey.people.createUser({ email, name: 'Somebody', password: PASSWORD });
    if (!created.ok) throw new Error(created.error.reason);
    const { userId } = created.value;
    for (const [{ orgId }, role] of roles) await latchkey.store.people.addMember(orgId, userId, role);
    people += 1;
    // Behind a listed proxy everybody is somewhere else, and no limit for one address is met.
    const from = options.trustedProxies && `198.18.${people >> 8}.${people & 255}`;
    const browser = createBrowser(url, { from });
    await browser.signIn(email, PASSWORD);
    return { userId, email, browser, home: roles[0]?.[0].slug ?? '' };
  }

  const signIn = async (member: Pick<Member, 'email'>, browser: Browser) =>
    browser.signIn(member.email, PASSWORD);

  /** An authorize request that a test can bend before it sends it. */
  async function newRequest(parameters: Record<string, string> = {}, metadata: Record<string, unknown> = {}) {
    const { client_id } = await register(url, {
      client_name: `App ${randomBytes(6).toString('hex')}`,
      ...metadata,
    });
    const { verifier, challenge } = newVerifier();
    const href = authorizeUrl(url, { client_id, code_challenge: challenge, ...parameters });
    return { clientId: client_id, verifier, href };
  }

  /** Up to the code: the person allows, nothing is redeemed yet. */
  async function approve(
    member: Member,
    access: 'read' | 'full',
    parameters: Record<string, string> = {},
    metadata: Record<string, unknown> = {},
  ) {
    const request = await newRequest(parameters, metadata);
    const { fields } = await member.browser.open(request.href);
    const answer = await member.browser.decide(fields, {
      access,
      organisation: member.home,
      decision: 'allow',
    });
    const code = returnUrl(answer).searchParams.get('code') ?? '';
    return { ...request, code, fields };
  }

  const redeem = (
    approved: { clientId: string; code: string; verifier: string },
    more: Record<string, string> = {},
    node = url,
  ) =>
    postToken(node, {
      grant_type: 'authorization_code',
      client_id: approved.clientId,
      code: approved.code,
      code_verifier: approved.verifier,
      redirect_uri: REDIRECT_URI,
      ...more,
    });

  async function grantIdOf(clientId: string): Promise<string> {
    const [grant] = await rows<{ id: string }>(
      'select id from grants where client_id = $1 order by created_at desc',
      [clientId],
    );
    return grant?.id ?? '';
  }

  async function connect(
    member: Member,
    access: 'read' | 'full',
    parameters: Record<string, string> = {},
  ): Promise<Connected> {
    const approved = await approve(member, access, parameters);
    const response = await redeem(approved);
    if (response.status !== 200) throw new Error(`token: ${response.status} ${await response.text()}`);
    const tokens = (await response.json()) as Tokens;
    return { ...approved, tokens, grantId: await grantIdOf(approved.clientId) };
  }

  return {
    demo,
    latchkey,
    url,
    rows,
    newOrganisation,
    newMember,
    signIn,
    newRequest,
    approve,
    redeem,
    connect,
    grantIdOf,
    close: () => demo.close(),
  };
}

export type World = Awaited<ReturnType<typeof openWorld>>;

/** The status and the OAuth error of an answer, as one thing to compare. */
export async function refusalOf(response: Response): Promise<{ status: number; error: unknown }> {
  const body = (await response.json()) as { error?: unknown };
  return { status: response.status, error: body.error };
}
