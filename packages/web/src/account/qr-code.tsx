import { useMemo } from 'react';
import { encode } from 'uqr';

/** The border of empty squares that readers need (ISO/IEC 18004 section 6.3.8). */
const QUIET_SQUARES = 4;

/** Dark on white in both themes: readers do not all take it the other way round. */
export function QrCode({ label, text }: { text: string; label: string }) {
  const { path, size } = useMemo(() => draw(text), [text]);
  return (
    <svg className="qr-code" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label}>
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#000" shapeRendering="crispEdges" />
    </svg>
  );
}

function draw(text: string): { path: string; size: number } {
  const { data, size } = encode(text, { border: QUIET_SQUARES });
  const squares = data.flatMap((row, y) =>
    row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : [])),
  );
  return { path: squares.join(''), size };
}
