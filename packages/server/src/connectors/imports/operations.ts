import { listed, type Skip, type Tool } from '@latchkey/tools';
import type { Access } from '../../kernel/access.ts';
import { accessOfSkipped } from '../routes.ts';
import { keyOf, toolsOf, type Compiled } from './compiled.ts';
import { problemsOf, type Problem, type Severity } from './problems.ts';
import type { ImportSettings, OperationChoice } from './settings.ts';

export type OperationStatus = 'all' | 'tools' | 'skipped' | 'excluded' | 'read' | 'full' | 'testable';
export type ProblemCounts = Record<Severity, number>;

/** An operation of a document, or a tool of an MCP server, and what becomes of it. */
export interface Operation {
  readonly operation: string;
  readonly method: string;
  readonly path: string;
  readonly tool: {
    readonly name: string;
    readonly title: string;
    readonly description: string;
    readonly access: Access;
    readonly bytes: number;
    readonly deprecated: boolean;
  } | null;
  /** `summary`: what its author calls it; null: nothing, or it can be no tool. */
  readonly skipped: {
    readonly code: string;
    readonly message: string;
    readonly summary: string | null;
  } | null;
  readonly accessByMethod: Access;
  readonly tags: readonly string[];
  readonly choice: OperationChoice | null;
  readonly problems: ProblemCounts;
  readonly testable: boolean;
}

/** By path and method, as a document's reader expects them. */
export function operationsOf(compiled: Compiled, { operations: choices }: ImportSettings): Operation[] {
  const counts = countsByOperation(problemsOf(compiled));
  const about = (operation: string) => ({
    operation,
    choice: Object.hasOwn(choices, operation) ? (choices[operation] ?? null) : null,
    problems: counts.get(operation) ?? NO_PROBLEMS,
  });
  const skipped: readonly Skip[] = compiled.kind === 'openapi' ? compiled.catalogue.skipped : [];
  const all: Operation[] = [
    ...toolsOf(compiled).map(({ operation, tool }) => {
      const { access, description, name, tags, title } = tool;
      const binding = compiled.kind === 'openapi' ? (tool as Tool).binding : undefined;
      const bytes = Buffer.byteLength(JSON.stringify(listed(tool)));
      const deprecated = compiled.kind === 'openapi' && (tool as Tool).deprecated;
      return {
        ...about(operation),
        method: binding?.method ?? '',
        path: binding?.path ?? '',
        tool: { name, title, description, access, bytes, deprecated },
        skipped: null,
        accessByMethod: binding === undefined ? access : byMethod(binding.method),
        tags,
        testable: compiled.kind === 'openapi' && isTestable(tool as Tool),
      };
    }),
    ...skipped.map((skip) => ({
      ...about(keyOf(skip)),
      method: skip.method,
      path: skip.path,
      tool: null,
      skipped: { code: skip.code, message: skip.message, summary: skip.summary ?? null },
      accessByMethod: byMethod(skip.method),
      tags: skip.tags ?? [],
      testable: false,
    })),
  ];
  return all.sort((a, b) => compare(a.path, b.path) || compare(a.operation, b.operation));
}

export function fitsStatus({ skipped, testable, tool }: Operation, status: OperationStatus): boolean {
  switch (status) {
    case 'all':
      return true;
    case 'tools':
      return tool !== null;
    case 'skipped':
      return skipped !== null && skipped.code !== 'FILTERED';
    case 'excluded':
      return skipped?.code === 'FILTERED';
    case 'read':
    case 'full':
      return tool?.access === status;
    case 'testable':
      return testable;
  }
}

/** A GET that nothing has to be said with: calling it shows whether the upstream takes our credential. */
export function isTestable({ binding, inputSchema }: Tool): boolean {
  return binding.method === 'GET' && (inputSchema.required ?? []).length === 0 && binding.body === undefined;
}

const NO_PROBLEMS: ProblemCounts = { error: 0, warn: 0, info: 0 };

export function countProblems(problems: readonly Problem[]): ProblemCounts {
  const counts = { ...NO_PROBLEMS };
  for (const { severity } of problems) counts[severity] += 1;
  return counts;
}

function countsByOperation(problems: readonly Problem[]): ReadonlyMap<string, ProblemCounts> {
  const counts = new Map<string, ProblemCounts>();
  for (const { operation, severity } of problems) {
    if (operation === null) continue;
    const known = counts.get(operation) ?? NO_PROBLEMS;
    counts.set(operation, { ...known, [severity]: known[severity] + 1 });
  }
  return counts;
}

function byMethod(method: string): Access {
  return accessOfSkipped({ method } as Skip);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
