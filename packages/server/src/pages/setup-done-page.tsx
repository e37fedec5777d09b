import type { FC } from 'hono/jsx';
import { Page } from './layout.tsx';

export interface SetupDonePageProps {
  readonly connectorUrl: string;
  readonly organisationName: string;
  readonly slug: string;
}

/** Where Claude prefills its "Add custom connector" dialog; it asks the person to review what came from a link. */
function addToClaude(name: string, connectorUrl: string): string {
  const query = new URLSearchParams({
    modal: 'add-custom-connector',
    connectorName: name,
    connectorUrl,
  });
  return `https://claude.ai/customize/connectors?${query.toString()}`;
}

/** The connector URL, and what to do with it. */
export const SetupDonePage: FC<SetupDonePageProps> = ({ connectorUrl, organisationName, slug }) => (
  <Page title="All set">
    <h1>
      <bdi>{organisationName}</bdi> is ready
    </h1>
    <p class="lead">This is your connector URL. It is all that people need to paste; it holds no secret.</p>
    <code class="copy">{connectorUrl}</code>
    {connectorUrl.startsWith('https:') ? (
      <ForClaude {...{ connectorUrl, organisationName }} />
    ) : (
      <NotForClaude />
    )}
    <h2>In Claude Code</h2>
    <code class="copy">
      claude mcp add --transport http {slug} {connectorUrl}
    </code>
    <div class="actions">
      <a class="button" href={`/app/${slug}`}>
        Open the dashboard
      </a>
    </div>
  </Page>
);

const ForClaude: FC<{ connectorUrl: string; organisationName: string }> = (props) => (
  <>
    <h2>In Claude</h2>
    <ol>
      <li>
        Open <a href={addToClaude(props.organisationName, props.connectorUrl)}>Add custom connector</a>; the
        link fills it in.
      </li>
      <li>Choose Connect, and sign in here with the account you just made.</li>
      <li>Choose Read-only or Full access.</li>
    </ol>
  </>
);

const NotForClaude: FC = () => (
  <p class="warning">
    <b>claude.ai cannot reach this address</b>, because it is not on the public internet over https. Programs
    on this computer can.
  </p>
);
