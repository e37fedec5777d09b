import { errorResult, presentArgumentFaults } from '../call/diagnose.ts';
import type { ArgumentFault, Diagnostics } from '../call/types.ts';
import type { ToolResult } from '../mcp/tool-result.ts';
import { describeTools } from '../offer/describe-tools.ts';
import { readInnerCall } from '../offer/inner-call.ts';
import { searchTools } from '../offer/search-tools.ts';
import type { Result } from '../result.ts';
import type { BackendCall, CallOutcome, StdioBackend } from './backend.ts';
import { localRequestId } from './local-request-id.ts';
import { shelfOf } from './shelf.ts';
import type { Shelf } from './shelf.ts';

/** A `tools/call` of a client. */
export interface ClientCall extends Omit<BackendCall, 'tool'> {
  readonly name: string;
}

/** Finds the tool that is meant, by its name or through one of our own, and has it called. */
export async function callTool(backend: StdioBackend, call: ClientCall): Promise<CallOutcome> {
  const known = await backend.catalogue('known');
  if (!known.ok) return result(errorResult(known.error));
  const outcome = await callOn(shelfOf(known.value), backend, call);
  if (!('unknown' in outcome)) return outcome;
  // Whoever was told of a tool after we were may call it.
  const now = await backend.catalogue('now');
  if (!now.ok) return result(errorResult(now.error));
  const shelf = shelfOf(now.value);
  const again = await callOn(shelf, backend, call);
  return 'unknown' in again ? unknownTool(shelf, again.unknown) : again;
}

/** There is no tool of this name here. */
interface Unknown {
  readonly unknown: string;
}

async function callOn(shelf: Shelf, backend: StdioBackend, call: ClientCall): Promise<CallOutcome | Unknown> {
  const { name, ...rest } = call;
  const tool = shelf.find(name);
  if (tool !== undefined) return backend.call({ ...rest, tool });
  if (shelf.offer.mode !== 'search') return { unknown: name };
  const { access } = shelf.snapshot;
  switch (name) {
    case 'search_tools':
      return shown(searchTools(shelf.offer.directory(access), access, call.arguments));
    case 'describe_tools':
      return shown(describeTools(shelf.offer.directory(access), call.arguments));
    case 'call_read_tool':
    case 'call_write_tool':
      return callThrough(name, shelf, backend, call);
    default:
      return { unknown: name };
  }
}

async function callThrough(
  through: 'call_read_tool' | 'call_write_tool',
  shelf: Shelf,
  backend: StdioBackend,
  call: ClientCall,
): Promise<CallOutcome | Unknown> {
  const isReader = shelf.snapshot.access === 'read';
  // Who can never write is not told that there is a tool for it.
  if (through === 'call_write_tool' && isReader) return { unknown: through };
  const inner = readInnerCall(through, call.arguments);
  if (!inner.ok) return shown(inner);
  const tool = shelf.find(inner.value.name);
  if (tool === undefined) return { unknown: inner.value.name };
  // A tool that says it only reads must not write: people approve it by that word.
  if (through === 'call_read_tool' && tool.tool.access === 'full') {
    return refused({
      status: 400,
      code: 'invalid_request',
      message: `The tool "${tool.name}" can change something, so call_read_tool does not call it.`,
      hint: 'Nothing was sent. Call it with call_write_tool.',
    });
  }
  return undeclared(await backend.call({ ...call, tool, arguments: inner.value.arguments }));
}

/** The tool that the client called declares no output schema, so of structured content only an error's is known to it. */
function undeclared(outcome: CallOutcome): CallOutcome {
  if (outcome.kind !== 'result' || outcome.result.isError === true) return outcome;
  return result({ content: outcome.result.content });
}

const NAME_CHARACTERS = 64;

function unknownTool({ offer, snapshot }: Shelf, name: string): CallOutcome {
  const shown = name.length > NAME_CHARACTERS ? `${name.slice(0, NAME_CHARACTERS)}…` : name;
  return refused({
    status: 404,
    code: 'not_found',
    message: `There is no tool "${shown}" that you may use.`,
    hint:
      offer.mode === 'full'
        ? 'tools/list names the tools that you may use.'
        : searchHint(offer.directory(snapshot.access).nearest(name)),
  });
}

function searchHint(nearest: readonly string[]): string {
  const find = 'search_tools finds the tools that you may use.';
  return nearest.length === 0 ? find : `Nearest: ${nearest.join(', ')}. ${find}`;
}

function shown(answer: Result<ToolResult, readonly ArgumentFault[]>): CallOutcome {
  return result(
    answer.ok ? answer.value : presentArgumentFaults(answer.error, { requestId: localRequestId() }),
  );
}

function refused(diagnostics: Omit<Diagnostics, 'request_id'>): CallOutcome {
  const { code, message, status, ...rest } = diagnostics;
  return result(errorResult({ status, code, message, request_id: localRequestId(), ...rest }));
}

function result(value: ToolResult): CallOutcome {
  return { kind: 'result', result: value };
}
