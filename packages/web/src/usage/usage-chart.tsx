import { useEffect, useRef, useState } from 'react';
import type { Usage } from '../api/usage.ts';
import { usageText as text } from '../text/usage.ts';
import { drawChart, type Drawn } from './draw-chart.ts';
import { pointInWords } from './usage-words.ts';

interface UsageChartProps {
  usage: Usage;
  metric: 'calls' | 'time';
}

/** Calls or times, step by step. What it shows is in the summary above it and in the table, too. */
export function UsageChart({ metric, usage }: UsageChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const tip = useRef<HTMLParagraphElement>(null);
  const drawn = useRef<Drawn | undefined>(undefined);
  const [at, setAt] = useState<number | undefined>(undefined);
  const [isZoomed, setIsZoomed] = useState(false);
  const [theme, setTheme] = useState(0);

  // The colours are read when it is drawn.
  useEffect(() => {
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const redraw = () => setTheme((drawings) => drawings + 1);
    dark.addEventListener('change', redraw);
    return () => dark.removeEventListener('change', redraw);
  }, []);

  useEffect(() => {
    if (place.current === null) return undefined;
    setIsZoomed(false);
    setAt(undefined);
    const chart = drawChart(place.current, usage, metric, {
      onPoint(index, left) {
        setAt(index);
        tip.current?.style.setProperty('--at', `${left}px`);
      },
      onZoom: setIsZoomed,
    });
    drawn.current = chart;
    return () => {
      drawn.current = undefined;
      chart.remove();
    };
  }, [usage, metric, theme]);

  const step = at === undefined ? undefined : usage.series[at];
  return (
    <>
      <div
        className="chart"
        role="group"
        aria-roledescription={text.chart}
        aria-label={text.metrics[metric]}
        aria-describedby="chart-hint"
        tabIndex={0}
        onKeyDown={(event) => {
          const act = KEYS[event.key];
          if (act === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
          event.preventDefault();
          if (drawn.current !== undefined) act(drawn.current);
        }}
      >
        <div ref={place} aria-hidden="true" />
        <p ref={tip} role="status" className={step === undefined ? 'for-screen-readers' : 'chart-tip'}>
          {step === undefined ? '' : pointInWords(step, usage.step_seconds)}
        </p>
      </div>
      <div className="chart-foot">
        <p id="chart-hint" className="small quiet">
          {text.hint}
        </p>
        <div className="chart-buttons">
          <button
            type="button"
            className="button secondary small-button"
            onClick={() => drawn.current?.zoom(0.5)}
          >
            {text.zoomIn}
          </button>
          <button
            type="button"
            className="button secondary small-button"
            aria-disabled={!isZoomed}
            onClick={() => drawn.current?.zoom(2)}
          >
            {text.zoomOut}
          </button>
          <button
            type="button"
            className="button secondary small-button"
            aria-disabled={!isZoomed}
            onClick={() => drawn.current?.showAll()}
          >
            {text.showAll}
          </button>
        </div>
      </div>
    </>
  );
}

const KEYS: Readonly<Record<string, (drawn: Drawn) => void>> = {
  ArrowLeft: (drawn) => drawn.move(-1),
  ArrowRight: (drawn) => drawn.move(1),
  Home: (drawn) => drawn.move(-Infinity),
  End: (drawn) => drawn.move(Infinity),
  '+': (drawn) => drawn.zoom(0.5),
  '=': (drawn) => drawn.zoom(0.5),
  '-': (drawn) => drawn.zoom(2),
  '0': (drawn) => drawn.showAll(),
  Escape: (drawn) => drawn.showAll(),
};
