import { Link } from '@tanstack/react-router';
import type { Organisation } from '../api/types.ts';
import { Snippet } from '../ui/snippet.tsx';
import { claudeCodeCommand, KEY_PLACEHOLDER, mcpRemoteCommand } from './commands.ts';

export function OtherClients({ organisation: { slug, connector_url: url } }: { organisation: Organisation }) {
  return (
    <section className="sheet" aria-labelledby="others">
      <h2 id="others">Other clients</h2>
      <p>
        <Link to="/$org/connect" params={{ org: slug }}>
          Connect
        </Link>{' '}
        has the steps for each app, and shows where it stops if one does not arrive.
      </p>
      <h3>Claude Code</h3>
      <Snippet text={claudeCodeCommand({ slug, url })} what="the command for Claude Code" />
      <p className="small quiet">
        Then type <code>/mcp</code> in Claude Code and choose Authenticate: the browser opens to sign in.
      </p>
      <h3>Anything that starts a program (mcp-remote)</h3>
      <Snippet text={mcpRemoteCommand(url)} what="the mcp-remote command" />
      <p className="small quiet">
        Put{' '}
        <Link to="/$org/keys" params={{ org: slug }}>
          an API key
        </Link>{' '}
        in place of <code>{KEY_PLACEHOLDER}</code>. For something that runs without you, an admin makes an
        agent with a key of its own.
      </p>
    </section>
  );
}
