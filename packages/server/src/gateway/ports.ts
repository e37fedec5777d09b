import type { FetchFile, Sender } from '@latchkey/tools';
import type { Audit } from '../audit/audit.ts';
import type { Usage } from '../audit/usage.ts';
import type { Catalogues } from '../connectors/catalogues.ts';
import type { McpServers } from '../connectors/mcp-servers.ts';
import type { McpTarget } from '../connectors/tool-set.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Actor, Standing, VerifiedCredential } from '../kernel/credential.ts';
import type { OrganisationId } from '../kernel/ids.ts';
import type { Log } from '../kernel/log.ts';
import type { Result } from '../kernel/result.ts';
import type { Soon } from '../kernel/soon.ts';
import type { Limiter, LimitPolicy } from '../limits/limiter.ts';
import type { NodeMail } from '../nodes/node-mail.ts';
import type { GatewayTelemetry } from '../telemetry/gateway-telemetry.ts';
import type { OpenChannel } from '../upstreams/channel.ts';
import type { Admission } from './pipeline/admit.ts';
import type { DoorAttempts } from './attempts.ts';
import type { IconsOf } from './mcp/dispatch.ts';
import type { McpClients } from '../upstreams/client/clients.ts';
import type { UpstreamCredentials } from '../upstreams/credentials.ts';
import type { BodyLimits } from './mcp/body.ts';
import type { Confirmation } from './mcp/confirmation/confirmation.ts';
import type { RelayLimits } from './relay/answered.ts';
import type { SessionLimits } from './relay/sessions/limits.ts';
import type { ToolNews } from './relay/tool-news.ts';
import type { StreamLimits } from './streams/streams.ts';

export interface GatewayUrls {
  /** The origin of the doors, as the world sees it. */
  readonly mcpBaseUrl: string;
  /** Further paths that are the single connector URL, beside `/mcp`. */
  readonly connectorPaths: readonly string[];
}

/** The parts of RFC 9449 that a resource needs. What cannot be found out (the database is gone) is thrown. */
export interface ProofChecks {
  readonly algorithms: readonly string[];
  /** For the `DPoP-Nonce` header. */
  nonce(): string;
  check(request: {
    readonly proof: string;
    readonly method: string;
    readonly url: string;
    readonly accessToken: string;
  }): Promise<
    Result<
      /** `useOnce` is true for the first request with this proof, on whichever node. */
      { readonly thumbprint: string; useOnce(): Promise<boolean> },
      { readonly error: 'invalid_dpop_proof' | 'use_dpop_nonce' }
    >
  >;
}

/** Who is calling. What cannot be found out (the database is gone) is thrown. */
export interface Identification {
  /** Undefined: no such key, or it has ended. */
  verifyKey(secret: string, hash: string): Soon<VerifiedCredential | undefined>;
  /** Undefined: not ours, expired, or its grant has ended. */
  verifyToken(jwt: string, hash: string): Soon<VerifiedCredential | undefined>;
  /** Undefined: not, or no longer, part of a live organisation. */
  standingOf(orgId: OrganisationId, actor: Actor): Soon<Standing | undefined>;
  /** By its address of today, or a former one that still works. */
  organisationExists(slug: string): Promise<boolean>;
  /**
   * Where a request comes from, in its plain spelling: of whose connection it is, and of whom its `X-Forwarded-For` tells.
   * Undefined: nobody can tell.
   */
  addressOf(peer: string | undefined, forwarded: string | string[] | undefined): string | undefined;
  readonly dpop: ProofChecks;
}

export interface GatewayDependencies extends Identification {
  readonly urls: GatewayUrls;
  readonly catalogues: Catalogues;
  /** What apps show beside an organisation's tools; absent: nothing. */
  readonly iconsOf?: IconsOf | undefined;
  readonly limiter: Limiter;
  readonly audit: Audit;
  readonly usage: Usage;
  readonly sender: Sender;
  /** Reads a file that an argument names by its address, under the address guard. */
  readonly fetchFile: FetchFile;
  /** What upstreams get in place of the caller's credential. */
  readonly credentials: UpstreamCredentials;
  /** Has a person agree to calls that an admin wants agreed to. */
  readonly confirmation: Confirmation;
  /** Seals what links to files stand for; the same on every node. */
  readonly downloadKey: Uint8Array;
  /** Proves whose a session is; the same on every node. */
  readonly sessionKey: Uint8Array;
  readonly nodeMail: NodeMail;
  /** Where it is not `CALL_MS_MAX`. */
  readonly callMsMax?: number | undefined;
  /** Where it is not what `STREAM_LIMITS` says. */
  readonly streamLimits?: Partial<StreamLimits> | undefined;
  /** Where it is not what `BODY_LIMITS` says. */
  readonly bodyLimits?: Partial<BodyLimits> | undefined;
  /** MCP servers in the view in which they stand together. */
  readonly mcp: {
    readonly clients: Pick<McpClients, 'callTool'>;
    readonly servers: Pick<McpServers, 'used' | 'firstLists'>;
  };
  readonly relay: {
    /** With connections for as many answers as stay open: each stream of an MCP server takes one. */
    readonly sender: Sender;
    /** To a server that keeps a connection. */
    readonly openChannel: (target: McpTarget) => OpenChannel;
    /** Absent: nobody follows what servers say of their tools. */
    readonly news?: ToolNews | undefined;
    /** Where it is not what `RELAY_LIMITS` says. */
    readonly limits?: Partial<RelayLimits> | undefined;
    /** Where it is not what `SESSION_LIMITS` says. */
    readonly sessionLimits?: Partial<SessionLimits> | undefined;
  };
  readonly limits: { readonly perKey: LimitPolicy; readonly perOrganisation: LimitPolicy };
  /** Absent: as many calls are under way as come, and none is counted by the month. */
  readonly admission?: Admission | undefined;
  /** Absent: nobody looks how apps get on with connecting. */
  readonly attempts?: DoorAttempts | undefined;
  /** Absent: nobody looks how we are. */
  readonly telemetry?: GatewayTelemetry | undefined;
  readonly log: Log;
  readonly clock: Clock;
}
