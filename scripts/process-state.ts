/** What the files of a worker share, because they run in one process (`isolate: false`). */
export interface ProcessState {
  readonly globals: ReadonlyMap<string, unknown>;
  readonly environment: ReadonlyMap<string, string | undefined>;
  /** How many listen to each signal. */
  readonly listeners: ReadonlyMap<string, number>;
}

/** Those that libraries like to replace. */
const GLOBALS = ['fetch', 'Headers', 'Request', 'Response'];

export function processState(): ProcessState {
  const signals = process.eventNames().filter((name) => typeof name === 'string' && name.startsWith('SIG'));
  return {
    globals: new Map(GLOBALS.map((name) => [name, Reflect.get(globalThis, name)])),
    environment: new Map(Object.entries(process.env)),
    listeners: new Map(signals.map((name) => [String(name), process.listenerCount(name)])),
  };
}

/** What is not as it was, one line each. Values are left out: an environment can hold secrets. */
export function whatChanged(before: ProcessState, after: ProcessState): string[] {
  return [
    ...differences(before.globals, after.globals).map((name) => `globalThis.${name} is another`),
    ...differences(before.environment, after.environment).map((name) => `process.env.${name} is another`),
    ...differences(before.listeners, after.listeners).map((name) => `others listen to ${name}`),
  ];
}

function differences(before: ReadonlyMap<string, unknown>, after: ReadonlyMap<string, unknown>): string[] {
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].filter((name) => before.get(name) !== after.get(name));
}
