import { createToolUse } from './audit/tool-use.ts';
import { compileInWorker } from '@latchkey/tools';
import type { AppOptions } from './app-options.ts';
import { createConnectionTest } from './connectors/connection-test.ts';
import { createConnectorDesk } from './connectors/connector-desk.ts';
import { createImports } from './connectors/imports/imports.ts';
import { createListTools } from './connectors/imports/list-tools.ts';
import { createPublishImport } from './connectors/imports/publish.ts';
import { createImportReading } from './connectors/imports/reading.ts';
import type { ImportRoom } from './connectors/imports/room.ts';
import { createImportWork } from './connectors/imports/work.ts';
import type { ToolDesk } from './connectors/tool-desk.ts';
import { createVersions } from './connectors/versions.ts';
import type { AddressGuardOptions } from './kernel/address-guard.ts';
import { createFileReader } from './kernel/guarded-file.ts';
import type { AskedLimit } from './limits/headers.ts';
import type { Limiter, LimitPolicy } from './limits/limiter.ts';
import { can } from './people/policy.ts';
import type { wireUpstreams } from './wire-upstreams.ts';

/** A document of 32 MB from a slow server. */
const FETCH_MS = 60_000;
const FETCHES_MAX = 4;
const TESTS_PER_PERSON: LimitPolicy = { limit: 30, windowSeconds: 60 };

/** The part of the wiring that is about connectors that admins make on the dashboard. */
export function wireImports({
  clock,
  guard = {},
  limiter,
  log,
  mcpBaseUrl,
  store,
  toolDesk,
  upstreams,
}: Pick<AppOptions, 'clock' | 'log' | 'mcpBaseUrl' | 'store'> & {
  /** How addresses that people name are reached. */
  guard: AddressGuardOptions | undefined;
  limiter: Pick<Limiter, 'take'>;
  toolDesk: ToolDesk;
  upstreams: ReturnType<typeof wireUpstreams>;
}) {
  const { assertions, channels, credentials, mcpServers, relaySender, sender, vault } = upstreams;
  const { deadlineMs: _, ...reach } = guard;
  const room: ImportRoom = {
    store,
    clock,
    log,
    vault,
    readFile: createFileReader({ ...reach, deadlineMs: FETCH_MS, atOnceMax: FETCHES_MAX, redirectsMax: 0 }),
    listTools: createListTools({
      clock,
      credentials,
      openChannel: channels.to,
      sender: relaySender,
      store,
      vault,
    }),
    compile: compileInWorker,
    mayManage: (role) => role !== undefined && can(role, 'connectors.manage'),
  };
  const work = createImportWork(room);
  const importReading = createImportReading({ store, work });
  return {
    portal: {
      imports: createImports(room, work),
      importReading,
      toolUseOf: createToolUse({ store, clock }),
      publishImport: createPublishImport(room, importReading),
      async limitTests(userId: string): Promise<AskedLimit> {
        const policy = TESTS_PER_PERSON;
        const decision = await limiter.take(`connection-test:${userId}`, policy);
        return { name: 'account', policy, decision };
      },
      /** An MCP server says for itself what it has; nobody waits for it. */
      onPublished: mcpServers.changed,
      versions: createVersions(room),
      connectorDesk: createConnectorDesk({
        ...room,
        mcpBaseUrl,
        toolDesk,
        onAccountsEnded: upstreams.upstreamAccounts.revoking.soon,
      }),
      connectionTest: createConnectionTest({
        assertions,
        credentials,
        reading: importReading,
        sender,
        store,
        vault,
      }),
    },
    close: work.close,
  };
}
