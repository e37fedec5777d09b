import { builtinModules } from 'node:module';
import { fail, ok } from '../result.ts';
import type { Result } from '../result.ts';

const CHARACTERS_MAX = 214;
/** The parts of a name that npm takes for a new package, and nothing that a path or a shell could read otherwise. */
const PART = /^[a-z0-9][a-z0-9._-]*$/;
const RESERVED = new Set(['node_modules', 'favicon.ico']);

/** The name of an npm package, and what is named after it. */
export interface PackageName {
  /** `acme-mcp` or `@acme/mcp`. */
  readonly full: string;
  /** Of the program, of files and of the entry in a client's settings: without the scope. */
  readonly short: string;
  /** What the names of its environment variables begin with: `ACME` for `acme-mcp`. */
  readonly prefix: string;
}

/** By npm's rules for new packages (docs.npmjs.com, package.json, "name"). The failure is a sentence. */
export function readPackageName(text: string): Result<PackageName, string> {
  const shown = JSON.stringify(text.slice(0, CHARACTERS_MAX));
  const parts = text.startsWith('@') ? text.slice(1).split('/') : [text];
  const [first = '', second] = parts;
  const short = second ?? first;
  if (text.length > CHARACTERS_MAX) return fail(`a name has at most ${CHARACTERS_MAX} characters`);
  if (parts.length !== (text.startsWith('@') ? 2 : 1) || !parts.every((part) => PART.test(part))) {
    return fail(
      `${shown} is no name for a package: lower-case letters, digits, hyphens, dots and underscores, the first a letter or a digit; with a scope @scope/name`,
    );
  }
  if (RESERVED.has(short) || (parts.length === 1 && builtinModules.includes(short))) {
    return fail(`${shown} is reserved`);
  }
  return ok({ full: text, short, prefix: prefixOf(parts) });
}

/** What is left without a word that only says what kind of package it is; a variable begins with a letter. */
function prefixOf(parts: readonly string[]): string {
  const words = parts
    .join('-')
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
  const telling = words.filter((word) => !GENERIC.has(word));
  const prefix = (telling.length === 0 ? words : telling).join('_').toUpperCase();
  return /^[A-Z]/.test(prefix) ? prefix : `MCP_${prefix}`;
}

const GENERIC = new Set(['mcp', 'server']);
