import type { Source } from '../../api/imports.ts';
import { importText } from '../../text/import.ts';
import { Foreign } from '../../ui/foreign.tsx';

export function SourceName({ source }: { source: Source }) {
  if (source.kind !== 'upload') return <Foreign text={source.url} />;
  return source.file_name === null ? importText.fetch.pasted : <Foreign text={source.file_name} />;
}
