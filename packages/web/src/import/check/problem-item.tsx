import type { ImportProblem, Severity } from '../../api/imports.ts';
import { importText } from '../../text/import.ts';
import { StatusBadge } from '../../ui/badges.tsx';
import { Foreign } from '../../ui/foreign.tsx';

const text = importText.check;
const WORDS_MAX = 500;

interface ProblemItemProps {
  problem: ImportProblem;
  /** What was mended before is still being checked. */
  disabled: boolean;
  onFix: () => void;
}

export function ProblemItem({ disabled, onFix, problem }: ProblemItemProps) {
  const { code, column, fix, line, message, operation, pointer, severity } = problem;
  return (
    <li>
      <div>
        <p>
          <Severe severity={severity} /> <Foreign text={message} max={WORDS_MAX} />
        </p>
        <p className="small quiet">
          <code>{code}</code>{' '}
          {operation === null ? null : (
            <>
              <Foreign text={operation} />
              {'; '}
            </>
          )}
          {text.where}
          {pointer === '' ? (
            text.whole
          ) : (
            <code>
              <Foreign text={pointer} />
            </code>
          )}
          {line === null ? null : `, ${text.line(line)}${column === null ? '' : `:${column}`}`}
        </p>
      </div>
      {fix === null ? null : (
        <button type="button" className="button secondary small-button" disabled={disabled} onClick={onFix}>
          {fix.label}
          <span className="for-screen-readers">
            {' '}
            (<Foreign text={fix.operation} />)
          </span>
        </button>
      )}
    </li>
  );
}

function Severe({ severity }: { severity: Severity }) {
  const name = text.severity[severity];
  if (severity === 'error') return <span className="status status-danger">{name}</span>;
  return <StatusBadge tone={severity === 'warn' ? 'warning' : 'quiet'}>{name}</StatusBadge>;
}
