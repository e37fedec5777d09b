import type { Organisation } from '../api/types.ts';
import { mayHoldFull } from '../roles.ts';

/** What each choice at consent reaches. */
export function ToolCounts({ organisation: { tools, role } }: { organisation: Organisation }) {
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
      {mayHoldFull(role) ? null : (
        <p className="small quiet">
          Your role is Viewer, so you can choose Read-only alone. An owner or admin can change it.
        </p>
      )}
    </section>
  );
}
