import { useState } from 'react';
import type { Change, DiffItem } from '../../api/imports.ts';
import { importText } from '../../text/import.ts';
import { AccessBadge } from '../../ui/badges.tsx';
import { Foreign } from '../../ui/foreign.tsx';
import { ToolJson } from '../tool-json.tsx';

const text = importText.publish;

/** A tool that becomes different; what exactly, on demand. */
export function DiffItemView({ item }: { item: DiffItem }) {
  const [isOpen, setOpen] = useState(false);
  const { after, before, changes, title, tool } = item;
  const access = (after ?? before)?.access;
  const isChanged = before !== null && after !== null;
  return (
    <li>
      <p>
        {changes.map((change) => (
          <span key={change} className={`badge ${CLASSES[change] ?? ''}`}>
            {text.changes[change]}
          </span>
        ))}{' '}
        <b>
          <Foreign text={title} />
        </b>{' '}
        <code>{tool}</code> {access === undefined ? null : <AccessBadge access={access} />}
      </p>
      {isChanged ? (
        <details onToggle={(event) => setOpen(event.currentTarget.open)}>
          <summary>{text.details}</summary>
          {isOpen ? <Different before={before} after={after} /> : null}
        </details>
      ) : (
        <p className="small quiet">
          <Foreign text={(after ?? before)?.description ?? ''} max={300} />
        </p>
      )}
    </li>
  );
}

const CLASSES: Partial<Record<Change, string>> = { removed: 'badge-danger', added: 'badge-good' };

function Different({
  after,
  before,
}: {
  after: NonNullable<DiffItem['after']>;
  before: NonNullable<DiffItem['before']>;
}) {
  const changed = (['name', 'title', 'description', 'access'] as const).filter(
    (field) => before[field] !== after[field],
  );
  const isOtherInput = JSON.stringify(before.input_schema) !== JSON.stringify(after.input_schema);
  return (
    <div className="import-sides">
      {([text.was, text.is] as const).map((side, index) => {
        const shown = index === 0 ? before : after;
        const fields = Object.fromEntries(changed.map((field) => [field, shown[field]]));
        return (
          <div key={side}>
            <p className="small quiet">{side}</p>
            <ToolJson tool={{ ...fields, ...(isOtherInput ? { inputSchema: shown.input_schema } : {}) }} />
          </div>
        );
      })}
    </div>
  );
}
