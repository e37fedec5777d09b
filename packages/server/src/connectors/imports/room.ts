import type { compileInWorker } from '@latchkey/tools';
import type { Clock } from '../../kernel/clock.ts';
import type { ReadFile } from '../../kernel/guarded-file.ts';
import type { Role } from '../../kernel/access.ts';
import type { ImportId, OrganisationId, RequestId, UserId } from '../../kernel/ids.ts';
import type { Log } from '../../kernel/log.ts';
import type { Result } from '../../kernel/result.ts';
import type { Store } from '../../store/store.ts';
import type { ImportRow } from '../../store/queries/imports.ts';
import type { ListedByServer } from '../../upstreams/client/clients.ts';
import type { ClientFault } from '../../upstreams/client/types.ts';
import type { Vault } from '../../upstreams/credentials/vault.ts';

/** What the import of connectors needs of the rest. */
export interface ImportRoom {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly vault: Pick<Vault, 'sealForImport' | 'openOfImport' | 'setIn' | 'find'>;
  /** Reads a document from an address that a person named. */
  readonly readFile: ReadFile;
  /** Asks an MCP server that is being imported for its tools. */
  readonly listTools: (row: ImportRow, signal: AbortSignal) => Promise<Result<ListedByServer, ClientFault>>;
  readonly compile: typeof compileInWorker;
  /** Whether who has that role may change connectors; undefined: no member. */
  readonly mayManage: (role: Role | undefined) => boolean;
}

/** Who does something with an organisation's imports. */
export interface By {
  readonly orgId: OrganisationId;
  readonly userId: UserId;
  readonly requestId: RequestId;
}

export interface ImportRef extends By {
  readonly id: ImportId;
}
