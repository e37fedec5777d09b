const HOST_PREFIX = 'host:';

/** What a rule is about, from what somebody typed: a bare host is all apps of it. */
export function readSubject(typed: string): string {
  const text = typed.trim();
  if (/^(?:cli_|https:|host:)/i.test(text)) return text;
  return `${HOST_PREFIX}${text.toLowerCase()}`;
}

/** The host that a rule is about; undefined: it is about one app. */
export function hostOf(subject: string): string | undefined {
  return subject.startsWith(HOST_PREFIX) ? subject.slice(HOST_PREFIX.length) : undefined;
}
