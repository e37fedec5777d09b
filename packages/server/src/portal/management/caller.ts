import type { Access, Role } from '../../kernel/access.ts';
import type { ErrorCode } from '../../kernel/errors.ts';
import type { OrganisationId } from '../../kernel/ids.ts';

/** What a keyed call is about, for the audit trail. */
export interface Operation {
  readonly id: string;
  readonly writes: boolean;
}

/** Who calls with a key, or through our own gateway: a person or an agent, of one organisation and no other. */
export interface KeyedCaller {
  /** Our own gateway calls for who calls a tool there. */
  readonly via: 'key' | 'gateway';
  readonly organisation: {
    id: OrganisationId;
    slug: string;
    /** Its former addresses that still work. */
    aliases: readonly string[];
    name: string;
    role: Role;
    maxAccess: Access;
  };
  /** The smaller of what the credential grants and what today's role allows. */
  readonly access: Access;
  /** Before anything is done: durable for what can change something. What it answers is to be told the HTTP status. */
  begin(operation: Operation): Promise<(status: number) => void>;
  refused(operation: Operation, code: ErrorCode): void;
}
