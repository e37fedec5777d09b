import { doctorCommand } from 'latchkey-doctor';

/** `latchkey doctor`: the program of its own, under our name. Opens no database and reads no configuration. */
export async function doctor(args: string[]): Promise<void> {
  const { env, stderr, stdin, stdout } = process;
  process.exitCode = await doctorCommand('latchkey doctor', args, { stdin, stdout, stderr, env });
}
