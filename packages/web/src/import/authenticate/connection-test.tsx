import { useMutation } from '@tanstack/react-query';
import { useId, useState } from 'react';
import type { TestResult } from '../../api/imports.ts';
import { importText } from '../../text/import.ts';
import { Foreign } from '../../ui/foreign.tsx';
import { Problem } from '../../ui/problem.tsx';
import { tamed } from '../../ui/tamed.ts';

const text = importText.auth;
const NAME_MAX = 80;

/** Which operation to call, and what came of it: of a connector that is being made, and of one that there is. */
export function ConnectionTest({
  mayRun = true,
  operations,
  run,
}: {
  /** At least one. */
  operations: readonly string[];
  /** False: what was typed is not saved yet. */
  mayRun?: boolean;
  run: (operation: string) => Promise<TestResult>;
}) {
  const id = useId();
  const [wanted, setWanted] = useState('');
  const testing = useMutation({ mutationFn: run });
  const chosen = operations.find((operation) => operation === wanted) ?? operations[0] ?? '';
  const result = testing.data;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        testing.mutate(chosen);
      }}
    >
      <div className="field">
        <label htmlFor={id}>{text.operation}</label>
        <select
          id={id}
          className="input"
          data-focus-first
          value={chosen}
          onChange={(event) => setWanted(event.target.value)}
        >
          {operations.map((operation) => (
            <option key={operation} value={operation}>
              {tamed(operation, NAME_MAX)}
            </option>
          ))}
        </select>
      </div>
      {testing.isError ? <Problem error={testing.error} /> : null}
      <div role="status">
        {result === undefined || testing.isPending ? null : result.ok ? (
          <p className="notice">{text.worked(result.status, result.duration_ms)}</p>
        ) : (
          <div className="problem">
            <p>
              <b>{text.failed}</b> <Foreign text={result.message} max={400} />
            </p>
            {result.status === null ? null : <p className="small">{text.status(result.status)}</p>}
          </div>
        )}
      </div>
      <button type="submit" className="button secondary import-act" disabled={testing.isPending || !mayRun}>
        {testing.isPending ? text.testing : text.test}
      </button>
    </form>
  );
}
