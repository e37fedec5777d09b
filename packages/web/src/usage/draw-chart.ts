import UPlot from 'uplot';
import type { Usage } from '../api/usage.ts';
import { DAY_SECONDS, errorsOf, numberInWords, timeInWords } from './usage-words.ts';

const HEIGHT_PIXELS = 240;
const AXIS_PIXELS = 64;
const STEPS_SEEN_MIN = 3;
const HOUR = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short' });
const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const DAY_OF_UTC = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });

export interface Drawn {
  /** To the next or the one before, of those that are seen. */
  move: (steps: number) => void;
  /** So much of the time that is seen: 0.5 looks closer, 2 steps back. */
  zoom: (factor: number) => void;
  showAll: () => void;
  remove: () => void;
}

interface Hears {
  /** A point, and how far from the left it is; undefined: none. */
  onPoint: (index: number | undefined, left: number) => void;
  onZoom: (isZoomed: boolean) => void;
}

/** Draws on a canvas. Places are set through the object model, which the policy allows, and never by attributes. */
export function drawChart(place: HTMLElement, usage: Usage, metric: 'calls' | 'time', hears: Hears): Drawn {
  const times = usage.series.map(({ at }) => Date.parse(at) / 1000);
  const step = usage.step_seconds;
  const first = times[0] ?? 0;
  const last = (times.at(-1) ?? first) + step;
  const colour = (name: string) => colourOf(place, name);
  const ink = colour('--quiet');
  const line = colour('--line');
  const font = `12px ${getComputedStyle(place).fontFamily}`;
  const bars = UPlot.paths.bars?.({ size: [0.8, 40], align: 1 });
  const inTime = (values: (number | null)[]) => values;

  const series: UPlot.Series[] =
    metric === 'calls'
      ? [
          { fill: colour('--chart-calls'), width: 0, points: { show: false }, ...(bars && { paths: bars }) },
          { fill: colour('--chart-errors'), width: 0, points: { show: false }, ...(bars && { paths: bars }) },
        ]
      : [
          { stroke: colour('--accent'), width: 2, points: { show: false }, spanGaps: true },
          { stroke: colour('--warning'), width: 2, dash: [6, 4], points: { show: false }, spanGaps: true },
        ];
  const data: UPlot.AlignedData =
    metric === 'calls'
      ? [times, usage.series.map(({ calls }) => calls), usage.series.map(errorsOf)]
      : [
          times,
          inTime(usage.series.map(({ p50_ms: ms }) => ms)),
          inTime(usage.series.map(({ p95_ms: ms }) => ms)),
        ];

  const axis = { stroke: ink, font, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 } };
  const chart = new UPlot(
    {
      width: place.clientWidth,
      height: HEIGHT_PIXELS,
      legend: { show: false },
      cursor: {
        y: false,
        points: { show: false },
        drag: { x: true, y: false, setScale: true },
      },
      scales: { x: { time: true, range: (_chart, min, max) => within(min, max) }, y: { range: fromZero } },
      series: [{}, ...series],
      axes: [
        { ...axis, values: (_chart, splits) => ticksInWords(splits, step) },
        {
          ...axis,
          size: AXIS_PIXELS,
          values: (_chart, values) =>
            values.map((value) => (metric === 'calls' ? wholeOrNone(value) : timeInWords(value))),
        },
      ],
      ...(step >= DAY_SECONDS && {
        tzDate: (seconds: number) => UPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
      }),
      hooks: {
        setCursor: [
          ({ cursor }) => {
            const { idx, left = 0 } = cursor;
            hears.onPoint(idx ?? undefined, left + AXIS_PIXELS);
          },
        ],
        setScale: [
          ({ scales }, key) => {
            if (key === 'x')
              hears.onZoom((scales['x']?.min ?? first) > first || (scales['x']?.max ?? last) < last);
          },
        ],
      },
    },
    data,
    place,
  );
  showAll();

  const resized = new ResizeObserver(() =>
    chart.setSize({ width: place.clientWidth, height: HEIGHT_PIXELS }),
  );
  resized.observe(place);

  function within(min: number, max: number): [number, number] {
    const seen = Math.max(max - min, Math.min(STEPS_SEEN_MIN * step, last - first));
    const from = Math.min(Math.max(min, first), last - seen);
    return [from, from + seen];
  }

  function seenNow(): [number, number] {
    const { max, min } = chart.scales['x'] ?? {};
    return [min ?? first, max ?? last];
  }

  function showAll(): void {
    chart.setScale('x', { min: first, max: last });
  }

  return {
    showAll,
    move(steps) {
      const [min, max] = seenNow();
      const seen = times.flatMap((time, index) => (time >= min && time < max ? [index] : []));
      const now = seen.indexOf(chart.cursor.idx ?? -1);
      const start = now === -1 ? (steps > 0 ? -1 : seen.length) : now;
      const wanted = seen[Math.min(Math.max(start + steps, 0), seen.length - 1)];
      if (wanted === undefined) return;
      chart.setCursor({ left: chart.valToPos(times[wanted] ?? first, 'x'), top: 0 });
    },
    zoom(factor) {
      const [min, max] = seenNow();
      const pointed = times[chart.cursor.idx ?? -1] ?? (min + max) / 2;
      const seen = Math.min((max - min) * factor, last - first);
      const share = (pointed - min) / (max - min);
      chart.setScale('x', { min: pointed - share * seen, max: pointed + (1 - share) * seen });
    },
    remove() {
      resized.disconnect();
      chart.destroy();
    },
  };
}

/** Hours, with the day below the first and below each midnight; or days. */
function ticksInWords(seconds: readonly number[], step: number): string[] {
  const isWholeDays =
    step >= DAY_SECONDS || seconds.every((second) => HOUR.format(second * 1000) === '00:00');
  const day = step >= DAY_SECONDS ? DAY_OF_UTC : DAY;
  return seconds.map((second, index) => {
    const date = day.format(second * 1000);
    if (isWholeDays) return date;
    const before = seconds[index - 1];
    const isNewDay = before === undefined || day.format(before * 1000) !== date;
    return `${HOUR.format(second * 1000)}${isNewDay ? `\n${date}` : ''}`;
  });
}

function fromZero(_chart: UPlot, _min: number, max: number): [number, number] {
  return [0, Math.max(max, 1) * 1.08];
}

function wholeOrNone(value: number): string {
  return Number.isInteger(value) ? numberInWords(value) : '';
}

/** What a colour of the style sheet is at this moment, light or dark. */
function colourOf(place: HTMLElement, name: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(${name})`;
  place.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
