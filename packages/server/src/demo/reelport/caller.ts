import type { Access, Role } from '../../kernel/access.ts';

/** Who a request acts for, as the verified assertion says. */
export interface Caller {
  readonly orgId: string;
  readonly orgSlug: string;
  readonly subject: string;
  readonly role: Role;
  readonly access: Access;
}

/** What the steps before a route leave on the request. */
export interface ReelportEnv {
  Variables: { requestId: string; caller: Caller };
}
