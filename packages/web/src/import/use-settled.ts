import { useEffect, useState } from 'react';

const TYPING_MS = 250;

/** What was typed, a moment after the last key: for questions to the server. */
export function useSettled(value: string): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), TYPING_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}
