import type { Organisation } from '../api/types.ts';
import { mayHoldFull } from '../roles.ts';

/** What each choice at consent reaches. */
export function ToolCounts({ organisation: { tools, role } }: { organisation: Organisation }) {
  const writing = tools.full - tools.read;
  return (
    <section className="sheet" aria-labelledby="tools">
      <h2 id="tools">Tools</h2>
      {tools.full === 0 ? (
        <p>
          There are none yet: no API is published in this organisation. You can connect already; the tools
          appear as soon as there are some.
        </p>
      ) : (
        <dl className="counts">
          <div>
            <dt>Read-only</dt>
            <dd>
              <span className="count">{tools.read}</span>
              <span className="quiet">{tools.read === 1 ? 'looks things up' : 'look things up'}</span>
            </dd>
          </div>
          <div>
            <dt>Full access</dt>
            <dd>
              <span className="count">{tools.full}</span>
              <span className="quiet">
                {mayHoldFull(role)
                  ? `${writing} of them can change things`
                  : 'Not with your role (Viewer). An owner or admin can change it.'}
              </span>
            </dd>
          </div>
        </dl>
      )}
    </section>
  );
}
