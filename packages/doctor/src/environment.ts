/** What the environment may say: secrets, which a command line would show to everybody on the machine. */
export interface Environment {
  readonly token: string | undefined;
  readonly clientSecret: string | undefined;
  readonly key: string | undefined;
  readonly colour: boolean;
}

export function readEnvironment(env: NodeJS.ProcessEnv): Environment {
  const value = (name: string): string | undefined => (env[name] === '' ? undefined : env[name]);
  return {
    token: value('LATCHKEY_DOCTOR_TOKEN'),
    clientSecret: value('LATCHKEY_DOCTOR_CLIENT_SECRET'),
    key: value('LATCHKEY_DOCTOR_KEY'),
    colour: value('NO_COLOR') === undefined && env['TERM'] !== 'dumb',
  };
}
