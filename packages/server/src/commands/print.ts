/** What was asked for, a line of it. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
