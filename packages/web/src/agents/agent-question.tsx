import { allAgents, allKeys, deleteAgent, resumeAgent, suspendAgent } from '../api/queries.ts';
import { allApps } from '../api/apps.ts';
import { queryClient } from '../api/query-client.ts';
import type { Agent } from '../api/types.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { agentsText as text } from '../text/agents.ts';
import { Question } from '../ui/question.tsx';

const RUN = { suspend: suspendAgent, resume: resumeAgent, delete: deleteAgent } as const;

export type AgentAct = keyof typeof RUN;

interface AgentQuestionProps {
  agent: Agent;
  act: AgentAct;
  onDone: () => void;
  onClose: () => void;
}

export function AgentQuestion({ agent, act, onDone, onClose }: AgentQuestionProps) {
  const { slug: org } = useOrganisation();
  const words = text.acts[act];
  return (
    <Question
      title={
        <>
          {words.ask} “<bdi>{agent.name}</bdi>”?
        </>
      }
      keep={words.keep}
      act={words.act}
      acting={words.acting}
      danger={act !== 'resume'}
      run={() => RUN[act](org, agent.id)}
      refresh={() =>
        Promise.all([
          queryClient.invalidateQueries(allAgents(org)),
          queryClient.invalidateQueries(allKeys(org)),
          queryClient.invalidateQueries(allApps(org)),
        ])
      }
      onDone={onDone}
      onClose={onClose}
    >
      <p>{words.effect}</p>
      {act === 'resume' || agent.keys === 0 ? null : (
        <p className="small quiet">{text.keysNow(agent.keys)}</p>
      )}
    </Question>
  );
}
