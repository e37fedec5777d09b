import { lazy, Suspense } from 'react';
import type { Usage } from '../api/usage.ts';
import { usageText as text } from '../text/usage.ts';

const UsageChart = lazy(async () => {
  const { UsageChart: Chart } = await import('./usage-chart.tsx');
  return { default: Chart };
});

/** The room of the chart, as high as the chart is, until it comes: it is a file of its own. */
export function ChartPlace(props: { usage: Usage; metric: 'calls' | 'time' }) {
  return (
    <div className="chart-place">
      <Suspense
        fallback={
          <p role="status" className="small quiet" aria-busy="true">
            {text.chartLoading}
          </p>
        }
      >
        <UsageChart {...props} />
      </Suspense>
    </div>
  );
}
