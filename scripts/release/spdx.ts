/**
 * Whether an SPDX expression (SPDX 2.3, annex D) lets us choose licences that are all allowed: any side of an OR, both of
 * an AND. What cannot be read is not allowed.
 */
export function isAllowed(expression: string, allowed: ReadonlySet<string>): boolean {
  const tokens = expression.match(/[()]|[^\s()]+/g) ?? [];
  let at = 0;

  function any(): boolean {
    let holds = all();
    while (tokens[at] === 'OR') {
      at += 1;
      const other = all();
      holds = holds || other;
    }
    return holds;
  }

  function all(): boolean {
    let holds = one();
    while (tokens[at] === 'AND') {
      at += 1;
      const other = one();
      holds = holds && other;
    }
    return holds;
  }

  function one(): boolean {
    const token = tokens[at] ?? '';
    at += 1;
    if (token === '(') {
      const holds = any();
      const isClosed = tokens[at] === ')';
      at += 1;
      return holds && isClosed;
    }
    // An exception changes what a licence says: whoever meets one reads it first.
    return allowed.has(token) && tokens[at] !== 'WITH';
  }

  return any() && at === tokens.length;
}
