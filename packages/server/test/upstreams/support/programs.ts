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
