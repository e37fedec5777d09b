// The work that every contender does: a call of about 300 bytes in, 500 bytes of JSON from the upstream.

const REQUEST_BYTES = 300;
const ANSWER_BYTES = 500;
export const ITEM = 'itm_8f3ak2';
/** Stands in every right answer, whatever is wrapped around it. */
export const MARK = 'the-answer-of-the-upstream';

/** What the upstream answers, to every request. */
export const ANSWER = padded(
  { id: ITEM, mark: MARK, state: 'active', amount: 12_900, text: '' },
  ANSWER_BYTES,
);

function padded(value: Record<string, unknown> & { text: string }, bytes: number): string {
  const bare = JSON.stringify(value).length;
  return JSON.stringify({ ...value, text: 'lorem ipsum '.repeat(bytes).slice(0, bytes - bare) });
}

/** The API behind all of them, for those that read a document. */
export function apiDocument(baseUrl: string): string {
  const answer = (schema: object) => ({
    responses: { '200': { description: 'The item', content: { 'application/json': { schema } } } },
  });
  const id = { name: 'id', in: 'path', required: true, schema: { type: 'string' } };
  const note = { name: 'note', in: 'query', schema: { type: 'string', maxLength: 400 } };
  return JSON.stringify({
    openapi: '3.1.0',
    info: { title: 'Items', version: '1' },
    servers: [{ url: baseUrl }],
    paths: {
      '/items/{id}': {
        get: { operationId: 'get_item', summary: 'Get an item', parameters: [id, note], ...answer({}) },
        post: {
          operationId: 'change_item',
          summary: 'Change an item',
          parameters: [id, note],
          ...answer({}),
        },
      },
      '/described/{id}': {
        get: {
          operationId: 'get_described_item',
          summary: 'Get an item whose fields are declared',
          parameters: [id, note],
          ...answer({
            type: 'object',
            properties: {
              id: { type: 'string' },
              mark: { type: 'string' },
              state: { type: 'string' },
              amount: { type: 'integer' },
              text: { type: 'string' },
            },
          }),
        },
      },
    },
  });
}

export interface Wire {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A `tools/call` of as many bytes as all have. */
export function callBody(tool: string, meta?: object): string {
  const of = (note: string) =>
    JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: tool, arguments: { id: ITEM, note }, ...(meta && { _meta: meta }) },
    });
  return of('n'.repeat(Math.max(1, REQUEST_BYTES - of('').length)));
}

export const JSON_HEADERS = {
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
} as const;

/** One call and its answer. Throws unless it is the upstream's, through whatever stands between. */
export async function callOnce({ body, headers, url }: Wire): Promise<{ bytes: number; text: string }> {
  const response = await fetch(url, { method: 'POST', headers, body });
  const text = await response.text();
  if (response.status !== 200 || !text.includes(MARK) || /"isError":\s*true/.test(text))
    throw new Error(`a wrong answer: ${response.status} ${text.slice(0, 300)}`);
  return { bytes: Buffer.byteLength(text), text };
}
