export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** The value at a path; throws where there is none, so that a test fails at the place. */
export function at(value: Json, ...path: (string | number)[]): Json {
  let here: Json | undefined = value;
  for (const step of path) {
    if (Array.isArray(here) && typeof step === 'number') here = here.at(step);
    else if (isRecord(here) && typeof step === 'string') here = here[step];
    else here = undefined;
    if (here === undefined) throw new Error(`nothing at ${path.join('.')} in ${JSON.stringify(value)}`);
  }
  return here ?? null;
}

export function textAt(value: Json, ...path: (string | number)[]): string {
  const text = at(value, ...path);
  if (typeof text !== 'string') throw new Error(`no text at ${path.join('.')}`);
  return text;
}

export function itemsOf(value: Json): Json[] {
  return Array.isArray(value) ? value : [];
}

export function isRecord(value: Json | undefined): value is { [name: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
