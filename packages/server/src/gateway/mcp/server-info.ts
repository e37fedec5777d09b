import type { Dialect } from './revisions.ts';

const NAME = 'latchkey';
const TITLE = 'Latchkey';
const VERSION = '0.1.0';

export interface ServerInfo {
  readonly name: string;
  readonly title?: string;
  readonly version: string;
}

export function serverInfo(dialect: Dialect): ServerInfo {
  return dialect.hasTitles
    ? { name: NAME, title: TITLE, version: VERSION }
    : { name: NAME, version: VERSION };
}

/** Who answers, in the `_meta` of the modern revisions' results. */
export const MODERN_SERVER_META = {
  'io.modelcontextprotocol/serverInfo': { name: NAME, title: TITLE, version: VERSION },
};

/** What every result of the modern revisions begins with, as JSON without the closing brace. */
export const MODERN_RESULT_HEAD = `{"resultType":"complete","_meta":${JSON.stringify(MODERN_SERVER_META)}`;

/** The same for one that asks before it answers. */
export const MODERN_QUESTION_HEAD = `{"resultType":"input_required","_meta":${JSON.stringify(MODERN_SERVER_META)}`;
