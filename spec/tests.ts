import type { TestRef } from './requirement.ts';

/** Names the tests of a file. */
const testsIn =
  (file: string) =>
  (name: string): TestRef => ({ file, name });

const ofServer = (path: string) => testsIn(`packages/server/test/${path}.test.ts`);

export const answers = ofServer('oauth/answers');
export const authorize = ofServer('oauth/authorize');
export const clientAuthentication = ofServer('oauth/client-authentication');
export const code = ofServer('oauth/code');
export const consent = ofServer('oauth/consent');
export const discovery = ofServer('oauth/discovery');
export const dpopToken = ofServer('oauth/dpop-token');
export const handoff = ofServer('oauth/handoff');
export const assertionLimits = ofServer('oauth/identity-assertion-limits');
export const assertions = ofServer('oauth/identity-assertions');
export const introspection = ofServer('oauth/introspection');
export const keyRotation = ofServer('oauth/key-rotation');
export const machines = ofServer('oauth/machines');
export const refresh = ofServer('oauth/refresh');
export const registration = ofServer('oauth/registration');
export const revocation = ofServer('oauth/revocation');
export const secrets = ofServer('oauth/secrets');
export const signing = ofServer('oauth/signing');
export const sweeping = ofServer('oauth/sweeping');
export const tokenExchange = ofServer('oauth/token-exchange');
export const tokens = ofServer('oauth/tokens');

export const addressGuard = ofServer('client-documents/address-guard');
export const consentTiers = ofServer('client-documents/consent-tiers');
export const documents = ofServer('client-documents/documents');

export const front = ofServer('front/front');
export const frontOracle = ofServer('front/oracle');
export const frontPipelined = ofServer('front/pipelined');

export const authentication = ofServer('gateway/authentication');
export const dpopGateway = ofServer('gateway/dpop');
export const httpSurface = ofServer('gateway/http-surface');
export const pipelined = ofServer('gateway/pipelined');
export const toolsCall = ofServer('gateway/tools-call');

export const browserPages = ofServer('pages/browser');
export const clientsInPortal = ofServer('portal/clients');
export const declaredMembers = ofServer('declared-members');
export const invitePage = ofServer('pages/invite');
export const resetPage = ofServer('pages/reset');
export const portalInvitations = ofServer('portal/invitations');
export const management = ofServer('portal/management');
export const rotateKey = ofServer('portal/rotate-key');
export const keyNodes = ofServer('key-nodes');
export const ownConnector = ofServer('own-connector');
export const portalDocument = ofServer('portal/openapi');
export const everywhere = ofServer('revocation/everywhere');
export const limits = ofServer('gateway/limits');
export const changeListener = ofServer('change-listener');
export const nodes = ofServer('nodes');
export const realClients = ofServer('real-clients/real-clients');
export const registrationLimits = ofServer('oauth/registration-limits');
export const signEveryoneOut = ofServer('revocation/sign-everyone-out');
export const signIn = ofServer('pages/sign-in');
export const twoHosts = ofServer('two-hosts');
export const twoProcesses = ofServer('two-processes');

export const addresses = testsIn('packages/server/src/kernel/address.test.ts');
export const keySecrets = testsIn('packages/server/src/keys/key-secret.test.ts');
export const globalAddresses = testsIn('packages/server/src/kernel/global-address.test.ts');
export const conformance = testsIn('e2e/conformance-authorization.test.ts');
export const libraries = testsIn('e2e/oauth-libraries.test.ts');
export const mcpRemote = testsIn('e2e/mcp-remote-sign-in.test.ts');
export const stepUp = testsIn('e2e/step-up.test.ts');

export const upstreamAccounts = ofServer('upstreams/credentials/accounts');
export const upstreamConnecting = ofServer('upstreams/credentials/connecting');
export const upstreamDeclared = ofServer('upstreams/credentials/declared');
export const upstreamExchange = ofServer('upstreams/credentials/exchange');
export const upstreamHttp = ofServer('upstreams/credentials/http-path');
export const upstreamOutgoing = ofServer('upstreams/credentials/outgoing');
export const upstreamCards = ofServer('upstreams/credentials/consent-cards');

export const relay = ofServer('gateway/relay');
export const relayAccounts = ofServer('upstreams/credentials/relayed');
export const relayConformance = testsIn('e2e/conformance-relay.test.ts');
export const relayFaults = ofServer('gateway/relay-faults');
export const relayGate = testsIn('packages/server/src/gateway/relay/gate.test.ts');
export const repeatedKeys = testsIn('packages/server/src/kernel/repeated-keys.test.ts');

export const connectionFaults = ofServer('gateway/session-faults');
export const connectionNodes = ofServer('relay-session-nodes');
export const connectionSessions = ofServer('gateway/relay-sessions');
export const eventStreams = testsIn('packages/server/src/upstreams/event-stream-parser.test.ts');
export const sseServers = ofServer('upstreams/sse');
export const stdioServers = ofServer('upstreams/stdio');

export const catalogueDoor = ofServer('gateway/catalogue-door');
export const stdioGateway = ofServer('gateway/stdio');
export const stdioCommand = testsIn('packages/tools/test/stdio-command.test.ts');
export const stdioStreams = testsIn('packages/tools/test/stdio.test.ts');

export const declaredMcp = ofServer('connectors/declared-mcp');
export const joined = ofServer('gateway/joined-mcp');
export const joinedFaults = ofServer('gateway/joined-faults');
export const mcpClient = ofServer('upstreams/client');
export const mcpTools = testsIn('packages/server/src/connectors/mcp-tool.test.ts');

export const formerAddress = ofServer('oauth/former-address');
export const portalAddress = ofServer('portal/address');
export const portalDanger = ofServer('portal/danger');
export const deletedOrganisation = ofServer('revocation/deleted-organisation');

export const portalOperator = ofServer('portal/operator');
export const portalSecurity = ofServer('portal/security');
export const secondFactor = ofServer('people/second-factor');
export const securityNodes = ofServer('security-nodes');

export const limitsOnNodes = ofServer('limits-nodes');
export const portalLimits = ofServer('portal/limits');
export const portalLogos = ofServer('portal/logo');
export const png = testsIn('packages/server/src/kernel/png.test.ts');
export const portalWebhooks = ofServer('portal/webhooks');
export const webhookDocs = ofServer('webhooks/docs');
export const webhookNodes = ofServer('webhooks/nodes');
export const webhooks = ofServer('webhooks/deliver');

export const auditChain = ofServer('audit/check-chain');
export const auditCheckpoints = ofServer('audit/checkpoints');
export const auditPrune = ofServer('audit/prune');
export const auditChainKeeper = ofServer('audit/keep-trail');
export const csv = testsIn('packages/server/src/portal/csv.test.ts');
export const portalAudit = ofServer('portal/audit');
export const playground = ofServer('portal/playground');
export const portalUsage = ofServer('portal/usage');

export const companyDomains = ofServer('company/domains');
export const companyForged = ofServer('company/forged-answers');
export const companyRoles = ofServer('company/roles');
export const companySignIn = ofServer('company/sign-in');

export const configTelemetry = testsIn('packages/server/src/config-telemetry.test.ts');
export const log = testsIn('packages/server/src/kernel/log.test.ts');
export const metrics = ofServer('telemetry/metrics');
export const sampler = testsIn('packages/server/src/telemetry/tracing/sampler.test.ts');
export const telemetryProcess = ofServer('telemetry/process');
export const traces = ofServer('telemetry/traces');
