import { mcpUpstreamSchema, type StdioUpstream } from '../../../src/upstreams/upstream.ts';

/** A program that is told in a few lines of JavaScript what to do; `say` writes a message, `hear` is called with each. */
export function program(lines: string, more: Partial<StdioUpstream> = {}): StdioUpstream {
  const code = `
    const say = (message) => process.stdout.write(JSON.stringify(message) + '\\n');
    const hear = (take) => {
      let rest = '';
      process.stdin.setEncoding('utf8').on('data', (text) => {
        const lines = (rest + text).split('\\n');
        rest = lines.pop();
        for (const line of lines) take(JSON.parse(line));
      });
    };
    ${lines}`;
  return command(process.execPath, ['--eval', code], more);
}

export function command(path: string, args: string[] = [], more: Partial<StdioUpstream> = {}): StdioUpstream {
  const upstream = mcpUpstreamSchema.parse({ transport: 'stdio', command: path, args, ...more });
  if (upstream.transport !== 'stdio') throw new Error('no stdio');
  return upstream;
}

/** Says what it hears. */
export const ECHO = program('hear(say);');

/** An MCP server that does what it is told in requests, and can tell what it has heard. */
export const OBEDIENT = program(`
  const heard = [];
  hear((message) => {
    heard.push(message);
    const { id, method, params = {} } = message;
    const result = (value) => say({ jsonrpc: '2.0', id, result: value });
    if (method === 'initialize') result({ protocolVersion: params.protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 'obedient', version: '1' } });
    else if (method === 'tools/list') result({ tools: [{ name: 'look', inputSchema: { type: 'object' }, annotations: { readOnlyHint: true } }, { name: 'change', inputSchema: { type: 'object' } }] });
    else if (method === 'tools/call') result({ content: [{ type: 'text', text: params.name }] });
    else if (method === 'test/echo') result(params);
    else if (method === 'test/heard') result({ heard });
    else if (method === 'test/pid') result({ pid: process.pid });
    else if (method === 'test/say') { for (const one of params.messages) say(one); result({ said: params.messages.length }); }
    else if (method === 'test/say-later') setTimeout(() => { for (const one of params.messages) say(one); }, 20);
    else if (method === 'test/answer') say({ jsonrpc: '2.0', id: params.id, result: { answered: params.id } }), result({});
    else if (method === 'test/fail') say({ jsonrpc: '2.0', id, error: { code: -32000, message: 'No.' } });
    else if (method === 'test/crash') process.exit(1);
    else if (method === 'test/garbage') process.stdout.write('Traceback: token=sk-1\\n');
    else if (method === 'test/flood') { for (let n = 0; n < params.count; n++) say({ jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data: 'x'.repeat(params.size) } }); result({}); }
    else if (method === 'test/big') result({ text: 'x'.repeat(params.size) });
  });`);
