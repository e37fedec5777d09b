import { diagnose, type DiagnoseOptions, type Finding, type Report } from '../src/index.ts';
import { startConnector, type RunningConnector } from './fixtures/connector.ts';
import type { Fault } from './fixtures/faults.ts';

/** Nothing listens there: the scripted browser only says where it was sent. */
export const REDIRECT_URI = 'http://127.0.0.1:33418/callback';

/** The whole walk, with every sign-in scripted. */
export function examine(connector: RunningConnector, options: DiagnoseOptions = {}): Promise<Report> {
  return diagnose(connector.url, {
    egress: true,
    patience: 6,
    approver: {
      redirectUri: REDIRECT_URI,
      approve: ({ authorizeUrl, purpose }) =>
        connector.approve(authorizeUrl, purpose === 'deny' ? 'deny' : 'allow'),
    },
    ...options,
  });
}

export async function examineWith(fault: Fault, options?: DiagnoseOptions): Promise<Report> {
  const connector = await startConnector(fault);
  try {
    return await examine(connector, options);
  } finally {
    await connector.close();
  }
}

export function findingsOf({ steps }: Report, ...severities: Finding['severity'][]): Finding[] {
  return steps.flatMap(({ findings }) => findings).filter(({ severity }) => severities.includes(severity));
}

/** `D7 resource-differs`, once each. */
export function namesOf(report: Report, ...severities: Finding['severity'][]): string[] {
  return [...new Set(findingsOf(report, ...severities).map(({ check, rule }) => `${check} ${rule}`))];
}
