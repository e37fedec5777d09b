import { parseArgs } from 'node:util';
import { readConfig } from '../config.ts';
import { systemClock } from '../kernel/clock.ts';
import { parseEmail } from '../people/email.ts';
import { createOperators, type OperatorFault, type Operators } from '../people/operators/operators.ts';
import { refuseToStart, refuseUsage } from './lifecycle.ts';
import { print } from './print.ts';
import { withStoreBeside } from './with-store-beside.ts';

export const OPERATORS_HELP = `latchkey operators <list | add <email> | remove <email>>

Operators look after the installation on the dashboard's page "Operator": organisations, signing keys, health. They belong
to no organisation by it. The account that was made at set-up is the first one. Works on DATABASE_URL, or on the embedded
database in LATCHKEY_DATA_DIR, beside a running service too.

  list             every operator, and which of them LATCHKEY_CONFIG declares
  add <email>      whoever has the account of that address is one from the next click on
  remove <email>   is none from the next click on; the last one stays
`;

export async function operators(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { help: { type: 'boolean', short: 'h' } },
  });
  if (values.help === true) {
    process.stdout.write(OPERATORS_HELP);
    return;
  }
  const run = commandOf(positionals);
  if (run === undefined) {
    return refuseUsage(`operators ${args.join(' ')}: not understood`, OPERATORS_HELP);
  }
  const config = readConfig();
  if (!config.ok) return refuseToStart(config.error);
  await withStoreBeside(config.value, async (store) => {
    const fault = await run(createOperators({ store, clock: systemClock }));
    if (fault !== undefined) refuseToStart([fault]);
  });
}

/** Resolves to the fault to tell, if there is one. */
type Run = (operators: Operators) => Promise<string | undefined>;

function commandOf([verb, address, ...rest]: string[]): Run | undefined {
  if (rest.length > 0) return undefined;
  if (verb === 'list' && address === undefined) return list;
  if (address === undefined || (verb !== 'add' && verb !== 'remove')) return undefined;
  const email = parseEmail(address);
  if (email === undefined) return async () => `${JSON.stringify(address)} is not an email address.`;
  return verb === 'add' ? (all) => add(all, email) : (all) => remove(all, email);
}

async function list(all: Operators): Promise<undefined> {
  for (const { declared, email, isDisabled, since } of await all.list()) {
    const notes = [...(declared ? ['by LATCHKEY_CONFIG'] : []), ...(isDisabled ? ['suspended'] : [])];
    print([email, `since ${since.toISOString()}`, ...notes].join('  '));
  }
}

async function add(all: Operators, email: string): Promise<string | undefined> {
  const added = await all.add(email);
  if (!added.ok) return describe(added.error, email);
  print(`${email} is an operator${added.value ? '.' : ', as before.'}`);
  return undefined;
}

async function remove(all: Operators, email: string): Promise<string | undefined> {
  const removed = await all.remove(email);
  if (!removed.ok) return describe(removed.error, email);
  print(`${email} is no operator any more.`);
  return undefined;
}

function describe(fault: OperatorFault, email: string): string {
  return {
    no_account: `There is no account ${email}.`,
    disabled: `${email} is suspended: resume them first.`,
    not_operator: `${email} is no operator.`,
    declared: `LATCHKEY_CONFIG says that ${email} is an operator. Take them out of the file, and start again.`,
    last_operator: `${email} is the last operator: add another one first.`,
  }[fault];
}
