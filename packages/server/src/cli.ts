#!/usr/bin/env node
const HELP = `latchkey <command>

  serve     start the service
  demo      start it with demo data and tell the whole story with a real MCP client
  migrate   bring the database to this release's schema
  keys      rotate the keys that sign access tokens
  secrets   seal what is stored under another LATCHKEY_SECRET
  compile   say what becomes of an OpenAPI document
  bundle    join an OpenAPI document of many files into one
  suspend   stop an organisation or a person
  resume    let one go on
  invite    print a link to join an organisation
  reset-password
            print a link to choose another password

"latchkey <command> --help" says more.
`;

async function run(command: string | undefined, args: string[]): Promise<void> {
  switch (command) {
    case 'serve':
      return (await import('./commands/serve.ts')).serve(args);
    case 'demo':
      return (await import('./commands/demo.ts')).demo(args);
    case 'migrate':
      return (await import('./commands/migrate.ts')).migrate(args);
    case 'keys':
      return (await import('./commands/keys.ts')).keys(args);
    case 'secrets':
      return (await import('./commands/secrets.ts')).secrets(args);
    case 'compile':
      return (await import('./commands/compile.ts')).compile(args);
    case 'bundle':
      return (await import('./commands/bundle.ts')).bundle(args);
    case 'suspend':
    case 'resume':
      return (await import('./commands/suspend.ts')).suspend(command, args);
    case 'invite':
    case 'reset-password':
      return (await import('./commands/links.ts')).links(command, args);
    case undefined:
    case 'help':
    case '--help':
    case '-h':
      process.stdout.write(HELP);
      return;
    default:
      process.stderr.write(`latchkey: there is no command ${JSON.stringify(command)}\n\n${HELP}`);
      process.exitCode = 2;
  }
}

const [command, ...args] = process.argv.slice(2);
run(command, args).catch((error: unknown) => {
  const usage =
    error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
  const words =
    error instanceof Error ? (usage ? error.message : (error.stack ?? error.message)) : String(error);
  process.stderr.write(`latchkey: ${words}\n`);
  process.exitCode = usage ? 2 : 1;
});
