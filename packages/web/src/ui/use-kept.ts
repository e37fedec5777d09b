import { useEffect, useState } from 'react';

/**
 * State that outlives the page in this tab: a reload, the sign-in page on the way, the back button. Never for secrets.
 * What does not fit or cannot be stored is kept as long as the page.
 */
export function useKept<T>(key: string, initial: T): [value: T, set: (next: T | ((was: T) => T)) => void] {
  const [value, setValue] = useState<T>(() => readKept<T>(key) ?? initial);
  useEffect(() => writeKept(key, value), [key, value]);
  return [value, setValue];
}

export function forgetKept(key: string): void {
  try {
    sessionStorage.removeItem(nameOf(key));
  } catch {
    // Nothing was kept where storage is switched off.
  }
}

function readKept<T>(key: string): T | undefined {
  try {
    const text = sessionStorage.getItem(nameOf(key));
    // Written by us alone, in this tab.
    return text === null ? undefined : (JSON.parse(text) as T);
  } catch {
    return undefined;
  }
}

function writeKept(key: string, value: unknown): void {
  try {
    sessionStorage.setItem(nameOf(key), JSON.stringify(value));
  } catch {
    // Full, or switched off.
  }
}

function nameOf(key: string): string {
  return `latchkey:${key}`;
}
