import { useState } from 'react';
import { importText } from '../../text/import.ts';
import { AccessBadge } from '../../ui/badges.tsx';
import { Foreign } from '../../ui/foreign.tsx';
import {
  argumentsOfTool,
  descriptionOfTool,
  isReadOnlyTool,
  nameOfTool,
  titleOfTool,
  ToolJson,
} from '../tool-json.tsx';

const text = importText.preview;

/** A tool in short; all of it on demand. */
export function PreviewTool({ tool }: { tool: unknown }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <li>
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>
          <b>
            <Foreign text={titleOfTool(tool)} />
          </b>{' '}
          <code>{nameOfTool(tool)}</code> <AccessBadge access={isReadOnlyTool(tool) ? 'read' : 'full'} />{' '}
          <span className="small quiet">{text.arguments(argumentsOfTool(tool))}</span>
        </summary>
        {isOpen ? <ToolJson tool={tool} /> : null}
      </details>
      <p className="small quiet">
        <Foreign text={descriptionOfTool(tool)} max={300} />
      </p>
    </li>
  );
}
