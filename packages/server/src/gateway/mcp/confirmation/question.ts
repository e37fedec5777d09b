import { digitsAt, textWithDigits } from '@latchkey/tools';
import { displayName } from '../../../kernel/display-name.ts';
import type { JsonObject } from '../../../kernel/json.ts';

/** What is asked about. */
export interface Asked {
  /** The admin's. */
  readonly text: string;
  /** As callers know it. */
  readonly name: string;
  readonly title: string;
  /** The connector's name. */
  readonly connector: string;
  readonly arguments: JsonObject;
}

const TEXT_CHARACTERS = 2_000;
const NAME_CHARACTERS = 100;
const ARGUMENTS_MAX = 30;
const VALUE_CHARACTERS = 300;
const MESSAGE_CHARACTERS = 8_000;
const KEY_CHARACTERS = 64;

/**
 * What a person reads. The first lines are the admin's; each argument has one line that begins with a hyphen, and says
 * how much of it is not shown. Nothing in an argument makes a line, hides text, turns it round, or is a mark of
 * CommonMark or HTML, because clients may show it as such.
 */
export function questionOf({ arguments: args, connector, name, text, title }: Asked): string {
  const called = marksShown(displayName(name, NAME_CHARACTERS) ?? '?');
  const titled = marksShown(displayName(title, NAME_CHARACTERS) ?? called);
  const lines = [
    admins(text),
    '',
    `Tool: ${titled === called ? called : `${titled} (${called})`} of ${marksShown(displayName(connector, NAME_CHARACTERS) ?? '?')}`,
  ];
  const entries = Object.entries(args);
  lines.push(entries.length === 0 ? 'Arguments: none' : 'Arguments:');
  let characters = 0;
  let shown = 0;
  for (const [key, value] of entries.slice(0, ARGUMENTS_MAX)) {
    const json = digitsAt(args, key) ?? textWithDigits(value) ?? 'null';
    const line = `- ${keyText(key)}: ${jsonLine(json, VALUE_CHARACTERS)}`;
    characters += line.length;
    if (characters > MESSAGE_CHARACTERS) break;
    lines.push(line);
    shown += 1;
  }
  const hidden = entries.length - shown;
  if (hidden > 0)
    lines.push(`(${count(hidden)} more ${hidden === 1 ? 'argument is' : 'arguments are'} not shown)`);
  return lines.join('\n');
}

function admins(text: string): string {
  const lines = text
    .slice(0, TEXT_CHARACTERS)
    .split(/\r?\n/)
    .map((line) => displayName(line, TEXT_CHARACTERS) ?? '');
  return lines.join('\n').trim();
}

function keyText(key: string): string {
  return /^[A-Za-z0-9_.-]{1,64}$/.test(key) ? key : jsonLine(JSON.stringify(key), KEY_CHARACTERS);
}

/** JSON says the same with escapes: nothing is taken away, so that the person reads what is sent. */
function jsonLine(json: string, most: number): string {
  if (json.length <= most) return escaped(json);
  // Half of an escape or of a surrogate pair would read as something else.
  const kept = json.slice(0, most).replace(/(?:\\(?:u[0-9a-f]{0,3})?|[\uD800-\uDBFF])$/, '');
  return `${escaped(kept)}… (${count(json.length - kept.length)} more characters)`;
}

/** Invisible characters, other spaces than the plain one and runs of it, piled marks, and what marks up text. */
const UNSAFE =
  /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]|(?! )\p{Zs}|(?<= ) |(?<=\p{M}{3})\p{M}|[<>`]|(?<=\])\(|(?<=[!\]])\[|&(?=#?\w{1,32};)/gu;

function escaped(json: string): string {
  return json.replace(UNSAFE, asEscapes);
}

function asEscapes(character: string): string {
  let text = '';
  for (let at = 0; at < character.length; at += 1)
    text += `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`;
  return text;
}

/** Titles are no JSON: marks in them are taken away. */
function marksShown(text: string): string {
  return text.replace(/[<>`[\]&]/g, '');
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}
