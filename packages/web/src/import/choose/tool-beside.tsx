import { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { previewQuery, type ImportReport } from '../../api/imports.ts';
import { useOrganisation } from '../../shell/organisation-context.ts';
import { importText } from '../../text/import.ts';
import { Problem } from '../../ui/problem.tsx';
import { inBytes } from '../in-bytes.ts';
import { nameOfTool, ToolJson } from '../tool-json.tsx';
import type { Draft } from '../use-draft.ts';
import type { Chosen } from './tree.ts';

const text = importText.choose;

interface ToolBesideProps {
  draft: Draft;
  report: ImportReport;
  shown: Chosen | undefined;
}

/** What apps are told: how much it is in all, and exactly what of the operation that was chosen. */
export function ToolBeside({ draft, report, shown }: ToolBesideProps) {
  const frame = useRef<HTMLElement>(null);
  const key = shown?.operation.operation;
  useEffect(() => {
    // On a narrow screen it stands above the list.
    if (key !== undefined) frame.current?.scrollIntoView({ block: 'nearest' });
  }, [key]);
  return (
    <aside ref={frame} className="sheet import-beside" aria-labelledby="import-beside">
      <h3 id="import-beside">{text.previewTitle}</h3>
      <p className="small">
        <b>{text.totals(report.tools.read + report.tools.full)}</b>, {text.tokens(report.tokens)}.{' '}
        {text.mode[report.mode]}
      </p>
      {shown === undefined ? (
        <p className="small quiet">{text.previewNone}</p>
      ) : shown.operation.tool === null || !shown.included ? (
        <p className="small quiet">{text.previewLeftOut}</p>
      ) : (
        <OneTool draft={draft} name={shown.operation.tool.name} bytes={shown.operation.tool.bytes} />
      )}
    </aside>
  );
}

function OneTool({ bytes, draft, name }: { draft: Draft; name: string; bytes: number }) {
  const { slug: org } = useOrganisation();
  const preview = useInfiniteQuery({ ...previewQuery(org, draft.checked, name), enabled: draft.mayAsk });
  const tool = preview.data?.pages.flatMap(({ items }) => items).find((one) => nameOfTool(one) === name);
  if (tool === undefined) {
    if (preview.isError) return <Problem error={preview.error} onRetry={() => void preview.refetch()} />;
    return (
      <p className="small quiet" aria-busy="true">
        {importText.preview.loading}
      </p>
    );
  }
  return (
    <>
      <p className="small quiet">{text.toolSize(inBytes(bytes))}</p>
      <ToolJson tool={tool} />
    </>
  );
}
