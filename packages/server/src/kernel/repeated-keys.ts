const QUOTE = '"';
const BACKSLASH = '\\';

/**
 * Whether an object in JSON text has a key twice, however it is spelled. RFC 8259 section 4 leaves open which of two
 * counts, so readers differ: what one has looked at is not what the next acts on. The text must be JSON.
 */
export function repeatsKeys(json: string): boolean {
  const open: (Set<string> | undefined)[] = [];
  for (let at = 0; at < json.length; at += 1) {
    switch (json.charAt(at)) {
      case '{':
        open.push(new Set());
        break;
      case '[':
        open.push(undefined);
        break;
      case '}':
      case ']':
        open.pop();
        break;
      case QUOTE: {
        const end = endOfString(json, at);
        if (isKey(json, end)) {
          const keys = open.at(-1);
          const key = keyOf(json.slice(at, end + 1));
          if (keys?.has(key) === true) return true;
          keys?.add(key);
        }
        at = end;
        break;
      }
      default:
    }
  }
  return false;
}

function endOfString(json: string, start: number): number {
  for (let end = json.indexOf(QUOTE, start + 1); end >= 0; end = json.indexOf(QUOTE, end + 1)) {
    let slashes = 0;
    while (json[end - 1 - slashes] === BACKSLASH) slashes += 1;
    if (slashes % 2 === 0) return end;
  }
  return json.length;
}

function isKey(json: string, end: number): boolean {
  let next = end + 1;
  while (next < json.length && ' \t\n\r'.includes(json.charAt(next))) next += 1;
  return json[next] === ':';
}

function keyOf(quoted: string): string {
  return quoted.includes(BACKSLASH) ? String(JSON.parse(quoted)) : quoted.slice(1, -1);
}
