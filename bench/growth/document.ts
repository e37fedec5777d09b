const GROUP = 5;
const responses = { '200': { description: 'It went well.' } };

/** An API of so many operations, of which `get_thing_0` needs nothing and `change_thing_1` may write. */
export function documentOf(title: string, operations: number): string {
  const paths: Record<string, Record<string, object>> = {};
  for (let index = 0; index < operations; index += 1) {
    const [method, verb] = index % GROUP === 1 ? ['post', 'change'] : ['get', 'get'];
    const body = {
      required: true,
      content: {
        'application/json': { schema: { type: 'object', properties: { note: { type: 'string' } } } },
      },
    };
    paths[`/things/${index}`] = {
      [method ?? 'get']: {
        operationId: `${verb}_thing_${index}`,
        summary: `About thing ${index}`,
        tags: [`group ${Math.floor(index / 100)}`],
        parameters: [{ name: 'view', in: 'query', schema: { type: 'string' } }],
        ...(method === 'post' ? { requestBody: body } : {}),
        responses,
      },
    };
  }
  return JSON.stringify({ openapi: '3.1.0', info: { title, version: '1' }, paths });
}
