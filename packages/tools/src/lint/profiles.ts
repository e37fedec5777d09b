import type { Finding } from './finding.ts';

/** What a client takes, as its documentation or its users report it. */
export interface Profile {
  /** Of a tool's name. */
  readonly name: RegExp;
  /** Of the arguments at the root of a schema. */
  readonly key: RegExp;
  readonly descriptionCharacters?: number;
  readonly tools?: { readonly max: number; readonly severity: Finding['severity'] };
  /** It drops `$defs`, and what refers to them with it. */
  readonly dropsDefinitions: boolean;
  /** A title and exactly one of the two hints on every tool. */
  readonly needsHints: boolean;
}

export type ProfileName = 'anthropic' | 'openai' | 'cursor' | 'copilot';

const KEY = /^[a-zA-Z0-9_.-]{1,64}$/;

export const PROFILES: Readonly<Record<ProfileName, Profile>> = {
  anthropic: { name: /^[a-zA-Z0-9_-]{1,64}$/, key: KEY, dropsDefinitions: true, needsHints: true },
  openai: {
    name: /^[a-zA-Z0-9_-]{1,64}$/,
    key: KEY,
    descriptionCharacters: 1_024,
    tools: { max: 128, severity: 'error' },
    dropsDefinitions: false,
    needsHints: false,
  },
  // It counts the server's name too, and says 60; 48 leave twelve for that.
  cursor: {
    name: /^[a-zA-Z0-9_-]{1,48}$/,
    key: KEY,
    tools: { max: 40, severity: 'warning' },
    dropsDefinitions: false,
    needsHints: false,
  },
  copilot: {
    name: /^[a-zA-Z0-9_-]{1,64}$/,
    key: KEY,
    tools: { max: 128, severity: 'error' },
    dropsDefinitions: true,
    needsHints: false,
  },
};
