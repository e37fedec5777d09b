import { createHash } from 'node:crypto';
import { takesFiles, type Binding, type ServerIdentity, type Tool, type ToolFace } from '@latchkey/tools';
import type { CatalogueSnapshot, SnapshotTool } from '@latchkey/tools/stdio';
import type { ApiTool, BoundTool, ToolSet } from '../../connectors/tool-set.ts';
import type { Access } from '../../kernel/access.ts';
import type { Body } from '../exchange.ts';
import { isForwarded } from './headers.ts';

type Head = Pick<CatalogueSnapshot, 'server' | 'instructions'>;

interface Prepared {
  /** All but the head and the hash: JSON without the braces. */
  readonly json: Buffer;
  readonly digest: string;
}

const prepared = new WeakMap<ToolSet, Map<Access, Prepared>>();

/** A snapshot of what a level of access reaches, as JSON. What takes long is kept as long as the tool set lives. */
export function snapshotBody(
  toolSet: ToolSet,
  access: Access,
  { instructions, server }: Head,
): { readonly body: Body; readonly etag: string } {
  const rest = preparedOf(toolSet, access);
  const head = JSON.stringify({ snapshotVersion: 1, server: shownServer(server), instructions });
  const hash = createHash('sha256').update(head).update(rest.digest).digest('base64url');
  return {
    body: [`${head.slice(0, -1)},"hash":"${hash}",`, rest.json, '}'],
    etag: `"${hash}"`,
  };
}

function shownServer({ icons, ...rest }: ServerIdentity): ServerIdentity {
  return icons === undefined ? rest : { ...rest, icons };
}

function preparedOf(toolSet: ToolSet, access: Access): Prepared {
  let known = prepared.get(toolSet);
  if (known === undefined) {
    known = new Map();
    prepared.set(toolSet, known);
  }
  const found = known.get(access) ?? prepare(toolSet, access);
  known.set(access, found);
  return found;
}

function prepare(toolSet: ToolSet, access: Access): Prepared {
  const tools = toolSet.shown().filter(({ tool }) => access === 'full' || tool.access === 'read');
  const names = new Set(tools.map(({ name }) => name));
  const rest: Pick<CatalogueSnapshot, 'access' | 'mode' | 'pinned' | 'apis' | 'tools'> = {
    access,
    mode: toolSet.offer().mode,
    pinned: (toolSet.options.pinned ?? []).filter((name) => names.has(name)),
    apis: toolSet.options.apis,
    tools: tools.map(snapshotTool),
  };
  const json = Buffer.from(JSON.stringify(rest).slice(1, -1));
  return { json, digest: createHash('sha256').update(json).digest('base64url') };
}

function snapshotTool(bound: BoundTool): SnapshotTool {
  const { aliases, api, name, target } = bound;
  const named = {
    name,
    connector: target.slug,
    ...(aliases === undefined ? {} : { aliases }),
    ...(api === undefined ? {} : { api }),
  };
  if (bound.kind === 'mcp') return { ...named, through: 'mcp', tool: faceOf(bound.tool) };
  const tool: Tool = { ...bound.tool, binding: publicBinding(bound.tool.binding) };
  return { ...named, through: passesRestDoor(bound) ? 'api' : 'mcp', tool };
}

/** What callers may know of where a call goes: as the REST door shows it, never the address or the credential behind. */
function publicBinding({ body, constants, method, parameters, path }: Binding): Binding {
  return {
    method,
    path,
    parameters,
    security: [],
    ...(constants === undefined ? {} : { constants }),
    ...(body === undefined ? {} : { body }),
  };
}

/** Whether the REST door can do all that the tool's call does: ask nobody, read no file by its address, send no cookie. */
function passesRestDoor({ confirmation, tool }: ApiTool): boolean {
  if (confirmation !== undefined || takesFiles(tool)) return false;
  const { constants = [], parameters } = tool.binding;
  return (
    constants.every(({ name }) => isForwarded(name)) &&
    parameters.every((one) => one.in !== 'cookie' && (one.in !== 'header' || isForwarded(one.name)))
  );
}

function faceOf(tool: ToolFace): ToolFace {
  const { access, aliases, annotations, consumesCredits, credits, description, inputSchema } = tool;
  const { name, outputSchema, tags, title } = tool;
  return {
    name,
    title,
    description,
    access,
    annotations,
    inputSchema,
    tags,
    ...(outputSchema === undefined ? {} : { outputSchema }),
    ...(aliases === undefined ? {} : { aliases }),
    ...(consumesCredits === undefined ? {} : { consumesCredits }),
    ...(credits === undefined ? {} : { credits }),
  };
}
