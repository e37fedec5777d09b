import type { WireMessage } from '../../upstreams/channel.ts';
import { isJsonObject } from '../../kernel/json.ts';

/**
 * A list of tools of which some were left out or changed, as JSON: the others stand in it as the server wrote them, with
 * numbers that we cannot hold. Undefined: it is no such list. `json` is the text of `before`.
 */
export function splicedList(json: string, before: WireMessage, after: WireMessage): string | undefined {
  const listed = toolsOf(before);
  const shown = toolsOf(after);
  if (listed === undefined || shown === undefined) return undefined;
  const written = elementsAt(json, memberAt(json, memberAt(json, startAt(json, 0), 'result'), 'tools'));
  if (written.length !== listed.length) return undefined;
  const texts = new Map(listed.map((tool, index) => [tool, written[index]]));
  const tools = shown.map((tool) => texts.get(tool) ?? JSON.stringify(tool)).join(',');
  const { result, ...message } = after;
  const { tools: _, ...rest } = isJsonObject(result) ? result : {};
  return `${opened(message)}"result":${opened(rest)}"tools":[${tools}]}}`;
}

function toolsOf({ result }: WireMessage): readonly unknown[] | undefined {
  const tools = isJsonObject(result) ? result['tools'] : undefined;
  return Array.isArray(tools) ? tools : undefined;
}

/** An object as JSON, to which members are added. */
function opened(object: object): string {
  const json = JSON.stringify(object);
  return json === '{}' ? '{' : `${json.slice(0, -1)},`;
}

// The text was parsed before: what follows need not look for mistakes in it.

function startAt(json: string, at: number): number {
  let start = at;
  while (' \t\n\r'.includes(json.charAt(start)) && start < json.length) start += 1;
  return start;
}

/** Where the value of a member begins: of the last of that name, as it is with JSON.parse. */
function memberAt(json: string, object: number, name: string): number {
  let found = json.length;
  let at = startAt(json, object + 1);
  while (json.charAt(at) === '"') {
    const end = endAt(json, at);
    const value = startAt(json, startAt(json, end) + 1);
    if (JSON.parse(json.slice(at, end)) === name) found = value;
    at = startAt(json, endAt(json, value));
    if (json.charAt(at) === ',') at = startAt(json, at + 1);
  }
  return found;
}

function elementsAt(json: string, list: number): string[] {
  const found: string[] = [];
  let at = startAt(json, list + 1);
  while (at < json.length && json.charAt(at) !== ']') {
    const end = endAt(json, at);
    found.push(json.slice(at, end));
    at = startAt(json, end);
    if (json.charAt(at) === ',') at = startAt(json, at + 1);
  }
  return found;
}

/** Behind the value that begins there. */
function endAt(json: string, start: number): number {
  let depth = 0;
  let at = start;
  do {
    const character = json.charAt(at);
    if (character === '"') {
      for (at += 1; at < json.length && json.charAt(at) !== '"'; at += 1)
        if (json.charAt(at) === '\\') at += 1;
    } else if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') depth -= 1;
    else if (depth === 0) {
      while (at < json.length && !',]} \t\n\r'.includes(json.charAt(at))) at += 1;
      return at;
    }
    at += 1;
  } while (depth > 0 && at < json.length);
  return at;
}
