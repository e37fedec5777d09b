#!/usr/bin/env node
import { sayFailure } from './commands/say-failure.ts';
import { quietAsyncHooks } from './kernel/quiet-async-hooks.ts';
import { beginYoung } from './kernel/young-objects.ts';

const HELP = `latchkey <command>

  serve     start the service
  demo      start it with demo data and tell the whole story with a real MCP client
  try       start it on this computer alone, with the tools of one OpenAPI document
  migrate   bring the database to this release's schema
  keys      rotate the keys that sign access tokens
  secrets   seal what is stored under another LATCHKEY_SECRET
  backup    write everything into one file
  restore   bring a backup back
  audit     verify the audit logs, or sign what they end with
  operators list, add or remove who looks after the installation
  compile   say what becomes of an OpenAPI document
  doctor    examine any connector as Claude and other apps connect to it
  stdio     serve tools to an app on this computer, with an API key or from a document
  bundle    join an OpenAPI document of many files into one
  pack      make an npm package and a bundle for Claude Desktop of an API's tools
  suspend   stop an organisation or a person
  resume    let one go on
  addresses show or clear from where an organisation may be used
  invite    print a link to join an organisation
  reset-password
            print a link to choose another password

"latchkey <command> --help" says more, "latchkey --version" which release this is.
`;

async function run(command: string | undefined, args: string[]): Promise<void> {
  // Before anything is loaded that would be slow without it.
  quietAsyncHooks();
  beginYoung();
  switch (command) {
    case 'serve':
      return (await import('./commands/serve.ts')).serve(args);
    case 'demo':
      return (await import('./commands/demo.ts')).demo(args);
    case 'try':
      return (await import('./commands/try.ts')).tryOut(args);
    case 'migrate':
      return (await import('./commands/migrate.ts')).migrate(args);
    case 'keys':
      return (await import('./commands/keys.ts')).keys(args);
    case 'secrets':
      return (await import('./commands/secrets.ts')).secrets(args);
    case 'backup':
      return (await import('./commands/backup.ts')).backup(args);
    case 'restore':
      return (await import('./commands/restore.ts')).restore(args);
    case 'audit':
      return (await import('./commands/audit.ts')).audit(args);
    case 'operators':
      return (await import('./commands/operators.ts')).operators(args);
    case 'compile':
      return (await import('./commands/compile.ts')).compile(args);
    case 'doctor':
      return (await import('./commands/doctor.ts')).doctor(args);
    case 'stdio':
      return (await import('./commands/stdio.ts')).stdio(args);
    case 'bundle':
      return (await import('./commands/bundle.ts')).bundle(args);
    case 'pack':
      return (await import('./commands/pack.ts')).pack(args);
    case 'suspend':
    case 'resume':
      return (await import('./commands/suspend.ts')).suspend(command, args);
    case 'addresses':
      return (await import('./commands/addresses.ts')).addresses(args);
    case 'invite':
    case 'reset-password':
      return (await import('./commands/links.ts')).links(command, args);
    case undefined:
    case 'help':
    case '--help':
    case '-h':
      process.stdout.write(HELP);
      return;
    case '--version':
    case '-v':
      process.stdout.write(`${(await import('./version.ts')).VERSION}\n`);
      return;
    default:
      process.stderr.write(`latchkey: there is no command ${JSON.stringify(command)}\n\n${HELP}`);
      process.exitCode = 2;
  }
}

const [command, ...args] = process.argv.slice(2);
run(command, args).catch(sayFailure);
