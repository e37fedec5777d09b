import { hostOf } from './read-subject.ts';

/** What a rule is about. */
export function RuleSubject({ subject }: { subject: string }) {
  const host = hostOf(subject);
  return host === undefined ? <code>{subject}</code> : <bdi className="strong">{host}</bdi>;
}
