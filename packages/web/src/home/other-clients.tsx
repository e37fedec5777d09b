import { Link } from '@tanstack/react-router';
import type { Organisation } from '../api/types.ts';
import { otherClientsText as text } from '../text/home.ts';
import { Snippet } from '../ui/snippet.tsx';
import { claudeCodeCommand, KEY_PLACEHOLDER, mcpRemoteCommand } from './commands.ts';

export function OtherClients({ organisation: { slug, connector_url: url } }: { organisation: Organisation }) {
  return (
    <section className="sheet" aria-labelledby="others">
      <h2 id="others">{text.title}</h2>
      <p>
        <Link to="/$org/connect" params={{ org: slug }}>
          {text.connect.link}
        </Link>
        {text.connect.after}
      </p>
      <h3>{text.claudeCode}</h3>
      <Snippet text={claudeCodeCommand({ slug, url })} what={text.claudeCodeWhat} />
      <p className="small quiet">
        {text.afterwards.before}
        <code>{text.afterwards.command}</code>
        {text.afterwards.after}
      </p>
      <h3>{text.programs}</h3>
      <Snippet text={mcpRemoteCommand(`${url}/sse`)} what={text.programsWhat} />
      <p className="small quiet">
        {text.put.before}
        <Link to="/$org/keys" params={{ org: slug }}>
          {text.put.link}
        </Link>
        {text.put.between}
        <code>{KEY_PLACEHOLDER}</code>
        {text.put.after}
      </p>
    </section>
  );
}
