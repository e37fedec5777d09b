import { VERSION } from '../../version.ts';
import { modernHead, modernMeta, type ServerIdentity } from '@latchkey/tools';

/** Who answers, whatever organisation's tools it offers. */
export const IDENTITY: ServerIdentity = { name: 'latchkey', title: 'Latchkey', version: VERSION };

/** The same in the `_meta` of the modern revisions' results. */
export const MODERN_SERVER_META = modernMeta(IDENTITY);

/** What every result of the modern revisions begins with, as JSON without the closing brace. */
export const MODERN_RESULT_HEAD = modernHead(IDENTITY);

/** The same for one that asks before it answers. */
export const MODERN_QUESTION_HEAD = modernHead(IDENTITY, 'input_required');
