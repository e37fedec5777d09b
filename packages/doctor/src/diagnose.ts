import { createBook } from './book.ts';
import { CHECKS } from './checks/all.ts';
import { STAGES, type Check } from './checks/check.ts';
import { CLIENTS } from './clients/clients.ts';
import type { ClientName } from './clients/profile.ts';
import type { CheckId, Finding } from './finding.ts';
import { addressesOf, hostOf, isLoopbackAddress } from './http/addresses.ts';
import { createHttp } from './http/http.ts';
import { reachOf } from './http/reach.ts';
import { isLoopbackHost } from './http/url.ts';
import { LOOPBACK } from './oauth/register.ts';
import { countsOf, worstOf, type CheckedStep, type Report } from './report/report.ts';
import { clean } from './text/clean.ts';
import { createSecrets, type Secrets } from './text/secrets.ts';
import type { Approver, Walk } from './walk.ts';

/** Of one text of a report, in characters: the same fault at many places is one text. */
const TEXT_MAX = 2_000;

export interface DiagnoseOptions {
  /** Whose behaviour is imitated. Default: `claude`. */
  readonly as?: ClientName | undefined;
  /** Whoever signs in. Absent: what comes after the sign-in is reported as not run. */
  readonly approver?: Approver | undefined;
  /** An access token to go on with in place of a sign-in. */
  readonly token?: string | undefined;
  /** A client that was registered by hand. */
  readonly client?: { readonly id: string; readonly secret?: string | undefined } | undefined;
  /** More sign-ins: for replayed codes, reused refresh tokens, a denial; and many registrations. */
  readonly thorough?: boolean | undefined;
  /** Whether a tool that only reads is called. Default: true. */
  readonly callTool?: boolean | undefined;
  /** Whether the server can be expected to read clients' documents. Default: unless it is local. */
  readonly egress?: boolean | undefined;
  /** Multiplies what is waited for and what counts as slow; for machines that are busy. Default: 1. */
  readonly patience?: number | undefined;
  /** Told as each check begins. */
  readonly onProgress?: ((check: CheckId, title: string) => void) | undefined;
}

/**
 * Examines the MCP connector at `url`, which must be an absolute http or https URL (TypeError otherwise). Nothing that
 * the server answers makes it throw; no secret of the walk is in the report.
 */
export async function diagnose(url: string, options: DiagnoseOptions = {}): Promise<Report> {
  const target = new URL(url);
  if (!/^https?:$/.test(target.protocol))
    throw new TypeError(`${target.protocol} is no protocol of a connector`);
  const walk = await begin(url, target, options);
  const steps: CheckedStep[] = [];
  try {
    for (const check of CHECKS) {
      options.onProgress?.(check.id, check.title);
      steps.push(await step(walk, check));
    }
  } finally {
    await walk.http.close();
  }
  const rules = steps.flatMap(({ findings }) => findings.map(({ rule }) => rule));
  const unreachable = rules.includes('no-address') || rules.includes('no-answer');
  const counts = countsOf(steps);
  const clear = (text: string): string => printable(text, walk.secrets);
  return {
    url: clear(walk.url.href),
    as: walk.profile.name,
    label: walk.profile.label,
    local: walk.local,
    signedIn: walk.open || walk.givenToken !== undefined || walk.signedIn !== undefined,
    verdict: unreachable ? 'unreachable' : counts.fail > 0 ? 'faults' : 'healthy',
    counts,
    steps: steps
      .toSorted((one, other) => STAGES.indexOf(one.stage) - STAGES.indexOf(other.stage))
      .map((one) => ({
        ...one,
        findings: one.findings.map((finding) => withoutSecrets(finding, walk.secrets)),
      })),
    exchanges: walk.http.exchanges().map((one) => ({ ...one, url: clear(one.url) })),
  };
}

async function step(walk: Walk, check: Check): Promise<CheckedStep> {
  const book = createBook(check.id);
  const blocked = walk.stopped ?? check.blocked?.(walk);
  if (blocked !== undefined && check.id !== 'D1') book.notRun(blocked);
  else {
    try {
      await check.run(walk, book);
    } catch (error) {
      // A mistake of ours must not take the other findings away; nor may it look like a pass.
      book.notRun(`the doctor failed here: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  const { id, stage, title } = check;
  return { check: id, stage, title, state: worstOf(book.findings()), findings: book.findings() };
}

async function begin(typed: string, url: URL, options: DiagnoseOptions): Promise<Walk> {
  const addresses = await addressesOf(hostOf(url));
  const local = isLoopbackHost(url.hostname) || (addresses.length > 0 && addresses.every(isLoopbackAddress));
  const secrets = createSecrets();
  const { client, token } = options;
  secrets.addUrl(typed);
  secrets.add(token);
  secrets.add(client?.secret);
  const redirectUri = options.approver?.redirectUri ?? LOOPBACK;
  const givenClient = client && {
    ...client,
    redirectUri,
    method: client.secret === undefined ? 'none' : 'client_secret_post',
    how: 'given',
  };
  return {
    typed,
    url,
    local,
    egress: options.egress ?? !local,
    profile: CLIENTS[options.as ?? 'claude'],
    http: createHttp({ ...reachOf(url, addresses), patience: options.patience ?? 1 }),
    secrets,
    thorough: options.thorough === true,
    patience: options.patience ?? 1,
    callsTool: options.callTool !== false,
    approver: options.approver,
    givenClient,
    givenToken: token,
    stopped: undefined,
    open: false,
    late: false,
    tokenEndpointFault: undefined,
    bareStatus: undefined,
    challenged: undefined,
    challengeScope: undefined,
    pointer: undefined,
    resourceMetadata: undefined,
    server: undefined,
    client: givenClient,
    signedIn: undefined,
    notSignedIn: token === undefined && options.approver === undefined ? 'nobody signed in' : undefined,
    grant:
      token === undefined
        ? undefined
        : { accessToken: token, refreshToken: undefined, client: undefined, session: undefined },
    openSession: undefined,
    tools: undefined,
    forbidden: [],
    asked: new Set(),
  };
}

function withoutSecrets(finding: Finding, secrets: Secrets): Finding {
  return Object.fromEntries(
    Object.entries(finding).map(([name, value]) => [
      name,
      typeof value === 'string' ? printable(value, secrets) : value,
    ]),
  ) as unknown as Finding;
}

/**
 * Every text of a report goes through here, whatever its check made of the server's words: a URL can hold escape
 * sequences and still be one. Cleaned before it is searched for secrets, or what is invisible would break one up; cut
 * only after.
 */
function printable(text: string, secrets: Secrets): string {
  return clean(secrets.hide(clean(text, Infinity)), TEXT_MAX);
}
