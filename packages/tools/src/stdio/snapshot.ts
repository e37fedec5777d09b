import type { Access, Binding, Tool, ToolFace } from '../catalogue/types.ts';
import { isObject } from '../json.ts';
import type { JsonObject } from '../json.ts';
import type { ServerIdentity } from '../mcp/identity.ts';
import type { ApiLink } from '../offer/own-tools.ts';
import { fail, ok } from '../result.ts';
import type { Result } from '../result.ts';

interface Named {
  /** What callers know it by. */
  readonly name: string;
  /** Names that callers may have known it by. */
  readonly aliases?: readonly string[];
  /** The API that it belongs to, where there are several. */
  readonly api?: string;
  /** Slug of the connector that it belongs to. */
  readonly connector: string;
}

/** A tool, and how it is called: as an operation of the API itself, or by its name at an MCP door. */
export type SnapshotTool = Named &
  (
    | { readonly through: 'api'; readonly tool: Tool }
    | { readonly through: 'mcp'; readonly tool: ToolFace & { readonly binding?: Binding } }
  );

/** What somebody is offered, with all that serving it takes. Plain JSON, and holds no secret. */
export interface CatalogueSnapshot {
  readonly snapshotVersion: 1;
  /** Of all the rest: another hash, another content. */
  readonly hash: string;
  /** Who clients are told that they speak with. */
  readonly server: ServerIdentity;
  /** What a model is told once. */
  readonly instructions: string;
  /** There is no tool that it does not reach. */
  readonly access: Access;
  readonly mode: 'full' | 'search';
  /** Names of tools to list in search mode too, the most wanted first. */
  readonly pinned: readonly string[];
  readonly apis: readonly ApiLink[];
  readonly tools: readonly SnapshotTool[];
}

/** Takes what came over the network or from a file for a snapshot, if it is built like one; else says what is wrong. */
export function readSnapshot(value: unknown): Result<CatalogueSnapshot, string> {
  if (!isObject(value)) return fail('it is no JSON object');
  if (value['snapshotVersion'] !== 1)
    return fail(`its snapshotVersion is ${shown(value['snapshotVersion'])}, and 1 is what is understood`);
  const { access, apis, hash, instructions, mode, pinned, server, tools } = value;
  if (!isText(hash)) return fail('it has no hash');
  if (!isText(instructions)) return fail('it has no instructions');
  if (access !== 'read' && access !== 'full') return fail('its access is neither read nor full');
  if (mode !== 'full' && mode !== 'search') return fail('its mode is neither full nor search');
  if (!isIdentity(server)) return fail('it does not say whose it is');
  if (!isListOf(pinned, isText) || !isListOf(apis, isNamed)) return fail('it is not complete');
  if (!Array.isArray(tools)) return fail('it has no list of tools');
  const broken = tools.findIndex((tool) => !isTool(tool));
  if (broken >= 0) return fail(`its tool ${broken} cannot be read`);
  return ok(value as JsonObject & CatalogueSnapshot);
}

function isTool(value: unknown): boolean {
  if (!isNamed(value) || !isText(value['connector']) || !isObject(value['tool'])) return false;
  const { aliases, through, tool } = value;
  if (through !== 'api' && through !== 'mcp') return false;
  if (aliases !== undefined && !isListOf(aliases, isText)) return false;
  const { access, annotations, binding, description, inputSchema, tags, title } = tool;
  if (!isText(title) || !isText(description) || !isObject(annotations)) return false;
  if (access !== 'read' && access !== 'full') return false;
  if (!isListOf(tags, isText) || !isObject(inputSchema) || !isObject(inputSchema['properties'])) return false;
  return through === 'mcp' || isBinding(binding);
}

function isBinding(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { method, parameters, path } = value;
  return isText(method) && isText(path) && path.startsWith('/') && isListOf(parameters, isObject);
}

function isIdentity(value: unknown): boolean {
  return isNamed(value) && isText(value['title']) && isText(value['version']);
}

function isNamed(value: unknown): value is JsonObject {
  return isObject(value) && isText(value['name']);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isListOf(value: unknown, isOne: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(isOne);
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? 'missing').slice(0, 40);
}
