/** One challenge of a WWW-Authenticate header (RFC 9110 section 11.6.1). Names are in lower case. */
export interface Challenge {
  readonly scheme: string;
  readonly parameters: ReadonlyMap<string, string>;
}

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+/;

/** All challenges of the header, in order; undefined if it does not follow the grammar. */
export function parseChallenges(header: string): Challenge[] | undefined {
  const challenges: { scheme: string; parameters: Map<string, string> }[] = [];
  let rest = header.trim();
  while (rest !== '') {
    const name = TOKEN.exec(rest)?.[0];
    if (name === undefined) return undefined;
    rest = rest.slice(name.length);
    const equals = /^[ \t]*=[ \t]*/.exec(rest);
    if (equals === null || /^=*[ \t]*(,|$)/.test(rest.slice(equals[0].length))) {
      // A scheme; what follows may be a token68, which no scheme of ours has.
      challenges.push({ scheme: name.toLowerCase(), parameters: new Map() });
      rest = rest.replace(/^[ \t]+/, '');
    } else {
      const value = readValue(rest.slice(equals[0].length));
      const current = challenges.at(-1);
      if (value === undefined || current === undefined) return undefined;
      if (!current.parameters.has(name.toLowerCase())) current.parameters.set(name.toLowerCase(), value.text);
      rest = value.rest;
      if (rest !== '' && !/^[ \t]*,/.test(rest)) return undefined;
    }
    rest = rest.replace(/^[ \t,]+/, '');
  }
  return challenges.length === 0 ? undefined : challenges;
}

function readValue(text: string): { text: string; rest: string } | undefined {
  if (!text.startsWith('"')) {
    const token = TOKEN.exec(text)?.[0];
    return token === undefined ? undefined : { text: token, rest: text.slice(token.length) };
  }
  const quoted = /^"((?:[^"\\]|\\.)*)"/s.exec(text);
  if (quoted === null) return undefined;
  return { text: (quoted[1] ?? '').replace(/\\(.)/gs, '$1'), rest: text.slice(quoted[0].length) };
}
