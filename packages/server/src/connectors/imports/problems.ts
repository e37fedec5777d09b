import type { Catalogue, SkipCode, WarningCode } from '@latchkey/tools';
import { keyOf, type Compiled } from './compiled.ts';
import type { OperationChoice } from './settings.ts';

export type Severity = 'error' | 'warn' | 'info';

/** Something that a person should know before publishing. */
export interface Problem {
  readonly severity: Severity;
  readonly code: string;
  readonly message: string;
  /** RFC 6901; empty: it is about the whole. */
  readonly pointer: string;
  readonly line: number | null;
  readonly column: number | null;
  readonly operation: string | null;
  readonly tool: string | null;
  /** Said of the operation, it mends it. */
  readonly fix: {
    readonly label: string;
    readonly operation: string;
    readonly change: OperationChoice;
  } | null;
}

/** What changes nothing that a caller would miss. */
const HARMLESS: ReadonlySet<WarningCode> = new Set<WarningCode>([
  'NAME_CHANGED',
  'KEY_RENAMED',
  'LOCATION_CLASH',
  'PARAM_SYNTHESISED',
  'SCHEMA_REPAIRED',
  'PATTERN_DROPPED',
  'ENUM_TRUNCATED',
  'TEXT_CLEANED',
  'MODE_CHANGED',
]);
const ORDER: readonly Severity[] = ['error', 'warn', 'info'];
const LEAVE_OUT = { include: false } as const;

/** The worst first. An operation that somebody left out on purpose is no problem. */
export function problemsOf(compiled: Compiled): Problem[] {
  const problems = compiled.kind === 'mcp' ? ofServer(compiled) : ofDocument(compiled);
  return problems.sort((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity));
}

function ofServer({ catalogue }: Extract<Compiled, { kind: 'mcp' }>): Problem[] {
  return (catalogue.skipped ?? []).map(({ name, reason }) => ({
    ...NOWHERE,
    severity: 'error',
    code: 'TOOL_SKIPPED',
    message: reason,
    operation: name,
    tool: name,
  }));
}

const NOWHERE = { pointer: '', line: null, column: null, operation: null, tool: null, fix: null };

function ofDocument({ catalogue, places }: Extract<Compiled, { kind: 'openapi' }>): Problem[] {
  const { skipped, suggestions = [], warnings } = catalogue;
  const byTool = new Map(catalogue.tools.map((tool) => [tool.name, keyOf(tool.binding)]));
  const operations = new Set(byTool.values());
  const at = (pointer: string) => {
    const [line, column] = placeOf(pointer, places);
    return { pointer, line, column };
  };
  return [
    ...skipped.flatMap((skip): Problem[] => {
      if (skip.code === 'FILTERED') return [];
      const operation = keyOf(skip);
      const isOne = skip.method !== '*' && CAN_BE_LEFT_OUT.has(skip.code);
      return [
        {
          ...at(skip.pointer),
          severity: 'error',
          code: skip.code,
          message: skip.message,
          operation,
          tool: null,
          fix: isOne ? { label: 'Leave it out', operation, change: LEAVE_OUT } : null,
        },
      ];
    }),
    ...warnings.map(({ code, message, pointer, tool = null }): Problem => {
      const named = tool === null ? operationAt(pointer) : byTool.get(tool);
      const operation = named !== undefined && operations.has(named) ? named : null;
      const isSuspect = code === 'TEXT_SUSPECT' && operation !== null;
      return {
        ...at(pointer),
        severity: HARMLESS.has(code) ? 'info' : 'warn',
        code,
        message,
        operation,
        tool,
        fix: isSuspect ? { label: 'Leave it out', operation, change: LEAVE_OUT } : null,
      };
    }),
    ...suggestions.map((suggestion): Problem => {
      const { access, message, pointer, tool } = suggestion;
      const operation = keyOf(suggestion);
      // What gives less access can do no harm; what gives more is for a person to know.
      const change = { access: 'full', reason: 'Its name says that it changes something.' } as const;
      return {
        ...at(pointer),
        severity: 'warn',
        code: access === 'full' ? 'ACCESS_MAY_BE_FULL' : 'ACCESS_MAY_BE_READ',
        message,
        operation,
        tool,
        fix: access === 'full' ? { label: 'Make it take full access', operation, change } : null,
      };
    }),
    ...undescribed(catalogue),
  ];
}

/** All but those that the compiler refuses before it looks at the rules. */
const CAN_BE_LEFT_OUT: ReadonlySet<SkipCode> = new Set<SkipCode>([
  'REF_EXTERNAL',
  'REF_MISSING',
  'REF_CYCLE',
  'BODY_UNSUPPORTED',
  'PARAM_UNSUPPORTED',
  'AUTH_UNSUPPORTED',
  'SERVER_NOT_ALLOWED',
  'TOO_LARGE',
]);

/** Nobody wrote what it does: a model has method and path alone to go by. */
function undescribed({ tools }: Catalogue): Problem[] {
  return tools.flatMap(({ binding, description, name, title }) => {
    const operation = keyOf(binding);
    if (!description.startsWith(operation.slice(0, 300))) return [];
    return [
      {
        ...NOWHERE,
        severity: 'info' as const,
        code: 'NO_DESCRIPTION',
        message: 'The document does not say what it does.',
        operation,
        tool: name,
        fix: {
          label: 'Describe it by its name',
          operation,
          change: { description: `${title}. ${operation}` },
        },
      },
    ];
  });
}

/** Nulls: it is not in the document as it was given. */
function placeOf(
  pointer: string,
  places: Readonly<Record<string, readonly [number, number]>>,
): readonly [number, number] | readonly [null, null] {
  return places[pointer] ?? [null, null];
}

const METHODS = /^(?:get|put|post|delete|options|head|patch|trace|query)$/;

/** The operation that a pointer leads into, as the document writes it. */
function operationAt(pointer: string): string | undefined {
  const [, paths, path, method = ''] = pointer.split('/');
  if (paths !== 'paths' || path === undefined || !METHODS.test(method)) return undefined;
  return `${method.toUpperCase()} ${path.replaceAll('~1', '/').replaceAll('~0', '~')}`;
}
