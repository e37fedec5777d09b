const KINDS = ['invoice', 'ticket', 'shipment', 'contract', 'meeting', 'vehicle', 'recipe', 'sensor'];
const id = { name: 'id', in: 'path', required: true, schema: { type: 'string' } };
const responses = { '200': { description: 'It went well.' } };
const ABOUT =
  'A long explanation, as authors of real descriptions write them, of what comes back and of what is asked for. ';

/** A description of 400 operations, which no client should be made to read whole. Each kind of thing has a tag. */
export function bigDocument({
  title = 'Registry',
  groups = 10,
}: { title?: string; groups?: number } = {}): string {
  const paths: Record<string, object> = {};
  for (const kind of KINDS) {
    for (let group = 0; group < groups; group += 1) {
      const noun = `${kind}${group === 0 ? '' : `_${group}`}`;
      const tags = [`${kind} matters`];
      const description = ABOUT.repeat(3);
      const name = {
        type: 'object',
        required: ['name'],
        properties: { name: { type: 'string' }, note: { type: 'string' } },
      };
      const requestBody = { required: true, content: { 'application/json': { schema: name } } };
      paths[`/${noun}s`] = {
        get: { operationId: `list_${noun}s`, summary: `List ${noun}s`, description, tags, responses },
        post: {
          operationId: `create_${noun}`,
          summary: `Create a ${noun}`,
          description,
          tags,
          requestBody,
          responses,
        },
      };
      paths[`/${noun}s/{id}`] = {
        get: {
          operationId: `get_${noun}`,
          summary: `Get a ${noun}`,
          description,
          tags,
          parameters: [id],
          responses,
        },
        patch: {
          operationId: `update_${noun}`,
          summary: `Update a ${noun}`,
          description,
          tags,
          parameters: [id],
          requestBody,
          responses,
        },
        delete: {
          operationId: `delete_${noun}`,
          summary: `Delete a ${noun}`,
          description,
          tags,
          parameters: [id],
          responses,
        },
      };
    }
  }
  return JSON.stringify({
    openapi: '3.1.0',
    info: { title, version: '1' },
    externalDocs: { url: 'https://registry.example.com/docs' },
    components: { securitySchemes: { latchkey: { type: 'http', scheme: 'bearer' } } },
    security: [{ latchkey: [] }],
    paths,
  });
}
