const SECRETS: readonly RegExp[] = [
  /-----BEGIN [A-Z ]{1,40}-----[^-]{0,8000}(?:-----END [A-Z ]{1,40}-----)?/g,
  /\b((?:set-)?cookie2?\s*:)\s*[^\s"'<>][^"'<>\n]{3,}/gi,
  /\b(authorization["']?\s*:\s*["']?[a-z][\w-]{1,20})\s+[\w.~+/=-]{8,}/gi,
  /\b(Bearer|Basic|DPoP)\s+[\w.~+/=-]{8,}/gi,
  /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g,
  /\b(?:sk|pk|rk|lk|whsec|gh[opsur]|github_pat|glpat|npm|xox[abeprs]|shp(?:at|ca|pa|ss)|dop_v1|hf)[_-][\w-]{12,}/g,
  /\b(?:AKIA|ASIA)[A-Z0-9]{12,}/g,
  /\bAIza[\w-]{30,}/g,
  /(\bhttps?:\/\/)[^\s/@:]{1,200}:[^\s/@]{1,400}@/gi,
  /\b((?:[a-z]{1,20}[_-]){0,3}(?:api[_-]?key|access[_-]?token|refresh[_-]?token|id[_-]?token|auth[_-]?token|session[_-]?id|secret|password|passwd)["']?\s*[=:]\s*["']?)[^\s"',;&]{6,}/gi,
];

/** Where a credential would stand in a text: the word of each is kept, what follows it is not. */
export function redacted(text: string): string {
  let safe = text;
  for (const secret of SECRETS) {
    safe = safe.replace(secret, (_, kept: unknown) =>
      typeof kept === 'string' ? `${kept} [secret]` : '[secret]',
    );
  }
  return safe;
}
