import { useInfiniteQuery } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { agentsPages } from '../api/queries.ts';
import type { Access, Role } from '../api/types.ts';
import { useSettled } from '../import/use-settled.ts';
import { managesAgents } from '../roles.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { playgroundText } from '../text/playground.ts';
import { tamed } from '../ui/tamed.ts';
import { Option } from '../ui/option.tsx';

const text = playgroundText.who;
const NAME_CHARACTERS = 60;

interface WhoPartProps {
  agent: string | undefined;
  access: Access;
  /** How far whoever it is may go. */
  most: Access;
  onAgent: (agent: string | undefined) => void;
  onAccess: (access: Access) => void;
}

/** Whose call it is, and how far it may go. */
export function WhoPart({ access, agent, most, onAccess, onAgent }: WhoPartProps) {
  const { role } = useOrganisation();
  const id = useId();
  return (
    <section className="sheet play-part" aria-labelledby={id}>
      <h2 id={id}>{text.title}</h2>
      <Identity role={role} agent={agent} onAgent={onAgent} />
      <fieldset className="field play-access">
        <legend>{text.access}</legend>
        <Option name="play-access" value="read" checked={access === 'read'} onChoose={() => onAccess('read')}>
          <strong>{text.read}</strong>
          <span className="hint">{text.readHint}</span>
        </Option>
        <Option
          name="play-access"
          value="full"
          checked={access === 'full'}
          disabled={most === 'read'}
          onChoose={() => onAccess('full')}
        >
          <strong>{text.full}</strong>
          <span className="hint">{most === 'read' ? text.fullNever : text.fullHint}</span>
        </Option>
      </fieldset>
    </section>
  );
}

function Identity({ agent, onAgent, role }: Pick<WhoPartProps, 'agent' | 'onAgent'> & { role: Role }) {
  const { slug: org } = useOrganisation();
  const id = useId();
  const [wanted, setWanted] = useState('');
  const settled = useSettled(wanted.trim());
  const pages = useInfiniteQuery({
    ...agentsPages(org, { status: 'active', ...(settled === '' ? {} : { q: settled }) }),
    enabled: managesAgents(role),
    placeholderData: (before) => before,
  });
  const agents = pages.data?.pages.flatMap(({ items }) => items) ?? [];
  const isSearched = wanted !== '' || pages.hasNextPage;
  if (!managesAgents(role) || (agents.length === 0 && agent === undefined && !isSearched && !pages.isError))
    return null;
  const isListed = agent === undefined || agents.some((one) => one.id === agent);
  return (
    <div className="field">
      <label htmlFor={id}>{text.identity}</label>
      {isSearched ? (
        <input
          type="search"
          className="input play-find"
          aria-label={text.find}
          placeholder={text.find}
          value={wanted}
          onChange={({ target }) => setWanted(target.value)}
        />
      ) : null}
      <select
        id={id}
        className="input"
        value={agent ?? ''}
        onChange={({ target }) => onAgent(target.value === '' ? undefined : target.value)}
      >
        <option value="">{text.me}</option>
        {agents.map((one) => (
          <option key={one.id} value={one.id}>
            {text.agent(tamed(one.name, NAME_CHARACTERS))}
          </option>
        ))}
        {isListed ? null : <option value={agent}>{agent}</option>}
      </select>
      {pages.isError ? <p className="hint">{text.agents}</p> : null}
      {pages.hasNextPage ? <p className="hint">{text.firstAgents(agents.length)}</p> : null}
    </div>
  );
}
