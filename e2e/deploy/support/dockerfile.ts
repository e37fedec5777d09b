export interface Step {
  /** FROM, RUN, COPY, … */
  readonly what: string;
  readonly rest: string;
}

/** The instructions of a Dockerfile in their order: comments gone, lines that go on joined. No heredocs. */
export function readDockerfile(text: string): Step[] {
  return text
    .split('\n')
    .filter((line) => !/^\s*#/.test(line))
    .join('\n')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .flatMap((line) => {
      const [, what, rest] = /^\s*([A-Za-z]+)\s+(.*)$/.exec(line) ?? [];
      return what === undefined || rest === undefined
        ? []
        : [{ what: what.toUpperCase(), rest: rest.trim() }];
    });
}
