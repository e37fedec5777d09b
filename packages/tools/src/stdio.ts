export { createApiCall } from './stdio/api/api-call.ts';
export type { CredentialPlace } from './stdio/api/credential.ts';
export {
  credentialParts,
  declaredPlace,
  NO_CREDENTIAL,
  placesTaken,
  readCredentialPlace,
} from './stdio/api/credential.ts';
export { instructionsFor, snapshotOf } from './stdio/api/snapshot-of.ts';
export type { BackendCall, CallOutcome, StdioBackend } from './stdio/backend.ts';
export { createFixedBackend } from './stdio/backend.ts';
export type { GatewayBackendOptions } from './stdio/gateway/backend.ts';
export { createGatewayBackend, createGatewayCalls } from './stdio/gateway/backend.ts';
export { isKeyForm } from './stdio/gateway/key-form.ts';
export type { Place } from './stdio/gateway/place.ts';
export { readPlace, readSafeUrl } from './stdio/gateway/place.ts';
export { STDIO_HELP, stdioCommand } from './stdio/command.ts';
export { runStdio } from './stdio/run.ts';
export type { StdioIo } from './stdio/serve-process.ts';
export { sayFault, serveProcess } from './stdio/serve-process.ts';
export type { StdioLimits, StdioOptions, StdioServer } from './stdio/serve-stdio.ts';
export { serveStdio, STDIO_LIMITS } from './stdio/serve-stdio.ts';
export type { CatalogueSnapshot, SnapshotTool } from './stdio/snapshot.ts';
export { readSnapshot } from './stdio/snapshot.ts';
