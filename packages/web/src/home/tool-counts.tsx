import type { Organisation } from '../api/types.ts';
import { mayHoldFull } from '../roles.ts';
import { toolCountsText as text } from '../text/home.ts';
import { uiText } from '../text/ui.ts';

/** What each choice at consent reaches. */
export function ToolCounts({
  organisation: { max_access: most, mode, mode_warning: warning, role, tools, toolsets },
}: {
  organisation: Organisation;
}) {
  return (
    <section className="sheet" aria-labelledby="tools">
      <h2 id="tools">{text.title}</h2>
      {tools.full === 0 ? (
        <p>{text.none}</p>
      ) : (
        <dl className="counts">
          <div>
            <dt>{uiText.readOnly}</dt>
            <dd>
              <span className="count">{tools.read}</span>
              {text.looking(tools.read)}
            </dd>
          </div>
          <div>
            <dt>{uiText.fullAccess}</dt>
            <dd>
              <span className="count">{tools.full}</span>
              {text.changing(tools.full, tools.full - tools.read)}
            </dd>
          </div>
        </dl>
      )}
      {mode === 'search' ? (
        <p className="note">
          {text.searched}
          {warning ?? ''}
        </p>
      ) : warning === null ? null : (
        <p className="note">{warning}</p>
      )}
      {toolsets.length === 0 ? null : <Toolsets toolsets={toolsets} />}
      {mayHoldFull(role) && most === 'full' ? null : (
        <p className="small quiet">{mayHoldFull(role) ? text.readOnlyHere : text.viewer}</p>
      )}
    </section>
  );
}

function Toolsets({ toolsets }: Pick<Organisation, 'toolsets'>) {
  return (
    <details>
      <summary>{text.toolsets(toolsets.length)}</summary>
      <ul>
        {toolsets.map(({ slug, url }) => (
          <li key={slug}>
            <code>{url}</code>
          </li>
        ))}
      </ul>
    </details>
  );
}
