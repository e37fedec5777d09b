import { deriveKey } from '../kernel/seal.ts';
import { createDownloadLinks, type DownloadLinks } from './download/links.ts';
import { createCallMcp } from './mcp/call-mcp.ts';
import { createCallTool, type CallTool } from './mcp/call-tool.ts';
import { createForeignStates } from './mcp/foreign-rounds.ts';
import { createHeardView, type HeardView } from './mcp/heard-view.ts';
import { observeRecorder } from './observed/recorder.ts';
import { admit } from './pipeline/admit.ts';
import { createLimit, type Limit } from './pipeline/limit.ts';
import { createRecorder, type Recorder } from './pipeline/record.ts';
import { createCallUpstream, type CallUpstream } from './pipeline/upstream.ts';
import type { GatewayDependencies } from './ports.ts';

/** The pipeline behind the doors: how much may be called, and how a call is made, by whichever way it came. */
export interface Calls {
  readonly callTool: CallTool;
  readonly callUpstream: CallUpstream;
  /** What there is to call, once servers that nobody asked yet were asked. */
  readonly heardView: HeardView;
  readonly limit: Limit;
  readonly links: DownloadLinks;
  readonly recorder: Recorder;
}

export function createCalls({
  admission,
  audit,
  catalogues,
  clock,
  confirmation,
  credentials,
  downloadKey,
  fetchFile,
  limiter,
  limits,
  mcp,
  sender,
  sessionKey,
  telemetry,
  urls: { mcpBaseUrl },
}: Pick<
  GatewayDependencies,
  | 'admission'
  | 'audit'
  | 'catalogues'
  | 'clock'
  | 'confirmation'
  | 'credentials'
  | 'downloadKey'
  | 'fetchFile'
  | 'limiter'
  | 'limits'
  | 'mcp'
  | 'sender'
  | 'sessionKey'
  | 'telemetry'
  | 'urls'
>): Calls {
  const recorder = observeRecorder(admit(createRecorder(audit, clock), admission), telemetry);
  const callUpstream = createCallUpstream({ credentials, recorder, sender });
  const links = createDownloadLinks({ key: downloadKey, mcpBaseUrl, clock });
  const callTool = createCallTool({
    recorder,
    confirmation,
    callMcp: createCallMcp({
      clients: mcp.clients,
      mcpBaseUrl,
      recorder,
      servers: mcp.servers,
      states: createForeignStates({ key: deriveKey(sessionKey, 'states of servers'), clock }),
    }),
    callUpstream,
    fetchFile,
    links,
  });
  return {
    callTool,
    callUpstream,
    heardView: createHeardView({ catalogues, servers: mcp.servers }),
    limit: createLimit(limiter, limits),
    links,
    recorder,
  };
}
