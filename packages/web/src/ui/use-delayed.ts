import { useEffect, useRef, useState } from 'react';

const DELAY_MS = 350;

/** The text of a field that is passed on when somebody stops typing; what comes from elsewhere replaces it. */
export function useDelayed(
  value: string,
  pass: (text: string) => void,
): { text: string; type: (text: string) => void; passNow: () => void } {
  const [text, setText] = useState(value);
  const given = useRef(value);
  const passing = useRef(pass);
  passing.current = pass;

  useEffect(() => {
    if (value === given.current) return;
    given.current = value;
    setText(value);
  }, [value]);

  function passNow(): void {
    if (text === given.current) return;
    given.current = text;
    passing.current(text);
  }

  useEffect(() => {
    if (text === given.current) return undefined;
    const timer = setTimeout(() => {
      given.current = text;
      passing.current(text);
    }, DELAY_MS);
    return () => clearTimeout(timer);
  }, [text]);

  return { text, type: setText, passNow };
}
