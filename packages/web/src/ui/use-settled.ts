import { useEffect, useState } from 'react';

const DELAY_MS = 350;

/** A text as it is once nobody has typed for a moment: what is asked of the server goes by it. */
export function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), DELAY_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}
