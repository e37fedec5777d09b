const PATH_CHARACTERS = 1_024;

/**
 * The path of a file inside an archive, without `.` and doubled slashes; undefined if it is not plainly inside:
 * absolute, with a drive or a scheme, with `..` or a control character.
 */
export function insidePath(written: string): string | undefined {
  // Archives made on Windows separate with backslashes.
  const path = written.replaceAll('\\', '/');
  if (path.length > PATH_CHARACTERS || path.startsWith('/') || /^[a-z][a-z0-9+.-]*:/i.test(path))
    return undefined;
  if (/\p{Cc}/u.test(path)) return undefined;
  const steps = path.split('/').filter((step) => step !== '' && step !== '.');
  return steps.length === 0 || steps.includes('..') ? undefined : steps.join('/');
}

/** Where a relative reference leads from a file; undefined if it leaves the jail. */
export function resolveInside(from: string, reference: string): string | undefined {
  if (reference.startsWith('/') || /^[a-z][a-z0-9+.-]*:/i.test(reference) || reference.includes('\\')) {
    return undefined;
  }
  const steps = from.split('/').slice(0, -1);
  for (const step of reference.split('/')) {
    if (step === '..') {
      if (steps.pop() === undefined) return undefined;
    } else if (step !== '' && step !== '.') steps.push(step);
  }
  return steps.join('/');
}
