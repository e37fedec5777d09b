import { jsonPathOf, type CompileOptions } from '@latchkey/tools';
import type { Access } from '../../kernel/access.ts';
import { compileOptionsOf, offeringOf } from '../compile-options.ts';

/** What a person says of one operation. What is absent is as the document has it. */
export interface OperationChoice {
  /** False: no tool. */
  readonly include?: boolean | undefined;
  readonly access?: Access | undefined;
  readonly reason?: string | undefined;
  readonly name?: string | undefined;
  readonly title?: string | undefined;
  readonly description?: string | undefined;
}

/** What is decided about an import, as it is stored and as the dashboard's API has it. */
export interface ImportSettings {
  readonly slug: string | null;
  readonly name: string | null;
  readonly base_url: string | null;
  readonly include: string[];
  readonly exclude: string[];
  readonly deprecated: boolean;
  /** By `METHOD /path`. */
  readonly operations: Record<string, OperationChoice>;
  readonly mode: 'auto' | 'full' | 'search';
  readonly pinned: string[];
  readonly toolsets: Record<string, string[]> | null;
  readonly docs_url: string | null;
  readonly server_hosts: string[];
  readonly security: string[] | null;
  readonly new_write_tools: 'wait' | 'allow';
  readonly overlay: string | null;
}

export const NO_SETTINGS: ImportSettings = {
  slug: null,
  name: null,
  base_url: null,
  include: [],
  exclude: [],
  deprecated: false,
  operations: {},
  mode: 'auto',
  pinned: [],
  toolsets: null,
  docs_url: null,
  server_hosts: [],
  security: null,
  new_write_tools: 'wait',
  overlay: null,
};

/** As the compiler takes them. What is said of single operations goes before all else. */
export function compileOptionsFor(settings: ImportSettings): CompileOptions {
  const choices = Object.entries(settings.operations);
  const { docs_url, include, overlay, security, toolsets } = settings;
  const texts = overlayOf(choices);
  return {
    ...offeringOf({
      mode: settings.mode,
      pinned: settings.pinned,
      ...(toolsets !== null && { toolsets }),
      ...(docs_url !== null && { docs_url }),
    }),
    ...compileOptionsOf(
      {
        ...(include.length > 0 && { include }),
        exclude: [
          ...settings.exclude,
          ...choices.flatMap(([key, one]) => (one.include === false ? [key] : [])),
        ],
        deprecated: settings.deprecated,
        access: Object.fromEntries(
          choices.flatMap(([key, { access }]) => (access === undefined ? [] : [[key, access]])),
        ),
        server_hosts: settings.server_hosts,
        ...(security !== null && { security }),
      },
      undefined,
    ),
    overlay: [...(overlay === null ? [] : [overlay]), ...(texts === undefined ? [] : [texts])],
  };
}

const FIELDS = ['name', 'title', 'description'] as const;
/** Of a path item; any other stands under `additionalOperations` (OpenAPI 3.2). */
const METHODS = /^(?:get|put|post|delete|options|head|patch|trace|query)$/;

/** Names and texts are the document's, so an overlay changes them: undefined if there are none. */
function overlayOf(choices: readonly (readonly [string, OperationChoice])[]): string | undefined {
  const actions = choices.flatMap(([key, choice]) => {
    const given = FIELDS.flatMap((field) => (choice[field] === undefined ? [] : [[field, choice[field]]]));
    const [, method = '', path] = /^(\S+) (\/.*)$/s.exec(key) ?? [];
    if (given.length === 0 || path === undefined) return [];
    const plain = method.toLowerCase();
    const steps = METHODS.test(plain) ? [plain] : ['additionalOperations', method];
    const update = { 'x-mcp': Object.fromEntries(given) as Record<string, string> };
    return [{ target: jsonPathOf(['paths', path, ...steps]), update }];
  });
  if (actions.length === 0) return undefined;
  return JSON.stringify({ overlay: '1.0.0', info: { title: 'Choices', version: '1' }, actions });
}
