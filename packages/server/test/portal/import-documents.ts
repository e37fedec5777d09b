/** An API of a shop: reads and writes, two tags, one operation that can be no tool. */
export function shopDocument({
  extra = {},
  without = [],
}: { extra?: Record<string, unknown>; without?: string[] } = {}): string {
  const responses = { 200: { description: 'ok' } };
  const id = { name: 'id', in: 'path', required: true, schema: { type: 'string' } };
  const paths: Record<string, unknown> = {
    '/orders': {
      get: { operationId: 'listOrders', summary: 'List the orders', tags: ['Orders'], responses },
      post: { operationId: 'addOrder', summary: 'Add an order', tags: ['Orders'], responses },
    },
    '/orders/search': {
      post: { operationId: 'searchOrders', summary: 'Search the orders', tags: ['Orders'], responses },
    },
    '/goods': {
      get: { operationId: 'listGoods', summary: 'List the goods', tags: ['Goods'], responses },
    },
    '/goods/{id}': {
      delete: {
        operationId: 'removeGood',
        summary: 'Remove a good',
        tags: ['Goods'],
        parameters: [id],
        responses,
      },
    },
    '/ledger': {
      post: {
        operationId: 'writeLedger',
        summary: 'Write the ledger',
        tags: ['Books'],
        requestBody: {
          required: true,
          content: { 'application/x-cobol': { schema: { type: 'string', format: 'weird' } } },
        },
        responses,
      },
    },
    ...extra,
  };
  for (const path of without) delete paths[path];
  return JSON.stringify({
    openapi: '3.1.0',
    info: { title: 'Shop', version: '1' },
    servers: [{ url: 'https://api.shop.example/v1' }],
    paths,
  });
}

/** So many operations that a browser would be busy for long if it drew them all. */
export function hugeDocument(operations: number): string {
  const paths = Object.fromEntries(
    Array.from({ length: operations }, (_, index) => [
      `/things/${String(index).padStart(4, '0')}`,
      {
        get: {
          operationId: `thing${index}`,
          summary: `Thing number ${index}`,
          tags: [`Part ${index % 3}`],
          responses: { 200: { description: 'ok' } },
        },
      },
    ]),
  );
  return JSON.stringify({ openapi: '3.1.0', info: { title: 'Things', version: '1' }, paths });
}

export const HOSTILE = 'Pay\u202e\u0007<img src=x onerror=alert(1)> ';

/** Everything that a person reads of it is chosen to deceive, or endless. */
export function hostileDocument(): string {
  const long = HOSTILE.padEnd(10_000, 'w');
  const responses = { 200: { description: long } };
  return JSON.stringify({
    openapi: '3.1.0',
    info: { title: long, version: long, description: long },
    servers: [{ url: `https://api.shop.example/${'w'.repeat(1_000)}` }],
    components: { securitySchemes: { [HOSTILE]: { type: 'apiKey', in: 'header', name: 'X-Key' } } },
    paths: {
      [`/${long}`]: { get: { operationId: long, summary: long, tags: [long], responses } },
      '/b': {
        post: { operationId: HOSTILE, summary: HOSTILE, description: long, tags: [HOSTILE], responses },
      },
      '/c': { trace: { operationId: 'c', summary: long, responses } },
    },
  });
}

export const POSTMAN = JSON.stringify({
  info: { _postman_id: 'b1', name: 'Shop', schema: 'https://schema.getpostman.com/json/collection/v2.1.0/' },
  item: [],
});

export const HTML = '<!doctype html><html><head><title>API</title></head><body>Sign in</body></html>';

export const fileOf = (name: string, text: string) => ({
  name,
  mimeType: 'application/octet-stream',
  buffer: Buffer.from(text),
});
