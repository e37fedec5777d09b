import type { Organisation } from '../api/types.ts';
import { mayHoldFull } from '../roles.ts';

/** What each choice at consent reaches. */
export function ToolCounts({
  organisation: { mode, mode_warning: warning, role, tools, toolsets },
}: {
  organisation: Organisation;
}) {
  return (
    <section className="sheet" aria-labelledby="tools">
      <h2 id="tools">What it can do</h2>
      {tools.full === 0 ? (
        <p>
          Nothing yet: no API is published in this organisation. You can connect already; the tools appear as
          soon as there are some.
        </p>
      ) : (
        <dl className="counts">
          <div>
            <dt>Read-only</dt>
            <dd>
              <span className="count">{tools.read}</span>{' '}
              {tools.read === 1 ? 'tool that looks' : 'tools that look'} things up
            </dd>
          </div>
          <div>
            <dt>Full access</dt>
            <dd>
              <span className="count">{tools.full}</span> {tools.full === 1 ? 'tool' : 'tools'},{' '}
              {tools.full - tools.read} of which can change things
            </dd>
          </div>
        </dl>
      )}
      {mode === 'search' ? (
        <p className="note">These are too many to list at once, so apps search among them. {warning ?? ''}</p>
      ) : warning === null ? null : (
        <p className="note">{warning}</p>
      )}
      {toolsets.length === 0 ? null : <Toolsets toolsets={toolsets} />}
      {mayHoldFull(role) ? null : (
        <p className="small quiet">
          Your role is Viewer, so you can choose Read-only alone. An owner or admin can change it.
        </p>
      )}
    </section>
  );
}

function Toolsets({ toolsets }: Pick<Organisation, 'toolsets'>) {
  return (
    <details>
      <summary>URLs for a part of the tools ({toolsets.length})</summary>
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
