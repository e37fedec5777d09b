import { randomBytes } from 'node:crypto';
import type { Role } from '../../../src/kernel/access.ts';
import type { UserId } from '../../../src/kernel/ids.ts';
import type { TokenMode } from '../../../src/store/schema.ts';
import { postToken, register, rpc } from '../../support/oauth-client.ts';
import {
  JWT_BEARER,
  link,
  newIdentityProvider,
  trust,
  type Bend,
  type IdentityProvider,
} from './identity-provider.ts';
import { openWorkshop, type PortalClient } from './machines.ts';
import { openWorld, type Organisation } from './world.ts';

/** A client that people approve, as the portal makes it. */
export const APP = { redirect_uris: ['https://app.test/callback'] };
export const INVALID_GRANT = { status: 400, error: 'invalid_grant' };
export const INVALID_TARGET = { status: 400, error: 'invalid_target' };

export const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;

export interface AssertedTokens {
  access_token: string;
  scope: string;
}

export interface Employee {
  userId: UserId;
  email: string;
}

export interface CompanyOptions {
  role?: Role;
  access?: 'read' | 'full';
  tokenMode?: TokenMode;
}

/** A running demo in which each test opens companies of its own, with one admin for all of them. */
export async function openCompanies(options: Parameters<typeof openWorld>[0] = {}) {
  const world = await openWorld(options);
  const admin = await world.newMember();

  /** An organisation whose admin trusts nobody yet. */
  const newWorkshop = (tokenMode: TokenMode = 'token') => openWorkshop(world, tokenMode, admin);

  /** Somebody who never signs in here: the provider vouches for them. */
  async function newEmployee({ orgId }: Organisation, role: Role): Promise<Employee> {
    const email = `${randomBytes(6).toString('hex')}@people.test`;
    const password = randomBytes(12).toString('hex');
    const created = await world.latchkey.people.createUser({ email, name: 'Somebody', password });
    if (!created.ok) throw new Error(created.error.reason);
    await world.latchkey.store.people.addMember(orgId, created.value.userId, role);
    return { userId: created.value.userId, email };
  }

  /** An organisation whose admin trusts a provider, a member that is linked to a subject of it, and a client. */
  async function openCompany({ role = 'member', access = 'full', tokenMode = 'token' }: CompanyOptions = {}) {
    const workshop = await newWorkshop(tokenMode);
    const provider = await newIdentityProvider(`https://${randomBytes(6).toString('hex')}.idp.test`);
    const member = await newEmployee(workshop.organisation, role);
    const subject = `user-${randomBytes(6).toString('hex')}`;
    await trust(workshop, provider, { jwks: provider.jwks }, access);
    await link(workshop, provider, subject, member.email);
    const client = await workshop.newClient(APP);
    const { organisation } = workshop;

    /** The provider's word for the member, for a client that may be another than the company's. */
    const assert = (bend?: Bend, by: Pick<IdentityProvider, 'assert'> = provider, to = client) =>
      by.assert({ subject, clientId: to.client_id, audience: world.url }, bend);
    const present = (assertion: string, more: Record<string, string> = {}, at = world.url) =>
      postToken(at, { grant_type: JWT_BEARER, assertion, ...client, ...more });
    const ask = async (bend?: Bend, more?: Record<string, string>) => present(await assert(bend), more);
    async function tokensOf(bend?: Bend, more?: Record<string, string>): Promise<AssertedTokens> {
      const response = await ask(bend, more);
      if (response.status !== 200) throw new Error(`token: ${response.status} ${await response.text()}`);
      return (await response.json()) as AssertedTokens;
    }
    return {
      ...workshop,
      provider,
      member,
      subject,
      client,
      assert,
      present,
      ask,
      tokensOf,
      path: `/mcp/${organisation.slug}`,
      grants: () =>
        world.rows<{ id: string; access: string; issuer: string; revoked_reason: string | null }>(
          'select id, access, issuer, revoked_reason from grants where org_id = $1 and issuer is not null order by created_at',
          [organisation.orgId],
        ),
    };
  }

  return {
    world,
    newWorkshop,
    newEmployee,
    openCompany,

    /** A client of no organisation, which registered itself with a secret. */
    async newStranger(): Promise<PortalClient> {
      const registered = await register(world.url, { token_endpoint_auth_method: 'client_secret_post' });
      const { client_id, client_secret } = registered as PortalClient;
      return { client_id, client_secret };
    },

    /** The status of listing the tools at that place. */
    async callAt(path: string, token: string, at = world.url): Promise<number> {
      return (await rpc(at + path, { authorization: `Bearer ${token}` }, 'tools/list')).status;
    },

    close: () => world.close(),
  };
}

export type Companies = Awaited<ReturnType<typeof openCompanies>>;
