import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { createImport, importQuery, uploadDocument, type ImportView } from '../../api/imports.ts';
import { queryClient } from '../../api/query-client.ts';
import type { Upload } from '../../api/upload.ts';
import { useOrganisation } from '../../shell/organisation-context.ts';
import { importText } from '../../text/import.ts';
import { Option } from '../../ui/option.tsx';
import { Problem } from '../../ui/problem.tsx';
import { forgetKept, useKept } from '../../ui/use-kept.ts';
import { StepTitle } from '../step-title.tsx';
import { BEGIN_KINDS, type Begin } from './begin.ts';
import { FileField } from './file-field.tsx';
import { SourceFields } from './source-fields.tsx';

const text = importText.fetch;

/** Asks for a document or a server, and begins an import with it. */
export function BeginForm({ connector, initial }: { connector: string | undefined; initial: Begin }) {
  const { slug: org } = useOrganisation();
  const navigate = useNavigate();
  const kept = `import-begin:${org}:${connector ?? ''}`;
  const [begin, setBegin] = useKept(kept, initial);
  const [file, setFile] = useState<File | undefined>(undefined);
  const [sent, setSent] = useState<number | undefined>(undefined);
  const running = useRef<Upload<ImportView> | undefined>(undefined);
  const change = (changed: Partial<Begin>): void => setBegin({ ...begin, ...changed });

  const beginning = useMutation({
    mutationFn: async () => {
      if (begin.kind === 'url') return createImport(org, { kind: 'url', url: begin.url.trim() }, connector);
      if (begin.kind === 'mcp') {
        return createImport(
          org,
          { kind: 'mcp', url: begin.mcpUrl.trim(), transport: begin.transport },
          connector,
        );
      }
      const bytes = begin.kind === 'file' ? file : new Blob([begin.pasted]);
      if (bytes === undefined) throw new Error('no file was chosen');
      const fileName = bytes instanceof File ? bytes.name : undefined;
      running.current = uploadDocument(org, { bytes, fileName, connector }, (loaded) =>
        setSent(Math.round((100 * loaded) / Math.max(1, bytes.size))),
      );
      return running.current.result;
    },
    onSettled: () => setSent(undefined),
    onSuccess: async (view) => {
      queryClient.setQueryData(importQuery(org, view.id).queryKey, view);
      forgetKept(kept);
      const search = { id: view.id, step: 'check' as const };
      await (connector === undefined
        ? navigate({ to: '/$org/connectors/import', params: { org }, search })
        : navigate({ to: '/$org/connectors/$connector/update', params: { org, connector }, search }));
    },
  });
  const stop = (): void => {
    running.current?.cancel();
    setSent(undefined);
    beginning.reset();
  };

  return (
    <form
      className="sheet"
      onSubmit={(event) => {
        event.preventDefault();
        beginning.mutate();
      }}
    >
      <StepTitle>{text.title}</StepTitle>
      <fieldset className="field import-kinds">
        <legend className="for-screen-readers">{text.title}</legend>
        {BEGIN_KINDS.map((kind) => (
          <Option
            key={kind}
            name="kind"
            value={kind}
            checked={begin.kind === kind}
            disabled={beginning.isPending}
            onChoose={() => change({ kind })}
          >
            <b>{text.kinds[kind].name}</b>
            <span className="quiet">{text.kinds[kind].text}</span>
          </Option>
        ))}
      </fieldset>
      {begin.kind === 'file' ? (
        <FileField file={file} onChange={setFile} />
      ) : (
        <SourceFields begin={begin} onChange={change} />
      )}
      {beginning.isError ? <Problem error={beginning.error} /> : null}
      {sent === undefined ? null : (
        <div className="import-progress">
          <progress aria-label={text.acting.file} value={sent} max={100} />
          <p role="status" className="quiet">
            {text.sent(sent)}
          </p>
        </div>
      )}
      <div className="row-buttons import-act">
        <button type="submit" className="button" disabled={beginning.isPending}>
          {beginning.isPending ? text.acting[begin.kind] : text.act[begin.kind]}
        </button>
        {sent === undefined ? null : (
          <button type="button" className="button secondary" onClick={stop}>
            {text.cancelUpload}
          </button>
        )}
      </div>
    </form>
  );
}
