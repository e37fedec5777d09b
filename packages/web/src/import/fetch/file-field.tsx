import { importText } from '../../text/import.ts';
import { Foreign } from '../../ui/foreign.tsx';
import { inBytes } from '../in-bytes.ts';

const text = importText.fetch;
const BYTES_MAX = 32 * 1024 * 1024;

export function FileField({
  file,
  onChange,
}: {
  file: File | undefined;
  onChange: (file: File | undefined) => void;
}) {
  return (
    <div className="field">
      <label htmlFor="import-file">{text.file}</label>
      <input
        id="import-file"
        type="file"
        className="input"
        required
        accept=".json,.yaml,.yml,.zip,.tar,.gz,.tgz,application/json"
        aria-describedby="import-file-hint"
        onChange={(event) => {
          const field = event.currentTarget;
          const chosen = field.files?.[0];
          field.setCustomValidity(chosen === undefined ? '' : faultOf(chosen));
          onChange(chosen);
        }}
      />
      <p id="import-file-hint" className="hint">
        {file === undefined ? (
          text.fileAgain
        ) : (
          <Foreign text={text.fileChosen(file.name, inBytes(file.size))} />
        )}
      </p>
    </div>
  );
}

function faultOf({ size }: File): string {
  if (size === 0) return text.emptyFile;
  return size > BYTES_MAX ? text.tooLarge(inBytes(size)) : '';
}
