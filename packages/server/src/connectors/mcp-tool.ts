import { createHash } from 'node:crypto';
import { createNotes, plainText, type ToolAnnotations, type ToolFace } from '@latchkey/tools';
import { fail, ok, type Result } from '../kernel/result.ts';
import { isJsonObject } from '../kernel/json.ts';
import { readInputSchema, readOutputSchema } from './mcp-schema.ts';
import { ALL_TOOLS } from './tool-rules.ts';

export interface ReadTool {
  readonly face: ToolFace;
  /** One of its texts speaks to models instead of describing. */
  readonly isSuspect: boolean;
}

/** Of a tool that cannot be offered: why, in a sentence. */
export interface SkippedTool {
  readonly name: string;
  readonly reason: string;
}

export const NAME_CHARACTERS_MAX = 128;
const TITLE_CHARACTERS = 100;
const DESCRIPTION_CHARACTERS = 1_024;
const SCHEMA_TEXT_CHARACTERS = 500;

/**
 * A tool as its server lists it, as we show it: its texts cleaned and capped, its schemas such that every client takes
 * them. The name stays what the server knows it by. What is not known of a tool is left out.
 */
export function readMcpTool(listed: unknown): Result<ReadTool, SkippedTool> {
  if (!isJsonObject(listed)) return fail({ name: '', reason: 'It is no tool.' });
  const { annotations, description, inputSchema, name, outputSchema, title } = listed;
  if (typeof name !== 'string' || !isName(name))
    return fail({ name: shown(name), reason: 'Its name cannot be used.' });
  const notes = createNotes();
  const cleaned = (text: unknown, max: number): string =>
    typeof text === 'string' ? plainText(text, max, '', notes) : '';
  const cares = { text: (text: string) => cleaned(text, SCHEMA_TEXT_CHARACTERS) };
  const input = readInputSchema(inputSchema, cares);
  if (!input.ok) return fail({ name, reason: input.error });
  const hints = isJsonObject(annotations) ? annotations : {};
  const called =
    cleaned(title, TITLE_CHARACTERS) ||
    cleaned(hints['title'], TITLE_CHARACTERS) ||
    cleaned(name, TITLE_CHARACTERS);
  const output = readOutputSchema(outputSchema, cares);
  const face: ToolFace = {
    name,
    title: called,
    description: cleaned(description, DESCRIPTION_CHARACTERS) || called,
    ...accessOf(hints, called),
    inputSchema: input.value,
    ...(output === undefined ? {} : { outputSchema: output }),
    tags: [],
  };
  return ok({ face, isSuspect: notes.list().some(({ code }) => code === 'TEXT_SUSPECT') });
}

/** It only reads if it says so and nothing else speaks against it: whatever is not known to read, writes. */
function accessOf(
  { destructiveHint, idempotentHint, openWorldHint, readOnlyHint }: Readonly<Record<string, unknown>>,
  title: string,
): Pick<ToolFace, 'access' | 'annotations'> {
  const isOpen = openWorldHint !== false;
  if (readOnlyHint === true && destructiveHint !== true)
    return { access: 'read', annotations: { title, readOnlyHint: true, openWorldHint: isOpen } };
  const annotations: ToolAnnotations = {
    title,
    destructiveHint: destructiveHint !== false || readOnlyHint === true,
    ...(idempotentHint === true ? { idempotentHint: true } : {}),
    openWorldHint: isOpen,
  };
  return { access: 'full', annotations };
}

function isName(name: string): boolean {
  return /^[^\p{Cc}\p{Cf}]+$/u.test(name) && name.length <= NAME_CHARACTERS_MAX && name !== ALL_TOOLS;
}

function shown(name: unknown): string {
  return typeof name === 'string'
    ? name.slice(0, NAME_CHARACTERS_MAX).replaceAll(/[\p{Cc}\p{Cf}]/gu, '?')
    : '';
}

const LEGAL_NAME = /^[a-zA-Z0-9_-]{1,64}$/;
const LEGAL_CHARACTERS_MAX = 64;
const HASH_DIGITS = 6;

/**
 * A name that every client takes, for the view in which tools of many servers stand together: one of them refuses all
 * tools because of one name. Two names that a server tells apart stay apart.
 */
export function legalName(name: string): string {
  if (LEGAL_NAME.test(name)) return name;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, HASH_DIGITS);
  const plain = name.replaceAll(/[^a-zA-Z0-9_-]+/g, '_').replaceAll(/^_+|_+$/g, '');
  const head = plain.slice(0, LEGAL_CHARACTERS_MAX - HASH_DIGITS - 1) || 'tool';
  return `${head}_${hash}`;
}
