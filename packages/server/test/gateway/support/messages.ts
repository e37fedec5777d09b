/** Messages as clients write them. */
export function call(method: string, params?: unknown, id: string | number = 1) {
  return { jsonrpc: '2.0', id, method, ...(params === undefined ? {} : { params }) };
}

export function toolCall(name: string, args?: unknown, id: string | number = 1) {
  return call('tools/call', args === undefined ? { name } : { name, arguments: args }, id);
}

export const MODERN = '2026-07-28';

/** A message of the revision in which every request speaks for itself, and the headers that go with it. */
export function modern(
  method: string,
  params: Record<string, unknown> = {},
  meta: Record<string, unknown> = {},
) {
  const name = params['name'];
  return {
    message: call(method, {
      ...params,
      _meta: {
        'io.modelcontextprotocol/protocolVersion': MODERN,
        'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
        'io.modelcontextprotocol/clientCapabilities': {},
        ...meta,
      },
    }),
    headers: {
      'mcp-protocol-version': MODERN,
      'mcp-method': method,
      ...(typeof name === 'string' ? { 'mcp-name': name } : {}),
    } as Record<string, string>,
  };
}
