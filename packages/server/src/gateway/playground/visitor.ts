import { lowerAccess, type Access } from '../../kernel/access.ts';
import type { Actor, Standing } from '../../kernel/credential.ts';
import { AppError } from '../../kernel/errors.ts';
import type { ClientId, KeyId } from '../../kernel/ids.ts';
import type { Principal } from '../../kernel/principal.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { refusal } from '../refusal.ts';
import type { Caller } from '../pipeline/authenticate.ts';
import type { Identification } from '../ports.ts';
import type { Visitor } from '../../connectors/played-call.ts';

/** In the place of an app, so that the audit log and the usage can tell what was only tried out. No app's id is like it. */
export const PLAYGROUND_CLIENT = 'playground' as ClientId;

/** Who calls when somebody tries a tool out: judged for this very call, and never more than the role allows. */
export function createVisitors({ standingOf }: Pick<Identification, 'standingOf'>) {
  /** From where the organisation answers, alone; an agent is tried out by who may manage agents. */
  async function standingFor({ agent, organisation, person }: Visitor): Promise<Standing | undefined> {
    const own = await standingOf(organisation.id, { kind: 'user', id: person.id });
    if (own === undefined || own.onlyFrom?.admits(person.address) === false) return undefined;
    if (agent === undefined) return own;
    if (own.role !== 'owner' && own.role !== 'admin') return undefined;
    return standingOf(organisation.id, { kind: 'agent', id: agent });
  }

  return async function callerOf(visitor: Visitor, wanted: Access): Promise<Result<Caller, AppError>> {
    const { agent, organisation, person } = visitor;
    const actor: Actor = agent === undefined ? { kind: 'user', id: person.id } : { kind: 'agent', id: agent };
    const standing = await standingFor(visitor);
    if (standing === undefined) return fail(agent === undefined ? NO_LONGER : NO_SUCH_AGENT);
    const access = lowerAccess(wanted, standing.ceiling);
    const principal: Principal = {
      orgId: organisation.id,
      orgSlug: standing.orgSlug,
      actor,
      role: standing.role,
      access,
      clientId: PLAYGROUND_CLIENT,
      grantId: undefined,
      // One name for a person, whoever they try out as: all of it counts against one limit.
      keyId: `playground ${person.id}` as KeyId,
      limits: standing.limits,
      triedBy: { id: person.id, name: person.name },
    };
    async function accessLeft(): Promise<Access | undefined> {
      const now = await standingFor(visitor);
      return now && lowerAccess(wanted, now.ceiling);
    }
    return ok({
      principal,
      // What the page shows is chosen there: who chose read-only is told so.
      couldStepUp: true,
      headers: [],
      accessLeft,
      hangsOn: [
        organisation.id,
        `${organisation.id}:${person.id}`,
        ...(agent === undefined ? [] : [`${organisation.id}:${agent}`]),
      ],
      async recheck() {
        const left = await accessLeft();
        return left !== undefined && lowerAccess(left, access) === access ? undefined : refusal(NO_LONGER);
      },
    });
  };
}

export const NO_LONGER = new AppError('forbidden', 'You may not do this any more. Nothing more was sent.');
const NO_SUCH_AGENT = new AppError('not_found', 'There is no such agent that is active.');
